//! The layer that enters each request into the ledger, also one whose client goes away.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};

use downscope_backend::edge::Note;

use crate::ledger::{Kind, Ledger};

/// nginx's number for a client that did not wait for the answer.
const CLIENT_CLOSED_REQUEST: u16 = 499;

pub(crate) async fn observe(
    State((ledger, kind)): State<(Arc<Ledger>, Kind)>,
    request: Request,
    next: Next,
) -> Response {
    ledger.arrived(kind);
    let entry = Entry {
        ledger: &ledger,
        kind,
        answer: None,
    };
    let response = next.run(request).await;
    entry.close(&response);
    response
}

/// Writes itself when it goes: axum drops the future of a request whose client has gone.
struct Entry<'a> {
    ledger: &'a Ledger,
    kind: Kind,
    answer: Option<(u16, Note)>,
}

impl Entry<'_> {
    fn close(mut self, response: &Response) {
        let note = response.extensions().get::<Note>().cloned();
        let note = note.unwrap_or_else(|| Note::new("not handled"));
        self.answer = Some((response.status().as_u16(), note));
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        let (status, note) = self
            .answer
            .take()
            .unwrap_or_else(|| (CLIENT_CLOSED_REQUEST, Note::new("the client did not wait")));
        self.ledger.answered(self.kind, status, note);
    }
}
