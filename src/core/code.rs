//! What can go wrong, in one table.

/// What happened; crosses to JavaScript as [`Code::as_str`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The caller's signal fired.
    Aborted,
    /// The token endpoint answered 403.
    AccessDenied,
    /// The client was closed.
    Closed,
    /// A fault of this SDK.
    Internal,
    /// An option is unknown, missing or ill-typed.
    InvalidOptions,
    /// The token endpoint answered something that is no token response.
    InvalidResponse,
    /// The token endpoint answered 401.
    LoginRequired,
    /// The request did not get through.
    Network,
    /// The token would have gone to another origin.
    OriginNotAllowed,
    /// The token endpoint answered another 4xx.
    RequestRefused,
    /// The grant was revoked while the caller waited.
    Revoked,
    /// The backend told the page to stop.
    Stopped,
    /// No token in time.
    Timeout,
    /// The resource refused a new token like the one before it.
    TokenRefused,
    /// The token endpoint answered 408, 421, 425, 429 or 5xx.
    Unavailable,
}

impl Code {
    /// Every code, in alphabetical order.
    pub const ALL: [Self; 15] = [
        Self::Aborted,
        Self::AccessDenied,
        Self::Closed,
        Self::Internal,
        Self::InvalidOptions,
        Self::InvalidResponse,
        Self::LoginRequired,
        Self::Network,
        Self::OriginNotAllowed,
        Self::RequestRefused,
        Self::Revoked,
        Self::Stopped,
        Self::Timeout,
        Self::TokenRefused,
        Self::Unavailable,
    ];

    /// The code as JavaScript sees it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aborted => "aborted",
            Self::AccessDenied => "access_denied",
            Self::Closed => "closed",
            Self::Internal => "internal",
            Self::InvalidOptions => "invalid_options",
            Self::InvalidResponse => "invalid_response",
            Self::LoginRequired => "login_required",
            Self::Network => "network",
            Self::OriginNotAllowed => "origin_not_allowed",
            Self::RequestRefused => "request_refused",
            Self::Revoked => "revoked",
            Self::Stopped => "stopped",
            Self::Timeout => "timeout",
            Self::TokenRefused => "token_refused",
            Self::Unavailable => "unavailable",
        }
    }

    /// Whether calling again later can succeed without the app doing anything.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::InvalidResponse
                | Self::Network
                | Self::Timeout
                | Self::TokenRefused
                | Self::Unavailable
        )
    }

    /// What happened and what to do about it, in a sentence or two.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Aborted => "The caller's signal was aborted.",
            Self::AccessDenied => {
                "The token endpoint answered 403. Check the CSRF header (option `headers`) and that the user may have this resource and these scopes, then call resume()."
            }
            Self::Closed => "The client is closed. Create another one.",
            Self::Internal => {
                "A fault in downscope; it cannot be used until the page is loaded again. Please report it."
            }
            Self::InvalidOptions => "Option not accepted:",
            Self::InvalidResponse => {
                "The token endpoint did not answer with a token response (RFC 6749 section 5.1):"
            }
            Self::LoginRequired => {
                "The token endpoint answered 401: the user's session is over. Sign in again, then call resume()."
            }
            Self::Network => {
                "The token endpoint could not be reached. Check that the page is online, that the URL is right and does not redirect, and CORS and CSP connect-src if it is on another origin."
            }
            Self::OriginNotAllowed => {
                "The URL is not on an origin that may receive this token; nothing was sent. See option `allowedOrigins`."
            }
            Self::RequestRefused => {
                "The token endpoint refused the request for good. Check its path (404, 405), resource and scopes (see `oauthError`), then call resume()."
            }
            Self::Revoked => {
                "The grant was revoked while waiting for its token. Ask again if it is still wanted."
            }
            Self::Stopped => {
                "The backend has told this page to use no token. Call resume() when it may."
            }
            Self::Timeout => {
                "No token in time. Call again later, or raise `timeout` or `requestTimeout`."
            }
            Self::TokenRefused => {
                "The resource answered 401 to a new token as to the one before. No other is asked for before `retryAfter`. Check the resource, the scopes and whose tokens it accepts."
            }
            Self::Unavailable => {
                "The token endpoint is not available right now. Call again after `retryAfter`."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_code_is_its_place_in_the_list() {
        for (place, code) in Code::ALL.into_iter().enumerate() {
            assert_eq!(code as usize, place, "{code:?}");
        }
    }

    #[test]
    fn codes_are_distinct_alphabetical_and_explained() {
        let names: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert!(names.is_sorted_by(|one, other| one < other));
        for code in Code::ALL {
            assert!(code.message().len() > 15);
        }
    }
}
