//! `POST /api/lease`: a page says that it lives, and hears what it is to drop.

use axum::{body::Body, extract::State, http::HeaderMap, response::Response};

use super::{Edge, Identity, answer, body};
use crate::core::{LeaseRequest, MAX_LEASE_BODY, Refusal};

pub(super) async fn handle(State(edge): State<Edge>, headers: HeaderMap, body: Body) -> Response {
    let (request, identity) = match admit(&edge, &headers, body).await {
        Ok(admitted) => admitted,
        Err(refusal) => return answer::noted(answer::refused(refusal)),
    };
    let session = request.session.clone();
    let user = identity.owner.user.clone();
    // Not in a task of its own: a request that is held ends with its connection.
    let renewed = edge.engine.renew(request, identity.owner).await;
    let (response, note) = answer::lease(renewed);
    answer::noted((response, note.of(Some(session), Some(user))))
}

/// The checks of the token endpoint.
async fn admit(
    edge: &Edge,
    headers: &HeaderMap,
    body: Body,
) -> Result<(LeaseRequest, Identity), Refusal> {
    edge.check_origin(headers)?;
    let refusal = "The body must be application/json.";
    let body = body::read(headers, body, "application/json", refusal, MAX_LEASE_BODY).await?;
    let identity = edge.identify(headers).await?;
    Ok((LeaseRequest::parse(&body)?, identity))
}
