//! The control plane: lets the proof page and the tests see and disturb the server.
//! For the demo only; an app's backend has nothing like it.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::{get, post},
};
use futures_util::{Stream, stream};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use downscope_backend::{
    core::{Handles, Millis, Reason, Recall, RecallOp, RecallScope},
    engine::Engine,
    store::memory::Memory,
};

use crate::{
    embedded::Embedded,
    faults::{Faults, InvalidFaults, Settings},
    ledger::{LeaseView, Ledger, Snapshot},
};

const MAX_BODY: usize = 16 * 1024;
/// At most ten events a second, however much goes on.
const COALESCE: Duration = Duration::from_millis(100);

/// What it controls.
#[derive(Clone)]
pub(crate) struct Control {
    pub(crate) engine: Engine,
    pub(crate) store: Arc<Memory>,
    /// Whether it is the one that mints.
    pub(crate) is_embedded: bool,
    pub(crate) embedded: Arc<Embedded>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) ledger: Arc<Ledger>,
}

pub(crate) fn router(control: Control) -> Router {
    Router::new()
        .route("/control/ledger", get(ledger))
        .route("/control/ledger/stream", get(ledger_stream))
        .route("/control/faults", get(faults).post(set_faults))
        .route("/control/expire", post(expire))
        .route("/control/recall", post(recall))
        .route("/control/reset", post(reset))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn(same_site_only))
        .with_state(control)
}

/// A page somewhere on the web must not play with a demo that runs on this machine.
async fn same_site_only(request: Request, next: Next) -> Response {
    let site = request.headers().get("sec-fetch-site");
    if site.is_some_and(|site| site == "cross-site") {
        return StatusCode::FORBIDDEN.into_response();
    }
    let mut response = next.run(request).await;
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn ledger(State(control): State<Control>) -> Json<Snapshot> {
    Json(control.snapshot())
}

async fn ledger_stream(
    State(control): State<Control>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changes = control.ledger.subscribe();
    let start = (control, changes, None);
    let events = stream::unfold(start, async |(control, mut changes, expiry)| {
        tokio::select! {
            changed = changes.changed() => changed.ok()?,
            () = until(expiry) => {}
        }
        tokio::time::sleep(COALESCE).await;
        changes.mark_unchanged();
        let snapshot = control.snapshot();
        let expiry = snapshot.until_next_expiry();
        let expiry = expiry.and_then(|wait| Instant::now().checked_add(wait));
        let event = Event::default().event("ledger").json_data(snapshot).ok()?;
        Some((Ok(event), (control, changes, expiry)))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

/// Forever, if there is nothing to wait for.
async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

async fn faults(State(control): State<Control>) -> Json<Settings> {
    Json(control.faults.settings())
}

async fn set_faults(State(control): State<Control>, body: Bytes) -> Response {
    let changes = serde_json::from_slice::<Value>(&body).map_err(|_| InvalidFaults);
    match changes.and_then(|changes| control.faults.merge(&changes)) {
        Ok(settings) => {
            control.apply(&settings);
            Json(settings).into_response()
        }
        Err(InvalidFaults) => {
            let body = json!({ "error": "not a fault setting; see the server's README" });
            (StatusCode::BAD_REQUEST, Json(body)).into_response()
        }
    }
}

async fn expire(State(control): State<Control>) -> StatusCode {
    if !control.is_embedded {
        // Nobody but Box can make Box's tokens expire.
        return StatusCode::CONFLICT;
    }
    control.embedded.expire_all();
    control.ledger.expire_all();
    StatusCode::NO_CONTENT
}

/// Takes back tokens, as an operator or a sign-out elsewhere would.
async fn recall(State(control): State<Control>, body: Bytes) -> Response {
    let command = serde_json::from_slice::<RecallCommand>(&body).ok();
    let command = command
        .and_then(|RecallCommand { revoke, session }| Some((session, Recall::parse(&revoke)?)));
    let Some((session, recall)) = command else {
        let body = json!({ "error": "not a recall; see the server's README" });
        return (StatusCode::BAD_REQUEST, Json(body)).into_response();
    };
    let recall = RecallOp {
        scope: session.map_or(RecallScope::All, RecallScope::Session),
        recall,
        reason: Reason::Recalled,
    };
    match control.engine.recall(&recall).await {
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn reset(State(control): State<Control>) -> StatusCode {
    control.faults.clear();
    control.apply(&control.faults.settings());
    control.embedded.expire_all();
    control.store.clear();
    control.engine.release_held();
    control.ledger.clear();
    StatusCode::NO_CONTENT
}

/// What to take back, and from which page life; from all, if none is named.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecallCommand {
    revoke: Value,
    #[serde(default)]
    session: Option<String>,
}

impl Control {
    fn snapshot(&self) -> Snapshot {
        let mut snapshot = self.ledger.snapshot();
        let term = self.engine.settings().lease.term;
        let view = |(expires_at, session): (Millis, String)| LeaseView {
            held: self.engine.is_held(&session),
            session,
            heard_at: expires_at.saturating_sub(term),
            expires_at,
        };
        snapshot.leases = self.store.leases().into_iter().map(view).collect();
        snapshot
    }

    fn apply(&self, settings: &Settings) {
        self.engine.change(|engine| {
            engine.handles = if settings.handles {
                Handles::Short
            } else {
                Handles::None
            };
        });
        self.embedded.set_lifetime(settings.lifetime_seconds);
        self.embedded.set_token_length(settings.token_length);
    }
}
