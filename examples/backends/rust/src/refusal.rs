//! Answers that are errors.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An error of RFC 6749 section 5.2. It has no room for words of the request.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    error: &'static str,
    retry_after: u64,
}

impl Refusal {
    pub(crate) const fn new(status: StatusCode, error: &'static str) -> Self {
        Self {
            status,
            error,
            retry_after: 5,
        }
    }

    pub(crate) const fn bad_request(error: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    pub(crate) const fn server_error() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error")
    }

    pub(crate) fn not_now(status: StatusCode, retry_after: Option<u64>) -> Self {
        Self {
            retry_after: retry_after.unwrap_or(5),
            ..Self::new(status, "temporarily_unavailable")
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(json!({ "error": self.error }))).into_response();
        let headers = response.headers_mut();
        if matches!(
            self.status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        ) {
            headers.insert(header::RETRY_AFTER, self.retry_after.into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Cookie realm=\"app\"");
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
