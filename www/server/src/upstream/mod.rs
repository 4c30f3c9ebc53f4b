//! The authorization server behind the backend: who really mints and revokes.

use std::pin::Pin;

use serde::{Deserialize, Serialize};

use crate::secret::Secret;

pub mod box_api;
pub mod embedded;

/// The future of a call to the upstream.
pub type Call<'a, T> = Pin<Box<dyn Future<Output = Result<T, UpstreamError>> + Send + 'a>>;

/// An authorization server that exchanges (RFC 8693) and revokes (RFC 7009).
pub trait Upstream: Send + Sync {
    /// Exchanges the user's authority for a token that can do no more than `wanted`.
    fn exchange<'a>(&'a self, wanted: &'a Exchange) -> Call<'a, Minted>;

    /// Revokes `token`. A token that is dead already, or was never alive, is a success.
    fn revoke<'a>(&'a self, token: &'a Secret) -> Call<'a, ()>;
}

/// What a token is to be good for.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The one resource, as an absolute URI (RFC 8707).
    pub resource: String,
    /// The scopes, separated by spaces (RFC 6749 section 3.3).
    pub scope: String,
}

/// A token fresh from the upstream.
#[derive(Debug)]
pub struct Minted {
    /// The token.
    pub token: Secret,
    /// Its life in seconds.
    pub expires_in: u64,
    /// The scopes that it really has.
    pub scope: String,
    /// What it is restricted to, in Box's terms; may be empty.
    pub restricted_to: Vec<Restriction>,
}

/// One scope of a token and the one object that it holds for.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Restriction {
    /// The scope.
    pub scope: String,
    /// The object.
    pub object: RestrictedObject,
}

/// A file or folder, by name only: what else Box says of it is not the token's business.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct RestrictedObject {
    /// `file` or `folder`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its id.
    pub id: String,
}

/// Why the upstream did not do what it was asked. Holds no word of its answer,
/// which may repeat a secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UpstreamError {
    /// It knows no such scope, or the user has none such to give.
    InvalidScope,
    /// It knows no such resource, or the user may not see it.
    InvalidTarget,
    /// It refuses this backend's own credentials; only an operator can help.
    Misconfigured,
    /// Too many requests.
    RateLimited {
        /// Seconds to wait, where it said so.
        retry_after: Option<u64>,
    },
    /// The user's authority is no longer accepted: it takes a new sign-in.
    SubjectRejected,
    /// It did not answer, or not in a way that helps.
    Unavailable {
        /// Seconds to wait, where it said so.
        retry_after: Option<u64>,
    },
}

/// Joins the scopes of `restrictions`, each once, in order of the alphabet.
pub(crate) fn granted_scope(restrictions: &[Restriction]) -> String {
    let mut scopes: Vec<&str> = restrictions.iter().map(|one| one.scope.as_str()).collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes.join(" ")
}
