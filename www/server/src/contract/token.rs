//! `POST /api/token`: one file, a few scopes, one token.

use std::sync::Arc;

use axum::{
    Json,
    body::Body,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    Backend, Mint, Note, OAuthError, RequestName, body, csrf, ending, issued::Unwelcome, lease,
    record::Live, syntax, withdrawn::Withdrawal,
};
use crate::{
    secret::Secret,
    upstream::{Exchange, Minted, Restriction},
};

const MAX_BODY: usize = 16 * 1024;
const ISSUED_TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:access_token";

pub(super) async fn handle(
    State(backend): State<Arc<Backend>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let request = match admit(&backend, &headers, body).await {
        Ok(request) => request,
        Err(error) => return error.into_response(),
    };
    let session = request.name.session.clone();
    // In a task of its own: hyper drops this future when the page goes away, and
    // a token that is being minted must not be forgotten with it.
    let mut response = match tokio::spawn(mint(backend, request)).await {
        Ok(answer) => answer.into_response(),
        Err(_) => OAuthError::server_error("The request failed.").into_response(),
    };
    if let Some(note) = response.extensions_mut().get_mut::<Note>() {
        note.session = Some(session);
    }
    response
}

/// Every check that needs no upstream, cheapest first.
async fn admit(
    backend: &Arc<Backend>,
    headers: &HeaderMap,
    body: Body,
) -> Result<TokenRequest, OAuthError> {
    csrf::check(headers, &backend.origins)?;
    let owner = backend.sign_ins.of(headers);
    let owner = owner.ok_or_else(OAuthError::login_required)?;
    let refusal = "The body must be application/json.";
    let body = body::read(headers, body, "application/json", refusal, MAX_BODY).await?;
    let request = TokenRequest::parse(&body)?;
    backend.policy.check(&request.resource, &request.scopes)?;
    if request.lease {
        lease::hear(backend, owner, &request.name.session)?;
    }
    Ok(request)
}

async fn mint(backend: Arc<Backend>, request: TokenRequest) -> Result<TokenResponse, OAuthError> {
    let ticket = backend
        .issued
        .begin(&request.name)
        .map_err(|unwelcome| match unwelcome {
            Unwelcome::Full => {
                OAuthError::temporarily_unavailable("Too many tokens are out already.", None)
            }
            Unwelcome::Withdrawn => withdrawn(),
        })?;
    let wanted = Exchange {
        resource: request.resource,
        scope: request.scopes.join(" "),
    };
    let minted = backend.upstream.exchange(&wanted).await?;
    let minted_at = backend.clock.now();
    let expires_at = minted_at.saturating_add(minted.expires_in.saturating_mul(1000));
    backend.audit.minted(&Mint {
        token: minted.token.fingerprint(),
        request: &request.name,
        resource: &wanted.resource,
        scope: &minted.scope,
        minted_at,
        expires_at,
    });
    let handle = backend.gives_handles().then(Secret::random);
    let live = Live {
        token: minted.token.clone(),
        handle: handle.as_ref().map(Secret::fingerprint),
        expires_at,
    };
    match ticket.admit(live) {
        Some(Withdrawal(reason)) => {
            tokio::spawn(ending::tokens(backend, vec![minted.token], reason));
            Err(withdrawn())
        }
        None => Ok(TokenResponse::new(&minted, handle.as_ref())),
    }
}

const fn withdrawn() -> OAuthError {
    OAuthError::invalid_request("This request was withdrawn by a revoke.")
}

struct TokenRequest {
    name: RequestName,
    resource: String,
    scopes: Vec<String>,
    /// Whether the page keeps a lease.
    lease: bool,
}

impl TokenRequest {
    /// Fields that it does not know are ignored, so that clients can be newer than backends.
    fn parse(body: &[u8]) -> Result<Self, OAuthError> {
        let Ok(fields) = serde_json::from_slice::<Map<String, Value>>(body) else {
            return Err(OAuthError::invalid_request(
                "The body must be a JSON object.",
            ));
        };
        let text = |name, refusal| match fields.get(name) {
            None | Some(Value::Null) => Ok(""),
            Some(Value::String(text)) => Ok(text.as_str()),
            Some(Value::Array(_) | Value::Bool(_) | Value::Number(_) | Value::Object(_)) => {
                Err(OAuthError::invalid_request(refusal))
            }
        };
        let session = text("session", "`session` must be a string.")?;
        let id = text("id", "`id` must be a string.")?;
        let resource = text("resource", "`resource` must be a string.")?;
        let scope = text("scope", "`scope` must be a string.")?;
        let lease = match fields.get("lease") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(lease)) => *lease,
            Some(Value::Array(_) | Value::Number(_) | Value::Object(_) | Value::String(_)) => {
                return Err(OAuthError::invalid_request(
                    "`lease` must be true or false.",
                ));
            }
        };
        if !syntax::is_session(session) {
            return Err(OAuthError::invalid_request(syntax::NO_SESSION));
        }
        if !syntax::is_name(id) {
            let refusal = "`id` must be 1 to 128 letters, digits, or any of -._~";
            return Err(OAuthError::invalid_request(refusal));
        }
        if !syntax::is_absolute_uri(resource) {
            let refusal = "`resource` must be an absolute URI without a fragment.";
            return Err(OAuthError::invalid_target(refusal));
        }
        let scopes = scopes(scope)?;
        let name = RequestName {
            session: session.to_owned(),
            id: id.to_owned(),
        };
        Ok(Self {
            name,
            resource: resource.to_owned(),
            scopes,
            lease,
        })
    }
}

fn scopes(scope: &str) -> Result<Vec<String>, OAuthError> {
    if !scope.split(' ').all(syntax::is_scope_token) {
        return Err(OAuthError::invalid_scope(
            "`scope` must be scopes separated by single spaces.",
        ));
    }
    let mut scopes: Vec<String> = scope.split(' ').map(str::to_owned).collect();
    scopes.sort_unstable();
    scopes.dedup();
    Ok(scopes)
}

/// RFC 6749 section 5.1, RFC 8693 section 2.2.1, and the handle.
#[derive(Serialize)]
struct TokenResponse {
    access_token: String,
    issued_token_type: &'static str,
    token_type: &'static str,
    expires_in: u64,
    scope: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    restricted_to: Vec<Restriction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation_handle: Option<String>,
}

impl TokenResponse {
    fn new(minted: &Minted, handle: Option<&Secret>) -> Self {
        Self {
            access_token: minted.token.expose().to_owned(),
            issued_token_type: ISSUED_TOKEN_TYPE,
            token_type: "Bearer",
            expires_in: minted.expires_in,
            scope: minted.scope.clone(),
            restricted_to: minted.restricted_to.clone(),
            revocation_handle: handle.map(|handle| handle.expose().to_owned()),
        }
    }
}

impl IntoResponse for TokenResponse {
    fn into_response(self) -> Response {
        let mut response = Json(self).into_response();
        response.extensions_mut().insert(Note::new("minted"));
        response
    }
}
