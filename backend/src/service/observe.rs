//! One line for each request, and counted, also of one whose client has gone.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::Method,
    middleware::Next,
    response::Response,
};
use tokio::time::Instant;

use super::{log::shown, metrics::Metrics};
use crate::edge::{Note, Paths};

/// nginx's number for a client that did not wait for the answer.
const CLIENT_CLOSED_REQUEST: u16 = 499;

/// What the layer needs.
#[derive(Clone)]
pub(super) struct Observer {
    pub(super) metrics: Arc<Metrics>,
    pub(super) paths: Arc<Paths>,
}

/// The layer.
pub(super) async fn observe(
    State(observer): State<Observer>,
    request: Request,
    next: Next,
) -> Response {
    let mut line = Line {
        endpoint: observer.endpoint(&request),
        since: Instant::now(),
        answer: None,
        observer: &observer,
    };
    let response = next.run(request).await;
    let note = response.extensions().get::<Note>().cloned();
    line.answer = Some((response.status().as_u16(), note));
    response
}

impl Observer {
    fn endpoint(&self, request: &Request) -> &'static str {
        let path = request.uri().path();
        let paths = &self.paths;
        let endpoints = [
            (&paths.token, "token"),
            (&paths.revoke, "revoke"),
            (&paths.lease, "lease"),
        ];
        let endpoint = endpoints.into_iter().find(|(own, _)| *own == path);
        match endpoint {
            Some(_) if request.method() == Method::OPTIONS => "preflight",
            Some((_, name)) => name,
            None => "other",
        }
    }
}

/// Writes itself when it goes: the future of a request whose client has gone is dropped.
struct Line<'a> {
    observer: &'a Observer,
    endpoint: &'static str,
    since: Instant,
    answer: Option<(u16, Option<Note>)>,
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        let took = self.since.elapsed();
        let endpoint = self.endpoint;
        let (status, note) = self.answer.take().unwrap_or_else(|| {
            let note = Note::new("the client did not wait");
            (CLIENT_CLOSED_REQUEST, Some(note))
        });
        self.observer.metrics.answered(endpoint, status, took);
        let note = note.unwrap_or_else(|| Note::new("other"));
        let session = note.session.as_deref().map(shown);
        let (user, what) = (note.user, note.detail);
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        if status >= 500 {
            tracing::warn!(endpoint, status, session, user, what, ms, "request");
        } else {
            tracing::info!(endpoint, status, session, user, what, ms, "request");
        }
    }
}
