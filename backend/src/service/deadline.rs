//! A request body is there in time, or its request is over.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Json,
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::core::Refusal;

/// Answers 503 where the body takes longer than this, all of it, and ends the connection.
pub(super) async fn keep(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    let is_over = Arc::new(AtomicBool::new(false));
    let (parts, body) = request.into_parts();
    let body = Timed {
        body,
        sleep: Box::pin(sleep(limit)),
        is_over: Arc::clone(&is_over),
    };
    let response = next.run(Request::from_parts(parts, Body::new(body))).await;
    if !is_over.load(Ordering::Relaxed) {
        return response;
    }
    let refusal = Refusal::temporarily_unavailable("The body did not come in time.", None);
    let mut response = (StatusCode::SERVICE_UNAVAILABLE, Json(refusal.to_json())).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    if let Some(seconds) = refusal.retry_after {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

struct Timed {
    body: Body,
    sleep: Pin<Box<Sleep>>,
    is_over: Arc<AtomicBool>,
}

impl HttpBody for Timed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if frame.is_pending() && self.sleep.as_mut().poll(context).is_ready() {
            self.is_over.store(true, Ordering::Relaxed);
            return Poll::Ready(Some(Err(axum::Error::new("the body did not come in time"))));
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
