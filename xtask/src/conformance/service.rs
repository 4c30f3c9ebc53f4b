//! How the service is set up to be held to the contract.

use anyhow::Result;

use super::app;
use super::subject::{FILE, Programs};

/// Where the app's pages are, and those of another origin that are let in.
pub(super) const ORIGIN: &str = "https://app.example";
pub(super) const SIBLING: &str = "https://sibling.example";
/// What a recall needs.
pub(super) const ADMIN_TOKEN: &str = "FAKE-admin-token-1";
/// How many unknown tokens are looked up a second, which is the default.
pub(super) const LOOK_UPS: u32 = 20;
/// Seconds. The term is the shortest that the contract allows, so that it is waited for.
pub(super) const HOLD: u32 = 4;
pub(super) const TERM: u32 = 10;

/// What it keeps its record in.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Store {
    Memory,
    Postgres,
    Redis,
}

/// What the policy allows.
const FILES: &str = "https://api.box.com/2.0/files/*";

/// Its settings, without where it listens. Of what the policy allows, the app's answer leaves
/// one file; over memory all of it, so that either is looked at.
pub(super) fn settings(
    store: Store,
    programs: &Programs,
    prefix: &str,
    handles: &str,
    authority: &str,
) -> Result<Vec<(&'static str, String)>> {
    let (url, allowed) = match store {
        Store::Memory => ("memory", FILES),
        Store::Postgres => (programs.postgres.as_str(), FILE),
        Store::Redis => (programs.redis.as_str(), FILE),
    };
    Ok([
        ("DOWNSCOPE_ADMIN_TOKEN", ADMIN_TOKEN.to_owned()),
        ("DOWNSCOPE_AUTH_SECRET", app::SECRET.to_owned()),
        ("DOWNSCOPE_AUTH_URL", app::start(allowed)?),
        // Zeros, in base64url.
        ("DOWNSCOPE_KEYS_RING", "A".repeat(43)),
        ("DOWNSCOPE_LEASE_HOLD_SECONDS", HOLD.to_string()),
        ("DOWNSCOPE_LEASE_TERM_SECONDS", TERM.to_string()),
        ("DOWNSCOPE_POLICY_RESOURCES", FILES.to_owned()),
        (
            "DOWNSCOPE_POLICY_SCOPES",
            "base_preview item_download".to_owned(),
        ),
        ("DOWNSCOPE_SERVER_ORIGINS", format!("{ORIGIN} {SIBLING}")),
        ("DOWNSCOPE_STORE_PREFIX", prefix.to_owned()),
        ("DOWNSCOPE_STORE_URL", url.to_owned()),
        ("DOWNSCOPE_TOKENS_HANDLES", handles.to_owned()),
        ("DOWNSCOPE_UPSTREAM_BOX_URL", authority.to_owned()),
        ("DOWNSCOPE_UPSTREAM_CLIENT_ID", "client".to_owned()),
        (
            "DOWNSCOPE_UPSTREAM_CLIENT_SECRET",
            "FAKE-client-secret".to_owned(),
        ),
        ("DOWNSCOPE_UPSTREAM_KIND", "box".to_owned()),
    ]
    .into())
}
