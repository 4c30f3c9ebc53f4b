//! The app, as far as the service sees one: whoever sends `who=<name>` is signed in.

use std::net::SocketAddr;

use axum::{
    Router,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::Failure;

/// It listens until it is dropped.
pub(crate) struct App {
    pub(crate) address: SocketAddr,
    serving: JoinHandle<()>,
}

impl App {
    pub(crate) async fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let router = Router::new().route("/who", get(who));
        let serving = tokio::spawn(async move { _ = axum::serve(listener, router).await });
        Ok(Self { address, serving })
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn who(headers: HeaderMap) -> Response {
    let cookie = headers.get("cookie").and_then(|value| value.to_str().ok());
    let Some(name) = cookie.and_then(|cookie| cookie.strip_prefix("who=")) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let body =
        format!(r#"{{"user":"{name}","sign_in":"{name}","subject_token":"FAKE-subject-{name}"}}"#);
    ([("content-type", "application/json")], body).into_response()
}
