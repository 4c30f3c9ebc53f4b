//! The other listener, for operators and the app: metrics, health, recall. It is not to
//! be reached from outside.

mod recall;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};

use super::{
    metrics::{Metrics, Stock},
    sign_in::Forward,
};
use crate::{
    core::Secret,
    engine::{Ended, Engine},
};

/// As Prometheus asks for it; prometheus-client writes OpenMetrics.
const METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What it shares.
pub(super) struct Shared {
    pub(super) engine: Engine,
    pub(super) metrics: Arc<Metrics>,
    pub(super) stock: Stock,
    pub(super) ended: Arc<Ended>,
    /// Where the app is asked.
    pub(super) forward: Option<Arc<Forward>>,
    /// What a recall needs.
    pub(super) token: Option<Secret>,
    pub(super) is_stopping: AtomicBool,
}

/// Everything of it.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/health/live", get(|| async { "alive\n" }))
        .route("/health/ready", get(ready))
        .route("/recall", post(recall::handle))
        .with_state(shared)
}

async fn metrics(State(shared): State<Arc<Shared>>) -> Response {
    let stats = shared.stock.look().await;
    let text = shared.metrics.to_text(shared.engine.held_requests(), stats);
    ([(header::CONTENT_TYPE, METRICS)], text).into_response()
}

/// Whether requests may be sent here: the store answers, and no stop has begun.
async fn ready(State(shared): State<Arc<Shared>>) -> Response {
    if shared.is_stopping.load(Ordering::Relaxed) {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    if shared.stock.answers().await {
        "ready\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "no store\n").into_response()
    }
}
