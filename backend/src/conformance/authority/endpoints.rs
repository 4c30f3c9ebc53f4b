//! The two endpoints of the stand-in, in the form that Box documents.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};

use super::{Minted, Refusal, Shared};

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// The life of what the client itself is given, in seconds.
const CLIENT_LIFE: u64 = 3_600;

type Form = BTreeMap<String, String>;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/oauth2/token", post(token))
        .route("/oauth2/revoke", post(revoke))
        .with_state(shared)
}

/// RFC 8693, and the client credentials grant of Box.
async fn token(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let form = parse(&body);
    if !has_client(&headers, &form) {
        return error(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    match form.get("grant_type").map(String::as_str) {
        Some("client_credentials") => {
            let token = shared.new_token("subject");
            shared.change(|book| book.mint(&token));
            ok(&json!({
                "access_token": token,
                "expires_in": CLIENT_LIFE,
                "restricted_to": [],
                "token_type": "bearer",
            }))
        }
        Some(TOKEN_EXCHANGE) if form.contains_key("subject_token") => exchange(shared, &form).await,
        Some(TOKEN_EXCHANGE) => error(StatusCode::BAD_REQUEST, "invalid_request"),
        Some(_) | None => error(StatusCode::BAD_REQUEST, "unsupported_grant_type"),
    }
}

async fn exchange(shared: Arc<Shared>, form: &Form) -> Response {
    let fate = shared.change(|book| book.begin_exchange());
    tokio::time::sleep(fate.latency).await;
    if let Some(refusal) = fate.refusal {
        return refused(refusal);
    }
    let token = shared.new_token("minted");
    let text = |name| form.get(name).cloned().unwrap_or_default();
    shared.change(|book| {
        book.mint(&token);
        book.minted.push(Minted {
            token: token.clone(),
            scope: text("scope"),
            resource: text("resource"),
        });
    });
    shared.pass_gate().await;
    let mut answer = json!({
        "access_token": token,
        "issued_token_type": ACCESS_TOKEN,
        "restricted_to": [],
        "token_type": "bearer",
    });
    if let Some(life) = fate.life {
        answer["expires_in"] = life;
    }
    ok(&answer)
}

/// RFC 7009.
async fn revoke(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let form = parse(&body);
    if !has_client(&headers, &form) {
        return error(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    let Some(token) = form.get("token") else {
        return error(StatusCode::BAD_REQUEST, "invalid_request");
    };
    let (fate, _call) = shared.begin_revoke(token);
    tokio::time::sleep(fate.latency).await;
    if let Some(refusal) = fate.refusal {
        return refused(refusal);
    }
    let is_success = shared.change(|book| book.kill(token) || !book.faults.unknown_is_invalid);
    if is_success {
        StatusCode::OK.into_response()
    } else {
        error(StatusCode::BAD_REQUEST, "invalid_token")
    }
}

fn parse(body: &[u8]) -> Form {
    form_urlencoded::parse(body).into_owned().collect()
}

/// Whoever has credentials is let in: which ones the backend was given is not the matter.
fn has_client(headers: &HeaderMap, form: &Form) -> bool {
    let is_there = |name| form.get(name).is_some_and(|value| !value.is_empty());
    headers.contains_key(header::AUTHORIZATION)
        || is_there("client_id") && (is_there("client_secret") || is_there("client_assertion"))
}

fn ok(answer: &Value) -> Response {
    with_json(StatusCode::OK, answer.to_string())
}

fn error(status: StatusCode, code: &str) -> Response {
    with_json(status, json!({ "error": code }).to_string())
}

fn refused(refusal: Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let mut response = with_json(status, refusal.body);
    if let Some(seconds) = refusal.retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn with_json(status: StatusCode, body: String) -> Response {
    let json = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, json)], body).into_response()
}
