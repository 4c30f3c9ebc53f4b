//! The three endpoints over HTTP, for axum.

mod answer;
mod away;
mod body;
mod cors;
mod lease;
mod revoke;
mod token;

use std::{pin::Pin, sync::Arc};

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, header},
    middleware::{self, Next},
    response::Response,
    routing::post,
};

pub use self::{answer::Note, away::away_router};
use crate::{
    core::{Origins, Owner, Policy, Refusal, Secret, TokenRequest},
    engine::Engine,
};

/// Who sends a request, and what they may have.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Whose tokens are minted.
    pub owner: Owner,
    /// The user's own authority at the authorization server, where the app hands it over.
    pub subject: Option<Secret>,
    /// What this user may have, within what the service gives out; `None` for all of that.
    pub policy: Option<Policy>,
}

/// The future of [`Identify::identify`].
pub type Identifying<'a> =
    Pin<Box<dyn Future<Output = Result<Option<Identity>, Refusal>> + Send + 'a>>;

/// The future of [`Identify::permit`].
pub type Permitting<'a> = Pin<Box<dyn Future<Output = Result<(), Refusal>> + Send + 'a>>;

/// Tells who sends a request.
pub trait Identify: Send + Sync {
    /// Who that is; `None` if nobody is signed in. An error is answered as it is, for
    /// example with 503 where the app cannot be asked.
    fn identify<'a>(&'a self, headers: &'a HeaderMap) -> Identifying<'a>;

    /// Whether they may have what they ask for, where the policies allow it. By default: yes.
    fn permit<'a>(
        &'a self,
        _headers: &'a HeaderMap,
        _identity: &'a Identity,
        _request: &'a TokenRequest,
    ) -> Permitting<'a> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// What the endpoints share.
#[derive(Clone)]
pub struct Edge {
    /// Carries the requests out.
    pub engine: Engine,
    /// Where the app's pages are.
    pub origins: Origins,
    /// What anybody may have; `None` where [`Identify::permit`] alone says it.
    pub policy: Option<Policy>,
    /// Who sends a request.
    pub identify: Arc<dyn Identify>,
}

/// The paths of the endpoints.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Paths {
    /// Default: `/api/token`.
    pub token: String,
    /// Default: `/api/revoke`.
    pub revoke: String,
    /// Default: `/api/lease`.
    pub lease: String,
}

impl Default for Paths {
    fn default() -> Self {
        Self {
            token: "/api/token".to_owned(),
            revoke: "/api/revoke".to_owned(),
            lease: "/api/lease".to_owned(),
        }
    }
}

/// The endpoints.
pub fn router(edge: &Edge, paths: &Paths) -> Router {
    token_router(edge, paths)
        .merge(revoke_router(edge, paths))
        .merge(lease_router(edge, paths))
}

/// The token endpoint alone, for an app that wraps them differently.
pub fn token_router(edge: &Edge, paths: &Paths) -> Router {
    let methods = post(token::handle).options(cors::preflight);
    with_state(Router::new().route(&paths.token, methods), edge)
}

/// The revoke endpoint alone.
pub fn revoke_router(edge: &Edge, paths: &Paths) -> Router {
    let methods = post(revoke::handle).options(cors::preflight);
    with_state(Router::new().route(&paths.revoke, methods), edge)
}

/// The lease endpoint alone.
pub fn lease_router(edge: &Edge, paths: &Paths) -> Router {
    let methods = post(lease::handle).options(cors::preflight);
    with_state(Router::new().route(&paths.lease, methods), edge)
}

fn with_state(router: Router<Edge>, edge: &Edge) -> Router {
    with_layers(router.with_state(edge.clone()), &edge.origins)
}

/// What each answer has, whatever it says.
fn with_layers(router: Router, origins: &Origins) -> Router {
    router
        .layer(middleware::from_fn_with_state(origins.clone(), cors::allow))
        .layer(middleware::from_fn(no_store))
}

/// RFC 6749 section 5.1: no cache may keep an answer, whatever its status.
async fn no_store(request: axum::extract::Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

impl Edge {
    /// Whether the request comes from a page of the app.
    fn check_origin(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        self.origins.check(|name| headers.get(name)?.to_str().ok())
    }

    /// Who sends the request.
    async fn identify(&self, headers: &HeaderMap) -> Result<Identity, Refusal> {
        let identity = self.identify.identify(headers).await?;
        identity.ok_or_else(Refusal::login_required)
    }
}

impl std::fmt::Debug for Edge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Edge").finish_non_exhaustive()
    }
}
