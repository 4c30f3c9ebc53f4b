//! `POST /api/token`: one resource, a few scopes, one token.

use axum::{body::Body, extract::State, http::HeaderMap, response::Response};

use super::{Edge, Identity, answer, body};
use crate::core::{MAX_TOKEN_BODY, Refusal, TokenRequest};

pub(super) async fn handle(State(edge): State<Edge>, headers: HeaderMap, body: Body) -> Response {
    // Whoever is signed out between here and the record of the request is to get nothing.
    let asked = edge.engine.moment();
    let (request, identity) = match admit(&edge, &headers, body).await {
        Ok(admitted) => admitted,
        Err(refusal) => return answer::noted(answer::refused(refusal)),
    };
    let session = request.name.session.clone();
    let user = identity.owner.user.clone();
    let minted = edge
        .engine
        .mint_since(asked, request, identity.owner, identity.subject)
        .await;
    let (response, note) = answer::token(minted);
    answer::noted((response, note.of(Some(session), Some(user))))
}

/// Every check that needs no authorization server. The body is read before it is asked who
/// sends it: a sign-out must not come between that answer and the record of the request.
async fn admit(
    edge: &Edge,
    headers: &HeaderMap,
    body: Body,
) -> Result<(TokenRequest, Identity), Refusal> {
    edge.check_origin(headers)?;
    let refusal = "The body must be application/json.";
    let body = body::read(headers, body, "application/json", refusal, MAX_TOKEN_BODY).await?;
    let identity = edge.identify(headers).await?;
    let request = TokenRequest::parse(&body)?;
    for policy in edge.policy.iter().chain(&identity.policy) {
        policy.check(&request.resource, &request.scopes)?;
    }
    let permit = edge.identify.permit(headers, &identity, &request);
    permit.await?;
    Ok((request, identity))
}
