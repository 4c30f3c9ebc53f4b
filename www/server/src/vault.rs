//! The vault: an origin of its own for a keeper of tokens, which alone gets any.
//!
//! Its page is a frame of the app's, on the same site, so that browsers leave it its cookie. A
//! script in the app's page is of another origin: it cannot ask here.

use std::{path::PathBuf, sync::Arc};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use downscope_backend::{
    core::Origins,
    edge::{self, Edge, Paths},
};

use crate::{
    app::{endpoint, loopback_only},
    control::Control,
    ledger::Kind,
    static_files::{self, StaticFiles},
};

/// Where the vault is, and what is served there.
#[derive(Clone, Debug)]
pub struct Vault {
    /// Its origins, each with that of the app's page by the same host.
    pub origins: Vec<(String, String)>,
    /// Has `keeper.js`, in which the server writes what is not known before it runs.
    pub directory: PathBuf,
}

/// What a keeper's file says in place of the app's origin, and in place of the file API's.
const PAGE_ORIGIN: &str = "{{page_origin}}";
const API_ORIGIN: &str = "{{api_origin}}";

#[derive(Clone)]
struct Served {
    vault: Arc<Vault>,
    api_origin: Arc<str>,
}

pub(crate) fn router(
    vault: Vault,
    api_origin: &str,
    edge: &Edge,
    control: &Control,
    files: StaticFiles,
) -> Router {
    let origins = vault.origins.iter().map(|(own, _)| own.clone());
    let edge = Edge {
        origins: Origins::new(origins),
        ..edge.clone()
    };
    let served = Served {
        vault: Arc::new(vault),
        api_origin: api_origin.into(),
    };
    let paths = Paths::default();
    let asked = |router: Router| router.layer(middleware::from_fn(same_origin_only));
    let token = asked(edge::token_router(&edge, &paths));
    let lease = asked(edge::lease_router(&edge, &paths));
    let revoke = edge::revoke_router(&edge, &paths);
    Router::new()
        .merge(endpoint(token, Kind::Token, control))
        .merge(endpoint(revoke, Kind::Revoke, control))
        .merge(endpoint(lease, Kind::Lease, control))
        .route("/keeper.js", get(keeper).with_state(served.clone()))
        .fallback_service(get(static_files::serve).with_state(files))
        .layer(middleware::from_fn_with_state(served, guarded))
        .layer(middleware::from_fn(loopback_only))
}

/// A page of the same site is a stranger here. A browser without Fetch Metadata sends `Origin`,
/// which the endpoint itself looks at.
async fn same_origin_only(request: Request, next: Next) -> Response {
    match request.headers().get("sec-fetch-site") {
        Some(site) if site != "same-origin" => StatusCode::FORBIDDEN.into_response(),
        Some(_) | None => next.run(request).await,
    }
}

async fn keeper(State(served): State<Served>, headers: HeaderMap) -> Response {
    let page = served.page_of(&headers);
    let file = tokio::fs::read_to_string(served.vault.directory.join("keeper.js")).await;
    match (file, page) {
        (Ok(file), Some(page)) => {
            let file = file
                .replace(PAGE_ORIGIN, page)
                .replace(API_ORIGIN, &served.api_origin);
            let headers = [
                (header::CONTENT_TYPE, "text/javascript"),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (headers, file).into_response()
        }
        (Err(_), _) | (_, None) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// What every answer of the vault says to browsers.
async fn guarded(State(served): State<Served>, request: Request, next: Next) -> Response {
    let page = served
        .page_of(request.headers())
        .unwrap_or("'none'")
        .to_owned();
    let api = &served.api_origin;
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' {api}; \
         base-uri 'none'; form-action 'none'; frame-ancestors {page}"
    );
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy.as_str()),
        // A process of its own, as far as the browser has them.
        (HeaderName::from_static("origin-agent-cluster"), "?1"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    response
}

impl Vault {
    /// Its origin by the host that a page was asked for by.
    pub(crate) fn of(&self, headers: &HeaderMap) -> Option<&str> {
        let asked = asked_origin(headers)?;
        let mut origins = self.origins.iter();
        origins.find_map(|(vault, page)| (*page == asked).then_some(vault.as_str()))
    }
}

impl Served {
    /// The origin of the app's page that goes with the host of a request.
    fn page_of(&self, headers: &HeaderMap) -> Option<&str> {
        let asked = asked_origin(headers)?;
        let mut origins = self.vault.origins.iter();
        origins.find_map(|(vault, page)| (*vault == asked).then_some(page.as_str()))
    }
}

fn asked_origin(headers: &HeaderMap) -> Option<String> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    Some(format!("http://{host}"))
}
