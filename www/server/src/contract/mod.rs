//! What an app's own backend does: hands its page downscoped tokens, and revokes them.
//!
//! This is the part to copy. It is a token-mediating backend (RFC 10017 section
//! 6.2) with three endpoints, and it knows nothing of the demo around it:
//!
//! - `token`: checks where the request comes from, who is signed in and what
//!   they may have, and only then exchanges (RFC 8693) for exactly that;
//! - `revoke`: kills what it is named (RFC 7009). It asks for no cookie and no
//!   header, since a dying page can send neither; who can name a token, a handle
//!   or the random name of a page life may revoke it;
//! - `lease`: hears that a page lives, ends what was minted for pages that fall
//!   silent, and tells those that live what to drop.
//!
//! Two rules hold in all of them. What has begun is finished, though the page that asked
//! has gone: the work runs in a task of its own, so no token is ever minted and
//! not recorded, and no revoke is cut short by the closing of its connection. And
//! nothing secret gets out: no answer, log or audit record repeats the request.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, header},
    middleware::{self, Next},
    response::Response,
    routing::post,
};

use crate::{
    clock::{Clock, Millis},
    secret::Fingerprint,
    sign_in::SignIns,
    upstream::Upstream,
};

mod body;
mod csrf;
mod ending;
mod error;
mod issued;
mod lease;
mod leases;
mod names;
mod policy;
mod recall;
mod record;
mod revoke;
mod syntax;
mod token;
mod withdrawn;

pub use self::{
    ending::watch_leases,
    error::OAuthError,
    leases::{LeaseTerms, LeaseView},
    names::{Reason, RequestName},
    policy::Policy,
    recall::Recall,
};
use self::{issued::Issued, leases::Leases};

/// The endpoints, at the paths that the document in `contract/` names.
pub fn router(backend: Arc<Backend>) -> Router {
    token_router(Arc::clone(&backend))
        .merge(revoke_router(Arc::clone(&backend)))
        .merge(lease_router(backend))
}

/// `POST /api/token` alone, for an app that wraps them differently.
pub fn token_router(backend: Arc<Backend>) -> Router {
    Router::new()
        .route("/api/token", post(token::handle))
        .with_state(backend)
        .layer(middleware::from_fn(no_store))
}

/// `POST /api/revoke` alone.
pub fn revoke_router(backend: Arc<Backend>) -> Router {
    Router::new()
        .route("/api/revoke", post(revoke::handle))
        .with_state(backend)
        .layer(middleware::from_fn(no_store))
}

/// `POST /api/lease` alone.
pub fn lease_router(backend: Arc<Backend>) -> Router {
    Router::new()
        .route("/api/lease", post(lease::handle))
        .with_state(backend)
        .layer(middleware::from_fn(no_store))
}

/// What the endpoints share. Leases end only while [`watch_leases`] runs.
pub struct Backend {
    audit: Arc<dyn Audit>,
    clock: Clock,
    handles: AtomicBool,
    issued: Arc<Issued>,
    leases: Arc<Leases>,
    origins: Vec<String>,
    policy: Policy,
    sign_ins: Arc<SignIns>,
    upstream: Arc<dyn Upstream>,
}

impl Backend {
    /// A backend for the pages of `origins`, with nothing issued yet.
    pub fn new(
        origins: Vec<String>,
        sign_ins: Arc<SignIns>,
        policy: Policy,
        upstream: Arc<dyn Upstream>,
        audit: Arc<dyn Audit>,
        clock: Clock,
        leases: LeaseTerms,
    ) -> Self {
        Self {
            audit,
            handles: AtomicBool::new(false),
            issued: Arc::new(Issued::new(clock.clone())),
            leases: Arc::new(Leases::new(clock.clone(), leases)),
            clock,
            origins,
            policy,
            sign_ins,
            upstream,
        }
    }

    /// Whether token answers carry a `revocation_handle` from now on.
    pub fn give_handles(&self, give: bool) {
        self.handles.store(give, Ordering::Relaxed);
    }

    /// Forgets every token and every lease. The tokens stay alive at the upstream.
    pub fn forget_all(&self) {
        self.issued.clear();
        self.leases.clear();
    }

    /// The leases as they stand, the one that ends first at the front.
    pub fn leases(&self) -> Vec<LeaseView> {
        self.leases.view()
    }

    fn gives_handles(&self) -> bool {
        self.handles.load(Ordering::Relaxed)
    }
}

/// Where the backend writes down what it minted and revoked.
pub trait Audit: Send + Sync {
    /// A token was minted.
    fn minted(&self, mint: &Mint<'_>);

    /// A token is dead at the upstream.
    fn revoked(&self, token: Fingerprint, reason: Option<Reason>);
}

/// One token, for the audit: everything but the token.
#[derive(Debug)]
pub struct Mint<'a> {
    /// Its fingerprint.
    pub token: Fingerprint,
    /// The request that it answers.
    pub request: &'a RequestName,
    /// The resource that it is for.
    pub resource: &'a str,
    /// The scopes that it has.
    pub scope: &'a str,
    /// When it was minted.
    pub minted_at: Millis,
    /// When it expires.
    pub expires_at: Millis,
}

/// What a handler tells the layers around it for their logs, as an extension of
/// its response: fixed words and numbers, nothing of the request but its session.
#[derive(Clone, Debug)]
pub struct Note {
    /// The page life that the request named.
    pub session: Option<String>,
    /// What happened.
    pub detail: String,
}

impl Note {
    pub(crate) fn new(detail: impl Into<String>) -> Self {
        Self {
            session: None,
            detail: detail.into(),
        }
    }
}

/// RFC 6749 section 5.1: no cache may keep an answer, whatever its status.
async fn no_store(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
