//! Refusals, in the one shape of RFC 6749 section 5.2.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::Note;
use crate::upstream::UpstreamError;

/// Seconds a client waits when the upstream is down and did not say for how long.
const DEFAULT_RETRY_AFTER: u64 = 5;
/// The longest wait passed on: an upstream's slip must not lock a page out for days.
const MAX_RETRY_AFTER: u64 = 600;

/// An error answer. Every word in it is fixed in this crate: a refusal repeats
/// nothing of the request, which may hold a secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OAuthError {
    status: StatusCode,
    code: &'static str,
    description: &'static str,
    retry_after: Option<u64>,
}

impl OAuthError {
    /// 403: the request does not come from the app's own page.
    pub(crate) const fn access_denied(description: &'static str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "access_denied", description)
    }

    /// 400: a parameter is missing or malformed.
    pub(crate) const fn invalid_request(description: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", description)
    }

    /// 400: a scope is missing, malformed, unknown or not for this user.
    pub(crate) const fn invalid_scope(description: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_scope", description)
    }

    /// 400: the resource is missing, malformed, unknown or not for this user (RFC 8707 section 2).
    /// Unknown and forbidden look alike, so that nobody can probe for what exists.
    pub(crate) const fn invalid_target(description: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_target", description)
    }

    /// 401: nobody is signed in.
    pub(crate) const fn login_required() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "login_required",
            "Nobody is signed in.",
        )
    }

    /// 500: only an operator can help.
    pub(crate) const fn server_error(description: &'static str) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "server_error",
            description,
        )
    }

    /// 503: not now.
    pub(crate) fn temporarily_unavailable(
        description: &'static str,
        retry_after: Option<u64>,
    ) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "temporarily_unavailable",
            description,
        )
        .retry_after(retry_after)
    }

    /// 413: the body is over its limit.
    pub(crate) const fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "invalid_request",
            "The body is too large.",
        )
    }

    /// 415: the body is of another type.
    pub(crate) const fn unsupported_media_type(description: &'static str) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "invalid_request",
            description,
        )
    }

    const fn new(status: StatusCode, code: &'static str, description: &'static str) -> Self {
        Self {
            status,
            code,
            description,
            retry_after: None,
        }
    }

    fn retry_after(self, seconds: Option<u64>) -> Self {
        let seconds = seconds
            .unwrap_or(DEFAULT_RETRY_AFTER)
            .clamp(1, MAX_RETRY_AFTER);
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }
}

impl From<UpstreamError> for OAuthError {
    fn from(error: UpstreamError) -> Self {
        match error {
            UpstreamError::InvalidScope => Self::invalid_scope("A scope is not available."),
            UpstreamError::InvalidTarget => Self::invalid_target("There is no such resource."),
            UpstreamError::Misconfigured => {
                Self::server_error("The authorization server refuses this backend.")
            }
            UpstreamError::RateLimited { retry_after } => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "temporarily_unavailable",
                "Too many requests to the authorization server.",
            )
            .retry_after(retry_after),
            UpstreamError::SubjectRejected => Self::login_required(),
            UpstreamError::Unavailable { retry_after } => Self::temporarily_unavailable(
                "The authorization server does not answer.",
                retry_after,
            ),
        }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.code, "error_description": self.description });
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 9110 section 15.5.2 wants a challenge; no browser shows a dialog for this one.
            let challenge = HeaderValue::from_static("Cookie realm=\"app\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        response.extensions_mut().insert(Note::new(self.code));
        response
    }
}
