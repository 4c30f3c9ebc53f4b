//! `POST /recall`: a sign-out, also one of the back channel, or an operator takes tokens
//! back.

use std::sync::Arc;

use axum::{
    Json,
    body::{Body, to_bytes},
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::Shared;
use crate::core::{Fingerprint, RecallOp, RecallScope};

const MAX_BODY: usize = 64 * 1024;

pub(super) async fn handle(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if !is_allowed(&shared, &headers) {
        let why = "the token is missing or another\n";
        let mut refusal = refused(StatusCode::UNAUTHORIZED, why);
        let challenge = HeaderValue::from_static("Bearer");
        refusal
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
        return refusal;
    }
    // A page whose name was made to lead here is of this origin, for its browser: it may send
    // any type. It says that it is a page all the same.
    if headers.contains_key(header::ORIGIN) {
        return refused(StatusCode::FORBIDDEN, "not for pages\n");
    }
    // No page can send this type to another origin without asking first, which is refused.
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    if !is_json {
        let why = "the body must be application/json\n";
        return refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, why);
    }
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return refused(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large\n");
    };
    let Some(recall) = RecallOp::parse(&body) else {
        return refused(StatusCode::BAD_REQUEST, WRONG);
    };
    // First, so that no answer of before the sign-out mints after the recall.
    if let RecallScope::SignIn(sign_in) = &recall.scope {
        shared.ended.note(sign_in);
    }
    if let Some(forward) = &shared.forward {
        forward.forget(&recall.scope);
    }
    match shared.engine.recall(&recall).await {
        Ok(due) => Json(json!({ "due": due })).into_response(),
        Err(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the store does not answer\n",
        )
            .into_response(),
    }
}

/// A sign-out that was not heard is for the log, too: what was to end lives on.
fn refused(status: StatusCode, why: &'static str) -> Response {
    tracing::warn!(
        status = status.as_u16(),
        why = why.trim_end(),
        "a recall is refused"
    );
    (status, why).into_response()
}

const WRONG: &str = r#"the body must be {"session"|"sign_in"|"user": "…" or "all": true, "revoke": "all"|"stop"|["id"]}; ids need a session
"#;

/// Compares fingerprints: how long that takes tells nothing about the token.
fn is_allowed(shared: &Shared, headers: &HeaderMap) -> bool {
    let Some(token) = &shared.token else {
        return true;
    };
    let given = headers.get(header::AUTHORIZATION);
    let given = given.and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    given.is_some_and(|given| Fingerprint::of(given) == token.fingerprint())
}
