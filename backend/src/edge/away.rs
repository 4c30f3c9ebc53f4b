//! The endpoints of a backend whose store has not been reached yet. A page of another origin
//! can read what they say: else it would take that for a fault of the network.

use axum::{Router, response::Response, routing::post};

use super::{Paths, answer, cors, with_layers};
use crate::core::{Origins, Refusal};

/// Answers whatever [`super::router`] answers: a preflight in the same way, all else with 503.
pub fn away_router(origins: &Origins, paths: &Paths) -> Router {
    let others = post(|| refused(Refusal::no_store())).options(cors::preflight);
    let revoke = post(|| refused(Refusal::not_taken())).options(cors::preflight);
    let router = Router::new()
        .route(&paths.token, others.clone())
        .route(&paths.revoke, revoke)
        .route(&paths.lease, others);
    with_layers(router, origins)
}

async fn refused(refusal: Refusal) -> Response {
    answer::noted(answer::refused(refusal))
}
