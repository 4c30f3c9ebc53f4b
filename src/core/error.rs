//! What went wrong, as callers see it and as the shell reports it.
//!
//! An error carries a code, numbers and fixed texts; it has no room for a
//! token or a response body.

use std::fmt;

use super::code::Code;
use super::time::Millis;

/// A failure as callers see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// What happened.
    pub code: Code,
    /// HTTP status of the token endpoint's answer, if there was one.
    pub status: Option<u16>,
    /// How long until the next request may go out.
    pub retry_after: Option<Millis>,
    /// The error code that the backend answered, if it is a registered one.
    pub oauth_error: Option<&'static str>,
    /// What exactly is wrong; a fixed text such as the name of an option.
    pub detail: Option<&'static str>,
}

impl Error {
    /// An error of which no more than the code is known.
    #[must_use]
    pub const fn new(code: Code) -> Self {
        Self {
            code,
            status: None,
            retry_after: None,
            oauth_error: None,
            detail: None,
        }
    }

    /// The same error, saying what exactly is wrong.
    #[must_use]
    pub const fn with_detail(mut self, detail: &'static str) -> Self {
        self.detail = Some(detail);
        self
    }

    /// Whether a function of the app's threw: of what did not get through, only that
    /// has a detail.
    #[must_use]
    pub fn was_thrown(self) -> bool {
        self.code == Code::Network && self.detail.is_some()
    }

    /// Whether the token endpoint must not be asked again until the app says so.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        !self.code.is_retryable()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.message())?;
        match self.detail {
            Some(detail) => write!(f, " {detail}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// How a request for a token failed, as the shell reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Not to be retried, says the app's own provider.
    Final,
    /// An answer that is neither 2xx nor in the form of the contract: something
    /// between page and backend gave it, not the backend.
    Foreign {
        /// The status.
        status: u16,
        /// What it is instead.
        what: &'static str,
        /// Its `Retry-After`, if any and if readable.
        retry_after: Option<Millis>,
    },
    /// A 2xx answer that is no token response; the text says why.
    Malformed(&'static str),
    /// What the app gave cannot be made a request of; the text names the option.
    Misused(&'static str),
    /// The request did not get through.
    Network,
    /// An answer with an HTTP status that is not 2xx.
    Status {
        /// The status.
        status: u16,
        /// The registered error code in its body, if any (see [`crate::core::registered_error`]).
        oauth_error: Option<&'static str>,
        /// Its `Retry-After`, if any and if readable.
        retry_after: Option<Millis>,
    },
    /// A function of the app's threw.
    Thrown,
    /// No answer in time.
    Timeout,
}

impl Failure {
    /// Whether a token may have been minted nevertheless: only a refusal in the
    /// backend's own words says that there is none.
    #[must_use]
    pub const fn may_have_minted(self) -> bool {
        match self {
            Self::Misused(_) => false,
            Self::Status { status, .. } => !matches!(status, 400..=499) || is_outage(status),
            Self::Final
            | Self::Foreign { .. }
            | Self::Malformed(_)
            | Self::Network
            | Self::Thrown
            | Self::Timeout => true,
        }
    }

    /// What it is once it has lasted: what was given in the backend's place
    /// is taken for its word.
    pub(crate) fn lasting(self) -> Error {
        let mut error = Error::from(self);
        if let Self::Foreign { status, .. } = self {
            error.code = code_of(status, None);
        }
        error
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Final => Self::new(Code::RequestRefused),
            Failure::Foreign {
                status,
                what,
                retry_after,
            } => Self {
                code: Code::InvalidResponse,
                status: Some(status),
                retry_after,
                oauth_error: None,
                detail: Some(what),
            },
            Failure::Malformed(detail) => Self::new(Code::InvalidResponse).with_detail(detail),
            Failure::Misused(option) => Self::new(Code::InvalidOptions).with_detail(option),
            Failure::Network => Self::new(Code::Network),
            Failure::Status {
                status,
                oauth_error,
                retry_after,
            } => Self {
                code: code_of(status, oauth_error),
                status: Some(status),
                retry_after,
                oauth_error,
                detail: None,
            },
            Failure::Thrown => {
                Self::new(Code::Network).with_detail("`getToken` or `headers` threw: see `cause`.")
            }
            Failure::Timeout => Self::new(Code::Timeout),
        }
    }
}

/// Whether an HTTP status says that the same request may succeed later.
pub(crate) const fn is_outage(status: u16) -> bool {
    matches!(status, 408 | 421 | 425 | 429 | 500..=599)
}

fn code_of(status: u16, oauth_error: Option<&'static str>) -> Code {
    match (status, oauth_error) {
        // RFC 6749 section 4.1.2.1 made these two for servers that cannot
        // answer with a 5xx; some send them from the token endpoint, as a 400.
        (400, Some("server_error" | "temporarily_unavailable" | "slow_down")) => Code::Unavailable,
        (401, _) => Code::LoginRequired,
        (403, _) => Code::AccessDenied,
        _ if is_outage(status) => Code::Unavailable,
        (400..=499, _) => Code::RequestRefused,
        _ => Code::InvalidResponse,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, oauth_error: Option<&'static str>) -> Error {
        Failure::Status {
            status,
            oauth_error,
            retry_after: None,
        }
        .into()
    }

    #[test]
    fn a_session_that_is_over_is_terminal() {
        assert_eq!(answered(401, None).code, Code::LoginRequired);
        assert!(answered(401, None).is_terminal());
        assert!(answered(403, None).is_terminal());
    }

    #[test]
    fn other_refusals_are_terminal_too() {
        for status in [400, 404, 405, 410, 422] {
            assert_eq!(answered(status, None).code, Code::RequestRefused);
            assert!(answered(status, None).is_terminal());
        }
    }

    #[test]
    fn overload_and_outage_are_retried() {
        for status in [408, 421, 425, 429, 500, 502, 503, 504, 599] {
            assert_eq!(answered(status, None).code, Code::Unavailable);
            assert!(!answered(status, None).is_terminal());
        }
    }

    #[test]
    fn a_bad_request_that_says_it_is_an_outage_is_believed() {
        let error = answered(400, Some("temporarily_unavailable"));
        assert_eq!(error.code, Code::Unavailable);
        assert_eq!(
            answered(400, Some("invalid_scope")).code,
            Code::RequestRefused
        );
    }

    #[test]
    fn an_error_prints_its_message_and_the_detail() {
        let error = Error::new(Code::InvalidOptions).with_detail("`timeout`");
        assert_eq!(error.to_string(), "Option not accepted: `timeout`");
    }
}
