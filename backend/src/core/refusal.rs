//! Refusals, in the one shape of RFC 6749 section 5.2.

use serde_json::{Value, json};

use super::upstream::UpstreamError;

/// Seconds a client waits when nothing says for how long.
const DEFAULT_RETRY_AFTER: u64 = 5;
/// The longest wait passed on: an upstream's slip must not lock a page out for days.
const MAX_RETRY_AFTER: u64 = 600;

/// An error answer. Every word in it is fixed in this crate: a refusal repeats
/// nothing of the request, which may hold a secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The code of RFC 6749 section 5.2, RFC 8707 section 2 or OpenID Connect.
    pub code: &'static str,
    /// What a developer should know.
    pub description: &'static str,
    /// Seconds to wait before asking again.
    pub retry_after: Option<u64>,
}

impl Refusal {
    /// 403: the request does not come from the app's own page.
    pub const fn access_denied(description: &'static str) -> Self {
        Self::new(403, "access_denied", description)
    }

    /// 400: a parameter is missing or malformed.
    pub const fn invalid_request(description: &'static str) -> Self {
        Self::new(400, "invalid_request", description)
    }

    /// 400: a scope is missing, malformed, unknown or not for this user.
    pub const fn invalid_scope(description: &'static str) -> Self {
        Self::new(400, "invalid_scope", description)
    }

    /// 400: the resource is missing, malformed, unknown or not for this user (RFC 8707 section 2).
    /// Unknown and forbidden look alike, so that nobody can probe for what exists.
    pub const fn invalid_target(description: &'static str) -> Self {
        Self::new(400, "invalid_target", description)
    }

    /// 401: nobody is signed in.
    pub const fn login_required() -> Self {
        Self::new(401, "login_required", "Nobody is signed in.")
    }

    /// 500: only an operator can help.
    pub const fn server_error(description: &'static str) -> Self {
        Self::new(500, "server_error", description)
    }

    /// 503: not now.
    pub fn temporarily_unavailable(description: &'static str, retry_after: Option<u64>) -> Self {
        Self::new(503, "temporarily_unavailable", description).after(retry_after)
    }

    /// 503: what is shared by all instances cannot be reached.
    pub fn no_store() -> Self {
        Self::temporarily_unavailable("The backend cannot reach its store.", None)
    }

    /// 503: what a revoke names could not even be taken over.
    pub const fn not_taken() -> Self {
        Self {
            retry_after: Some(DEFAULT_RETRY_AFTER),
            ..Self::new(
                503,
                "temporarily_unavailable",
                "Some of the tokens may still be alive, and nothing is done about them.",
            )
        }
    }

    /// 413: the body is over its limit.
    pub const fn too_large() -> Self {
        Self::new(413, "invalid_request", "The body is too large.")
    }

    /// 415: the body is of another type.
    pub const fn unsupported_media_type(description: &'static str) -> Self {
        Self::new(415, "invalid_request", description)
    }

    /// 503: the token was taken back before it was given out. A page that has done so itself
    /// does not listen any more; one whose app or operator has is to ask anew, and on a 4xx it
    /// would stop for good.
    pub fn withdrawn() -> Self {
        Self::temporarily_unavailable(
            "What was asked for was taken back before it was given out.",
            Some(1),
        )
    }

    /// The body of the answer.
    pub fn to_json(self) -> Value {
        json!({ "error": self.code, "error_description": self.description })
    }

    const fn new(status: u16, code: &'static str, description: &'static str) -> Self {
        Self {
            status,
            code,
            description,
            retry_after: None,
        }
    }

    fn after(self, seconds: Option<u64>) -> Self {
        let seconds = seconds
            .unwrap_or(DEFAULT_RETRY_AFTER)
            .clamp(1, MAX_RETRY_AFTER);
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }
}

impl From<UpstreamError> for Refusal {
    fn from(error: UpstreamError) -> Self {
        match error {
            UpstreamError::InvalidScope => Self::invalid_scope("A scope is not available."),
            UpstreamError::InvalidTarget => Self::invalid_target("There is no such resource."),
            UpstreamError::Misconfigured { .. } => {
                Self::server_error("The authorization server refuses this backend.")
            }
            UpstreamError::RateLimited { retry_after } => Self::new(
                429,
                "temporarily_unavailable",
                "Too many requests to the authorization server.",
            )
            .after(retry_after),
            UpstreamError::SubjectRejected => Self::login_required(),
            UpstreamError::Unanswered { retry_after }
            | UpstreamError::Unavailable { retry_after } => Self::temporarily_unavailable(
                "The authorization server does not answer.",
                retry_after,
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_back_may_be_asked_for_anew() {
        let refusal = Refusal::withdrawn();
        assert_eq!((refusal.status, refusal.retry_after), (503, Some(1)));
    }

    #[test]
    fn a_wait_is_never_shorter_than_a_second_nor_longer_than_ten_minutes() {
        let wait = |seconds| Refusal::temporarily_unavailable("", seconds).retry_after;
        assert_eq!(wait(None), Some(5));
        assert_eq!(wait(Some(0)), Some(1));
        assert_eq!(wait(Some(u64::MAX)), Some(600));
    }
}
