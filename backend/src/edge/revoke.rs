//! `POST /api/revoke`: ends what it names, and nothing else.
//!
//! It asks for no cookie and no header, since a dying page can send neither.

use axum::{body::Body, extract::State, http::HeaderMap, response::Response};

use super::{Edge, answer, body};
use crate::core::{MAX_REVOKE_BODY, RevokeRequest};

const FORM: &str = "application/x-www-form-urlencoded";

pub(super) async fn handle(State(edge): State<Edge>, headers: HeaderMap, body: Body) -> Response {
    let refusal = "The body must be application/x-www-form-urlencoded.";
    let body = body::read(&headers, body, FORM, refusal, MAX_REVOKE_BODY).await;
    let request = match body.and_then(|body| RevokeRequest::parse(&body)) {
        Ok(request) => request,
        Err(refusal) => return answer::noted(answer::refused(refusal)),
    };
    let session = request.session.clone();
    let reason = request.reason;
    let revoked = edge.engine.revoke(request).await;
    let (response, note) = answer::revoke(revoked, reason);
    answer::noted((response, note.of(session, None)))
}
