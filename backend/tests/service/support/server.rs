//! An authorization server that remembers what is alive.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::json;
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    time::timeout,
};

use super::{CLIENT_SECRET, Failure, service::LONG};

/// An authorization server.
#[derive(Clone)]
pub(crate) struct Server {
    address: SocketAddr,
    state: Arc<Mutex<Known>>,
    /// How many exchanges may be answered.
    gate: Arc<Semaphore>,
    changed: Arc<watch::Sender<()>>,
}

#[derive(Default)]
struct Known {
    minted: u32,
    alive: BTreeSet<String>,
    /// What was last exchanged, field by field.
    exchanged: BTreeMap<String, String>,
    refuses_revokes: bool,
    refused: u32,
}

impl Server {
    pub(crate) async fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let server = Self {
            address: listener.local_addr()?,
            state: Arc::default(),
            gate: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
            changed: Arc::new(watch::channel(()).0),
        };
        let router = Router::new()
            .route("/token", post(token))
            .route("/revoke", post(revoke))
            .with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(server)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The tokens that are alive.
    pub(crate) fn alive(&self) -> Vec<String> {
        self.lock().alive.iter().cloned().collect()
    }

    /// A field of the last exchange.
    pub(crate) fn exchanged(&self, name: &str) -> Option<String> {
        self.lock().exchanged.get(name).cloned()
    }

    /// Whether revocations are answered with 503.
    pub(crate) fn refuse_revokes(&self, refuse: bool) {
        self.lock().refuses_revokes = refuse;
    }

    /// How often they were.
    pub(crate) fn refused(&self) -> u32 {
        self.lock().refused
    }

    /// Answers no exchange until [`Server::open`].
    pub(crate) fn close(&self) {
        self.gate.forget_permits(Semaphore::MAX_PERMITS);
    }

    pub(crate) fn open(&self) {
        self.gate.add_permits(1_000);
    }

    /// Waits until it is so.
    pub(crate) async fn until(&self, is_so: impl Fn(&Self) -> bool) -> Result<(), Failure> {
        let mut changed = self.changed.subscribe();
        let waiting = async {
            while !is_so(self) {
                _ = changed.changed().await;
            }
        };
        Ok(timeout(LONG, waiting).await?)
    }

    /// How many exchanges have begun.
    pub(crate) fn begun(&self) -> u32 {
        self.lock().minted
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn token(State(server): State<Server>, body: Bytes) -> Response {
    let fields: BTreeMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let is_client = fields
        .get("client_secret")
        .is_some_and(|secret| secret == CLIENT_SECRET);
    let number = {
        let mut state = server.lock();
        state.exchanged.clone_from(&fields);
        state.minted += 1;
        state.minted
    };
    server.changed.send_replace(());
    if let Ok(permit) = server.gate.acquire().await {
        permit.forget();
    }
    let (Some(scope), true) = (fields.get("scope"), is_client) else {
        let error = json!({ "error": "invalid_client" });
        return (StatusCode::UNAUTHORIZED, Json(error)).into_response();
    };
    let token = format!("FAKE-access-token-{number}");
    server.lock().alive.insert(token.clone());
    server.changed.send_replace(());
    Json(json!({
        "access_token": token, "expires_in": 3600, "scope": scope, "token_type": "bearer",
    }))
    .into_response()
}

async fn revoke(State(server): State<Server>, body: Bytes) -> StatusCode {
    let fields: BTreeMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let status = {
        let mut state = server.lock();
        if state.refuses_revokes {
            state.refused += 1;
            StatusCode::SERVICE_UNAVAILABLE
        } else {
            if let Some(token) = fields.get("token") {
                state.alive.remove(token);
            }
            StatusCode::OK
        }
    };
    server.changed.send_replace(());
    status
}
