//! `/oauth2/token` and `/oauth2/revoke` of the embedded authorization server, as
//! Box documents them: form in, JSON out, for confidential clients only.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::json;

use downscope_backend::core::{Exchange, Minted, UpstreamError};

use crate::embedded::Embedded;

const MAX_BODY: usize = 64 * 1024;
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const CLIENT_CREDENTIALS: &str = "client_credentials";
const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

pub(crate) fn router(embedded: Arc<Embedded>) -> Router {
    Router::new()
        .route("/oauth2/token", post(token))
        .route("/oauth2/revoke", post(revoke))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(embedded)
}

async fn token(State(embedded): State<Arc<Embedded>>, body: Bytes) -> Response {
    let form = Form::parse(&body);
    if !form.is_from_client(&embedded) {
        return invalid_client();
    }
    match form.get("grant_type") {
        CLIENT_CREDENTIALS => client_credentials(&embedded, &form),
        TOKEN_EXCHANGE => token_exchange(&embedded, &form),
        _ => error("unsupported_grant_type", "The grant type is not supported."),
    }
}

async fn revoke(State(embedded): State<Arc<Embedded>>, body: Bytes) -> Response {
    let form = Form::parse(&body);
    if !form.is_from_client(&embedded) {
        return invalid_client();
    }
    embedded.strike_out(form.get("token"));
    StatusCode::OK.into_response()
}

fn client_credentials(embedded: &Embedded, form: &Form) -> Response {
    if !matches!(form.get("box_subject_type"), "enterprise" | "user")
        || form.get("box_subject_id").is_empty()
    {
        return error("invalid_grant", "The subject of the grant is not valid.");
    }
    let minted = embedded.mint_user_token();
    answer(json!({
        "access_token": minted.token.expose(),
        "expires_in": minted.expires_in,
        "restricted_to": [],
        "token_type": "bearer",
    }))
}

fn token_exchange(embedded: &Embedded, form: &Form) -> Response {
    if form.get("subject_token_type") != ACCESS_TOKEN {
        return error(
            "invalid_request",
            "The subject token type is not supported.",
        );
    }
    if !embedded.is_user_token(form.get("subject_token")) {
        return error("invalid_grant", "The subject token is not valid.");
    }
    let wanted = Exchange {
        resource: form.get("resource").to_owned(),
        scope: form.get("scope").to_owned(),
        subject: None,
    };
    match embedded.downscope(&wanted) {
        Ok(Minted {
            token,
            expires_in,
            restricted_to,
            ..
        }) => answer(json!({
            "access_token": token.expose(),
            "expires_in": expires_in,
            "token_type": "bearer",
            "restricted_to": restricted_to,
            "issued_token_type": ACCESS_TOKEN,
        })),
        Err(UpstreamError::InvalidTarget) => {
            error("invalid_resource", "The target resource is invalid.")
        }
        Err(_) => error("invalid_scope", "A scope is not valid."),
    }
}

fn answer(token: serde_json::Value) -> Response {
    let no_store = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    ([no_store], Json(token)).into_response()
}

fn invalid_client() -> Response {
    error("invalid_client", "The client credentials are invalid.")
}

fn error(code: &str, description: &str) -> Response {
    let body = json!({ "error": code, "error_description": description });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

struct Form(HashMap<String, String>);

impl Form {
    fn parse(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    fn is_from_client(&self, embedded: &Embedded) -> bool {
        embedded.is_client(self.get("client_id"), self.get("client_secret"))
    }
}
