//! The app's origin: its page, its backend, and the demo's control plane.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Serialize;

use downscope_backend::{
    core::Millis,
    edge::{self, Edge, Paths},
};

use crate::{
    control::{self, Control},
    faults,
    ledger::Kind,
    media::FileInfo,
    observe::observe,
    sign_in::SignIns,
    static_files::{self, StaticFiles},
    vault::Vault,
};

/// `/config.json`: what the page has to know before it asks for a token.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageConfig {
    pub(crate) api_origin: String,
    pub(crate) upstream: &'static str,
    /// How long a page may be silent.
    pub(crate) lease_term: Millis,
    pub(crate) files: Vec<FileInfo>,
    /// Who alone gets tokens, as the page reaches it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) vault_origin: Option<String>,
    #[serde(skip)]
    pub(crate) vault: Option<Vault>,
}

pub(crate) fn router(
    edge: &Edge,
    control: Control,
    sign_ins: Arc<SignIns>,
    config: PageConfig,
    files: StaticFiles,
) -> Router {
    let has_vault = config.vault.is_some();
    let page = Router::new()
        .route("/api/login", post(login))
        .route("/api/logout", post(logout))
        .with_state(sign_ins)
        .route("/config.json", get(page_config).with_state(config));
    let paths = Paths::default();
    let token = edge::token_router(edge, &paths);
    let revoke = edge::revoke_router(edge, &paths);
    let lease = edge::lease_router(edge, &paths);
    // With a vault, no token is to be had here: whoever gets into the page asks in vain.
    let asked = match has_vault {
        true => Router::new(),
        false => Router::new()
            .merge(endpoint(token, Kind::Token, &control))
            .merge(endpoint(lease, Kind::Lease, &control)),
    };
    Router::new()
        .merge(asked)
        .merge(endpoint(revoke, Kind::Revoke, &control))
        .merge(control::router(control))
        .merge(page)
        .fallback_service(get(static_files::serve).with_state(files))
        .layer(middleware::from_fn(loopback_only))
}

/// An endpoint of the contract inside the demo's layers.
pub(crate) fn endpoint(router: Router, kind: Kind, control: &Control) -> Router {
    let Control { faults, ledger, .. } = control;
    router
        .layer(middleware::from_fn_with_state(
            (Arc::clone(faults), kind),
            faults::inject,
        ))
        .layer(middleware::from_fn_with_state(
            (Arc::clone(ledger), kind),
            observe,
        ))
}

/// This server signs in whoever loads its page, so it must not answer to the name
/// of a site that has pointed its own name at this machine (DNS rebinding).
pub(crate) async fn loopback_only(request: Request, next: Next) -> Response {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let is_loopback = host.is_some_and(|host| {
        let name = host.rsplit_once(':').map_or(host, |(name, port)| {
            if port.bytes().all(|byte| byte.is_ascii_digit()) {
                name
            } else {
                host
            }
        });
        matches!(name, "127.0.0.1" | "localhost" | "[::1]")
    });
    if !is_loopback {
        return StatusCode::MISDIRECTED_REQUEST.into_response();
    }
    next.run(request).await
}

async fn page_config(
    State(mut config): State<PageConfig>,
    headers: HeaderMap,
) -> impl IntoResponse {
    let vault = config.vault.as_ref().and_then(|vault| vault.of(&headers));
    config.vault_origin = vault.map(str::to_owned);
    ([(header::CACHE_CONTROL, "no-cache")], Json(config))
}

async fn login(State(sign_ins): State<Arc<SignIns>>) -> impl IntoResponse {
    (cookie(sign_ins.sign_in()), StatusCode::NO_CONTENT)
}

async fn logout(State(sign_ins): State<Arc<SignIns>>, headers: HeaderMap) -> impl IntoResponse {
    (cookie(sign_ins.sign_out(&headers)), StatusCode::NO_CONTENT)
}

const fn cookie(value: String) -> [(HeaderName, String); 1] {
    [(header::SET_COOKIE, value)]
}
