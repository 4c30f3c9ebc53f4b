//! `POST /api/revoke`: kills what it is named, and nothing else.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};

use super::{
    Backend, Note, OAuthError, Reason, body,
    issued::{Found, Named},
    syntax,
};
use crate::{secret::Secret, upstream::UpstreamError};

/// A dying page sends 64 KiB at the most (Fetch, `keepalive` quota); one that
/// lives names all of its tokens: a thousand of 2 KiB.
const MAX_BODY: usize = 2 * 1024 * 1024;
/// How many tokens one request can have looked up at the upstream. Anybody can
/// send a revoke, and must not be able to turn one request into thousands.
const MAX_UNKNOWN: usize = 100;
/// How many calls to the upstream one request has under way at a time.
const AT_ONCE: usize = 8;

pub(super) async fn handle(
    State(backend): State<Arc<Backend>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let refusal = "The body must be application/x-www-form-urlencoded.";
    let body = body::read(
        &headers,
        body,
        "application/x-www-form-urlencoded",
        refusal,
        MAX_BODY,
    )
    .await;
    let request = match body.and_then(|body| RevokeRequest::parse(&body)) {
        Ok(request) => request,
        Err(error) => return error.into_response(),
    };
    let session = request.named.session.clone();
    // In a task of its own: a dying page closes its connection without waiting,
    // and hyper then drops this future.
    let mut response = match tokio::spawn(revoke(backend, request)).await {
        Ok(answer) => answer.into_response(),
        Err(_) => OAuthError::server_error("The request failed.").into_response(),
    };
    if let Some(note) = response.extensions_mut().get_mut::<Note>() {
        note.session = session;
    }
    response
}

/// Revokes `token` at the upstream, and only then strikes it off the record.
pub(super) async fn at_upstream(
    backend: &Backend,
    token: &Secret,
    reason: Option<Reason>,
) -> Result<(), UpstreamError> {
    backend.upstream.revoke(token).await?;
    let fingerprint = token.fingerprint();
    backend.issued.forget(fingerprint);
    backend.audit.revoked(fingerprint, reason);
    Ok(())
}

async fn revoke(backend: Arc<Backend>, request: RevokeRequest) -> Result<Revoked, OAuthError> {
    let RevokeRequest { named, reason } = request;
    let Found {
        mut known,
        mut unknown,
    } = backend.issued.find(named, reason);
    let tokens = known.len();
    let too_many = unknown.len() > MAX_UNKNOWN;
    unknown.truncate(MAX_UNKNOWN);
    // A token that is not on record here may still be alive, and a success would
    // say that it is not: only the upstream can tell.
    known.append(&mut unknown);
    let failures: Vec<UpstreamError> = stream::iter(known)
        .map(|token| {
            let backend = Arc::clone(&backend);
            async move { at_upstream(&backend, &token, reason).await.err() }
        })
        .buffer_unordered(AT_ONCE)
        .filter_map(std::future::ready)
        .collect()
        .await;
    if failures.is_empty() && !too_many {
        return Ok(Revoked { tokens, reason });
    }
    let retry_after = failures.into_iter().filter_map(retry_after).max();
    Err(OAuthError::temporarily_unavailable(
        "Some of the tokens are still alive.",
        retry_after,
    ))
}

const fn retry_after(error: UpstreamError) -> Option<u64> {
    match error {
        UpstreamError::RateLimited { retry_after } | UpstreamError::Unavailable { retry_after } => {
            retry_after
        }
        UpstreamError::InvalidScope
        | UpstreamError::InvalidTarget
        | UpstreamError::Misconfigured
        | UpstreamError::SubjectRejected => None,
    }
}

struct RevokeRequest {
    named: Named,
    reason: Option<Reason>,
}

impl RevokeRequest {
    /// Parameters that it does not know are ignored, `token_type_hint` among them.
    /// So are names that cannot be one: nothing goes by them.
    fn parse(body: &[u8]) -> Result<Self, OAuthError> {
        let mut named = Named::default();
        let mut reason = None;
        let mut names_something = false;
        for (name, value) in form_urlencoded::parse(body) {
            let value = value.into_owned();
            names_something |= matches!(&*name, "token" | "handle" | "pending" | "whole_session")
                && !value.is_empty();
            match &*name {
                "token" if syntax::is_access_token(&value) => named.tokens.push(value),
                "handle" if syntax::is_access_token(&value) => named.handles.push(value),
                "pending" if syntax::is_name(&value) => named.pending.push(value),
                "session" if syntax::is_session(&value) => named.session = Some(value),
                "whole_session" => named.whole_session = value == "1",
                "reason" => reason = Reason::parse(&value),
                _ => {}
            }
        }
        if !names_something {
            return Err(OAuthError::invalid_request("Nothing is named."));
        }
        if named.session.is_none() && (named.whole_session || !named.pending.is_empty()) {
            let refusal = "`pending` and `whole_session` need a `session`.";
            return Err(OAuthError::invalid_request(refusal));
        }
        Ok(Self { named, reason })
    }
}

struct Revoked {
    tokens: usize,
    reason: Option<Reason>,
}

impl IntoResponse for Revoked {
    fn into_response(self) -> Response {
        let reason = self.reason.map_or("no reason", Reason::as_str);
        let mut response = StatusCode::NO_CONTENT.into_response();
        let detail = format!("{} revoked: {reason}", self.tokens);
        response.extensions_mut().insert(Note::new(detail));
        response
    }
}
