//! Who mints and revokes, and who knows whether a sign-in has ended.

use std::pin::Pin;

use crate::core::{Exchange, Minted, Owner, Secret, UpstreamError};

/// The future of a call to the authorization server.
pub type UpstreamCall<'a, T> = Pin<Box<dyn Future<Output = Result<T, UpstreamError>> + Send + 'a>>;

/// An authorization server that exchanges (RFC 8693) and revokes (RFC 7009). A call
/// ends by itself within 10 s.
pub trait Upstream: Send + Sync {
    /// Exchanges the user's authority for a token that can do no more than `wanted`. Where the
    /// question may have arrived and no answer has come, the error is
    /// [`UpstreamError::Unanswered`]: a token may be alive then that nobody has.
    fn exchange<'a>(&'a self, wanted: &'a Exchange) -> UpstreamCall<'a, Minted>;

    /// Revokes `token`. A token that is dead already, or was never alive, is a success.
    fn revoke<'a>(&'a self, token: &'a Secret) -> UpstreamCall<'a, ()>;
}

/// The app's sign-ins, as far as the backend has to know them.
pub trait SignIns: Send + Sync {
    /// Whether this sign-in has ended, so that a page life of it may pass to the next one
    /// in the same browser. Where that cannot be told: no.
    fn has_ended<'a>(&'a self, owner: &'a Owner)
    -> Pin<Box<dyn Future<Output = bool> + Send + 'a>>;
}
