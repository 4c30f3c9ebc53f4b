//! The bodies of injected answers.

use axum::{
    Json,
    body::{Body, Bytes},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use serde_json::json;

static HUGE_CHUNK: [u8; 64 * 1024] = [b'A'; 64 * 1024];
const HUGE_CHUNKS: u32 = 160;

/// What the body looks like.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Shape {
    /// RFC 6749 section 5.2.
    Oauth,
    /// An `error` object, as many an API gateway has it.
    Nested,
    /// RFC 9457.
    Problem,
    /// Neither JSON nor HTML.
    Text,
    /// No body.
    Empty,
    /// JSON that breaks off.
    Truncated,
    /// 10 MB of JSON.
    Huge,
    /// A page, as captive portals and single-page fallbacks answer.
    Html,
    /// What the endpoint itself answers.
    Ok,
}

impl Shape {
    /// The status of this shape where none is given.
    pub(super) const fn usual_status(self) -> u16 {
        match self {
            Self::Oauth | Self::Nested | Self::Problem => 503,
            Self::Text | Self::Empty | Self::Truncated | Self::Huge | Self::Html | Self::Ok => 200,
        }
    }

    pub(super) fn body(self, status: StatusCode) -> Response {
        let code = oauth_code(status);
        match self {
            Self::Ok | Self::Oauth => {
                Json(json!({ "error": code, "error_description": "Injected." })).into_response()
            }
            Self::Nested => {
                let error = json!({ "code": code, "message": "Injected.", "details": [] });
                Json(json!({ "error": error })).into_response()
            }
            Self::Problem => {
                let title = status.canonical_reason().unwrap_or("Injected");
                let problem = json!({
                    "type": "about:blank",
                    "title": title,
                    "status": status.as_u16(),
                    "detail": "Injected.",
                });
                typed("application/problem+json", problem.to_string())
            }
            Self::Text => typed("text/plain; charset=utf-8", "Injected."),
            Self::Empty => Body::empty().into_response(),
            Self::Truncated => typed("application/json", "{\"access_token\":\"injected\",\"expi"),
            Self::Huge => typed("application/json", huge()),
            Self::Html => typed(
                "text/html; charset=utf-8",
                "<!doctype html><title>Injected</title><p>Injected.",
            ),
        }
    }
}

fn typed(media_type: &'static str, body: impl Into<Body>) -> Response {
    (
        [(header::CONTENT_TYPE, HeaderValue::from_static(media_type))],
        body.into(),
    )
        .into_response()
}

const fn oauth_code(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "login_required",
        403 => "access_denied",
        408 | 425 | 429 | 503 => "temporarily_unavailable",
        500.. => "server_error",
        _ => "invalid_request",
    }
}

/// Well-formed from its first byte to its last, and never in memory as a whole.
fn huge() -> Body {
    let head =
        Bytes::from_static(b"{\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":\"");
    let tail = Bytes::from_static(b"\"}");
    Body::from_stream(stream::iter((0..HUGE_CHUNKS + 2).map(move |n| {
        Ok::<_, std::convert::Infallible>(match n {
            0 => head.clone(),
            n if n <= HUGE_CHUNKS => Bytes::from_static(&HUGE_CHUNK),
            _ => tail.clone(),
        })
    })))
}
