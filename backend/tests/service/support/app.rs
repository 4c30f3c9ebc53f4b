//! The app, as far as the service sees one: it says who sends a request.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Semaphore};

use super::{AUTH_SECRET, Failure};

/// An app.
#[derive(Clone)]
pub(crate) struct App {
    address: SocketAddr,
    state: Arc<Mutex<Known>>,
    /// How many questions may be answered.
    gate: Arc<Semaphore>,
}

#[derive(Default)]
struct Known {
    /// By cookie: what is answered.
    answers: BTreeMap<String, (u16, String)>,
    asked: Vec<HeaderMap>,
}

impl App {
    /// One where `who=alice-1` and `who=bob-1` are signed in: the name before the dash is
    /// the user's.
    pub(crate) async fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let app = Self {
            address: listener.local_addr()?,
            state: Arc::default(),
            gate: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
        };
        for name in ["alice-1", "alice-2", "bob-1"] {
            app.answers(&format!("who={name}"), 200, &Self::identity(name));
        }
        let router = Router::new()
            .route("/who", get(who))
            .with_state(app.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(app)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What the app says of a sign-in.
    pub(crate) fn identity(name: &str) -> Value {
        let user = name.split('-').next();
        json!({ "user": user, "sign_in": name, "subject_token": format!("FAKE-subject-{name}") })
    }

    /// Answers so from now on, for this cookie.
    pub(crate) fn answers(&self, cookie: &str, status: u16, body: &Value) {
        let answer = (status, body.to_string());
        self.lock().answers.insert(cookie.to_owned(), answer);
    }

    /// Answers nobody until [`App::open`].
    pub(crate) fn close(&self) {
        self.gate.forget_permits(Semaphore::MAX_PERMITS);
    }

    pub(crate) fn open(&self) {
        self.gate.add_permits(1_000);
    }

    /// How it was asked.
    pub(crate) fn asked(&self) -> Vec<HeaderMap> {
        self.lock().asked.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn who(State(app): State<App>, headers: HeaderMap) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let cookie = text("cookie").unwrap_or_default().to_owned();
    let is_service = text("x-downscope-auth") == Some(AUTH_SECRET);
    app.lock().asked.push(headers);
    // What is so now is answered, however long that takes.
    let answer = app.lock().answers.get(&cookie).cloned();
    if let Ok(permit) = app.gate.acquire().await {
        permit.forget();
    }
    if !is_service {
        return StatusCode::NOT_FOUND.into_response();
    }
    let (status, body) = answer.unwrap_or((401, String::new()));
    let status = StatusCode::from_u16(status).unwrap_or_default();
    (status, [("location", "/sign-in")], body).into_response()
}
