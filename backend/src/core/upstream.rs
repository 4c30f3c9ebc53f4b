//! What an authorization server is asked for and what it answers.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::secret::Secret;

/// The longest life that is believed: 400 days, which no access token has.
const LONGEST: u64 = 400 * 24 * 60 * 60;

/// What a token is to be good for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Exchange {
    /// The one resource, as an absolute URI (RFC 8707).
    pub resource: String,
    /// The scopes, separated by spaces (RFC 6749 section 3.3).
    pub scope: String,
    /// The user's own authority, where the app hands it over with each request.
    pub subject: Option<Secret>,
}

/// A token fresh from the authorization server.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Minted {
    /// The token.
    pub token: Secret,
    /// Its life in seconds, where the server told it.
    pub expires_in: Option<u64>,
    /// The scopes that it really has.
    pub scope: String,
    /// What it is restricted to, in Box's terms; may be empty.
    pub restricted_to: Vec<Restriction>,
}

/// One scope of a token and the one object that it holds for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Restriction {
    /// The scope.
    pub scope: String,
    /// The object.
    pub object: RestrictedObject,
}

/// A file or folder, by name only: what else Box says of it is not the token's business.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RestrictedObject {
    /// `file` or `folder`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its id.
    pub id: String,
}

/// Why the authorization server did not do what it was asked. Holds no word of its answer,
/// which may repeat a secret, but a code of the standards.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UpstreamError {
    /// It knows no such scope, or the user has none such to give.
    InvalidScope,
    /// It knows no such resource, or the user may not see it.
    InvalidTarget,
    /// It refuses this backend itself; only an operator can help.
    Misconfigured {
        /// How it says so, where that is one of [`UpstreamError::CODES`].
        code: Option<&'static str>,
    },
    /// Too many requests.
    RateLimited {
        /// Seconds to wait, where it said so.
        retry_after: Option<u64>,
    },
    /// The user's authority is no longer accepted: it takes a new sign-in.
    SubjectRejected,
    /// It was asked, and nothing came of which one can tell what it has done: it may have minted.
    /// So with whatever breaks off, takes too long, or is answered by something before it.
    Unanswered {
        /// Seconds to wait, where it said so.
        retry_after: Option<u64>,
    },
    /// It cannot be reached, or says itself that it does nothing now: it has minted nothing.
    Unavailable {
        /// Seconds to wait, where it said so.
        retry_after: Option<u64>,
    },
}

impl UpstreamError {
    /// The error codes of RFC 6749 section 5.2, RFC 7009 and RFC 8693, and what servers have
    /// beside them, by which a refusal is told.
    pub const CODES: [&str; 10] = [
        "access_denied",
        "invalid_client",
        "invalid_grant",
        "invalid_request",
        "invalid_scope",
        "invalid_target",
        "invalid_token",
        "unauthorized_client",
        "unsupported_grant_type",
        "unsupported_token_type",
    ];

    /// Of a request on this backend's own authority: nothing was minted for a page, and
    /// whatever is held against it with `code`, no page can do anything about that.
    pub const fn of_own_request(self, code: Option<&'static str>) -> Self {
        match self {
            Self::RateLimited { .. } | Self::Unavailable { .. } | Self::Misconfigured { .. } => {
                self
            }
            Self::Unanswered { retry_after } => Self::Unavailable { retry_after },
            Self::InvalidScope | Self::InvalidTarget | Self::SubjectRejected => {
                Self::Misconfigured { code }
            }
        }
    }

    /// The code by which this backend itself was refused.
    pub const fn code(self) -> Option<&'static str> {
        if let Self::Misconfigured { code } = self {
            code
        } else {
            None
        }
    }

    /// Seconds to wait, where it said so.
    pub const fn retry_after(self) -> Option<u64> {
        match self {
            Self::RateLimited { retry_after }
            | Self::Unanswered { retry_after }
            | Self::Unavailable { retry_after } => retry_after,
            Self::InvalidScope
            | Self::InvalidTarget
            | Self::Misconfigured { .. }
            | Self::SubjectRejected => None,
        }
    }

    /// Whether a token may have been minted all the same.
    pub const fn may_have_minted(self) -> bool {
        matches!(self, Self::Unanswered { .. })
    }

    /// A word for logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::Misconfigured { .. } => "misconfigured",
            Self::RateLimited { .. } => "rate_limited",
            Self::SubjectRejected => "subject_rejected",
            Self::Unanswered { .. } => "unanswered",
            Self::Unavailable { .. } => "unavailable",
        }
    }
}

/// `expires_in` as servers write it: a number, also a fractional one, or the text of
/// one. What is no number of seconds is no statement, and no reason to lose the token.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "finite, positive and bounded; part of a second counts for nothing"
)]
pub fn lifetime(expires_in: Option<&Value>) -> Option<u64> {
    let seconds = match expires_in? {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        Value::Array(_) | Value::Bool(_) | Value::Null | Value::Object(_) => return None,
    };
    (seconds.is_finite() && seconds >= 1.0).then(|| seconds.min(LONGEST as f64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_life_is_read_as_servers_write_it() {
        for (value, seconds) in [
            (json!(3600), Some(3600)),
            (json!("3600"), Some(3600)),
            (json!(" 60 "), Some(60)),
            (json!(59.9), Some(59)),
            (json!(1e300), Some(LONGEST)),
            (json!("1e300"), Some(LONGEST)),
            (json!("NaN"), None),
            (json!("inf"), None),
            (json!("an hour"), None),
            (json!(""), None),
            (json!(0), None),
            (json!(-5), None),
            (json!(null), None),
            (json!(true), None),
            (json!([3600]), None),
        ] {
            assert_eq!(lifetime(Some(&value)), seconds, "{value}");
        }
        assert_eq!(lifetime(None), None);
    }
}
