//! `POST /recall`: a sign-out, also one of the back channel, or an operator takes tokens
//! back.

use std::sync::Arc;

use axum::{
    Json,
    body::{Body, to_bytes},
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use super::Shared;
use crate::core::{Fingerprint, Reason, Recall, RecallOp, RecallScope};

const MAX_BODY: usize = 64 * 1024;
/// The longest name of a user, a sign-in or a page life.
const MAX_NAME: usize = 256;

pub(super) async fn handle(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if !is_allowed(&shared, &headers) {
        let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
        return (
            StatusCode::UNAUTHORIZED,
            challenge,
            "the token is missing or another\n",
        )
            .into_response();
    }
    // No page can send this type to another origin without asking first, which is refused.
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    if !is_json {
        let wrong = "the body must be application/json\n";
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, wrong).into_response();
    }
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let Some(recall) = read(&body) else {
        return (StatusCode::BAD_REQUEST, WRONG).into_response();
    };
    // First, so that no answer of before the sign-out mints after the recall.
    if let RecallScope::SignIn(sign_in) = &recall.scope {
        shared.ended.note(sign_in);
    }
    if let Some(forward) = &shared.forward {
        forward.forget();
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

fn read(body: &[u8]) -> Option<RecallOp> {
    let fields: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let mut scope = None;
    let mut recall = Recall::All;
    for (name, value) in &fields {
        let text = value
            .as_str()
            .filter(|text| (1..=MAX_NAME).contains(&text.len()));
        let text = text.map(str::to_owned);
        let one = match name.as_str() {
            "revoke" => {
                recall = Recall::parse(value)?;
                continue;
            }
            "all" => value.as_bool()?.then_some(RecallScope::All)?,
            "session" => RecallScope::Session(text?),
            "sign_in" => RecallScope::SignIn(text?),
            "user" => RecallScope::User(text?),
            // What cannot be understood must not be taken for more, or less, than it says.
            _ => return None,
        };
        if scope.replace(one).is_some() {
            return None;
        }
    }
    let scope = scope?;
    let names_requests = matches!(recall, Recall::Requests(_));
    if names_requests && !matches!(scope, RecallScope::Session(_)) {
        return None;
    }
    let reason = match scope {
        RecallScope::SignIn(_) => Reason::Logout,
        RecallScope::All | RecallScope::Session(_) | RecallScope::User(_) => Reason::Recalled,
    };
    Some(RecallOp {
        scope,
        recall,
        reason,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recall_says_whom_and_nothing_that_is_not_understood() {
        let scope = |body: &str| read(body.as_bytes()).map(|recall| recall.scope);
        let user = RecallScope::User("u1".to_owned());
        assert_eq!(scope(r#"{"user":"u1"}"#), Some(user));
        assert_eq!(
            scope(r#"{"all":true,"revoke":"stop"}"#),
            Some(RecallScope::All)
        );
        assert!(scope(r#"{"session":"s","revoke":["1"]}"#).is_some());
        for body in [
            "",
            "{}",
            r#"{"revoke":"all"}"#,
            r#"{"all":false}"#,
            r#"{"all":"true"}"#,
            r#"{"user":""}"#,
            r#"{"user":7}"#,
            r#"{"user":"u1","sign_in":"s"}"#,
            r#"{"user":"u1","revoke":["1"]}"#,
            r#"{"user":"u1","revoke":"some"}"#,
            r#"{"user":"u1","tenant":"t"}"#,
        ] {
            assert_eq!(scope(body), None, "{body}");
        }
    }
}
