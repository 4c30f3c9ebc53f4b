//! Its endpoints.

use std::sync::Arc;

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    http::HeaderMap,
    response::Response,
    routing::any,
};
use downscope_backend::core::{
    LeaseRequest, MAX_LEASE_BODY, MAX_REVOKE_BODY, MAX_TOKEN_BODY, Origins, Pattern, Policy,
    RevokeRequest, TokenRequest,
};
use serde_json::{Map, Value, json};

use super::{
    ANY_RESOURCE, App, COOKIES, ORIGIN, RESOURCE, SCOPES, SIBLING, reply::Reply, state::Begun,
};
use crate::flaw::Flaw;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
/// More than any test sends.
const ANY_LENGTH: usize = 1024 * 1024;

pub(super) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/api/token", any(answer))
        .route("/api/revoke", any(answer))
        .route("/api/lease", any(answer))
        .with_state(app)
}

async fn answer(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let origin = text(&parts.headers, "origin")
        .unwrap_or_default()
        .to_owned();
    let is_preflight = parts.method == "OPTIONS";
    let is_granted = origin == SIBLING || is_preflight && app.has(Flaw::GrantsPreflights);
    let path = parts.uri.path().to_owned();
    let most = if app.has(Flaw::TakesShortRevokesOnly) && path == "/api/revoke" {
        MAX_REVOKE_BODY / 8
    } else {
        ANY_LENGTH
    };
    let body = to_bytes(body, most).await;
    let reply = match &body {
        _ if is_preflight => Reply::empty(204),
        _ if parts.method != "POST" && !app.has(Flaw::TakesAnyMethod) => Reply::empty(405),
        Err(_) => Reply::error(413, "invalid_request"),
        Ok(body) => match path.as_str() {
            "/api/token" => app.token(&parts.headers, body).await,
            "/api/revoke" => app.end(&parts.headers, body).await,
            _ => app.lease(&parts.headers, body).await,
        },
    };
    let sent = body.unwrap_or_default();
    let reply = if reply.status >= 400 && app.has(Flaw::RepeatsTheRequest) {
        reply.saying(&String::from_utf8_lossy(&sent))
    } else {
        reply
    };
    let mut response = reply.into_response(app.flaw);
    if is_granted {
        for (name, value) in [
            ("access-control-allow-origin", origin.as_str()),
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-headers", "content-type, x-downscope"),
        ] {
            if let Ok(value) = value.parse() {
                response.headers_mut().insert(name, value);
            }
        }
    }
    response
}

impl App {
    async fn token(self: &Arc<Self>, headers: &HeaderMap, body: &[u8]) -> Reply {
        let cookie = match self.admit(headers) {
            Ok(cookie) => cookie,
            Err(reply) => return reply,
        };
        if media_type(headers) != JSON && !self.has(Flaw::TakesAnyMediaType) {
            return Reply::error(415, "invalid_request");
        }
        if body.len() > MAX_TOKEN_BODY && !self.has(Flaw::ReadsAnyLength) {
            return Reply::error(413, "invalid_request");
        }
        let request = match self.parse(body) {
            Ok(request) => request,
            Err(reply) => return reply,
        };
        let resource = match self.flaw {
            Flaw::TakesAnyLastSegment => ANY_RESOURCE,
            _ => RESOURCE,
        };
        let policy = Policy::new(Pattern::parse(resource), SCOPES);
        let allowed = match self.flaw {
            Flaw::TakesAnyScope => policy.check(&request.resource, &[]),
            Flaw::ComparesBeginningsOfResources if request.resource.starts_with(RESOURCE) => {
                policy.check(RESOURCE, &request.scopes)
            }
            _ => policy.check(&request.resource, &request.scopes),
        };
        if let Err(refusal) = allowed {
            return refusal.into();
        }
        let session = request.name.session.clone();
        let is_heard = request.lease || self.has(Flaw::LapsesWithoutALease);
        if is_heard && !self.hear(&session, &cookie) {
            return Reply::error(400, "invalid_request");
        }
        let name = (session, request.name.id);
        let scope = request.scopes.join(" ");
        let asks = format!("{} {scope}", request.resource);
        let begun = self.lock().begin(self.flaw, &name, &asks);
        match begun {
            Begun::Answer(answer) => Reply::ok(answer),
            Begun::Minting => Reply::error(503, "temporarily_unavailable").after(1),
            Begun::Refused => Reply::error(400, "invalid_request"),
            Begun::Mint => {
                let minting = Arc::clone(self).mint(name, request.resource, scope);
                if self.has(Flaw::MintDiesWithItsPage) {
                    return minting.await;
                }
                let minting = tokio::spawn(minting).await;
                minting.unwrap_or_else(|_| Reply::error(500, "server_error"))
            }
        }
    }

    async fn end(self: &Arc<Self>, headers: &HeaderMap, body: &[u8]) -> Reply {
        if media_type(headers) != FORM && !self.has(Flaw::TakesAnyRevoke) {
            return Reply::error(415, "invalid_request");
        }
        if body.len() > MAX_REVOKE_BODY && !self.has(Flaw::ReadsAnyRevoke) {
            return Reply::error(413, "invalid_request");
        }
        let known = [
            "token",
            "handle",
            "session",
            "pending",
            "whole_session",
            "reason",
            "padding",
        ];
        let is_known = |name: &str| known.contains(&name);
        let mut names = form_urlencoded::parse(body);
        if self.has(Flaw::RefusesUnknownParameters) && !names.all(|(name, _)| is_known(&name)) {
            return Reply::error(400, "invalid_request");
        }
        match RevokeRequest::parse(body) {
            Ok(request) => self.revoke(request).await,
            Err(_) if self.has(Flaw::TakesNothingForDead) => Reply::empty(204),
            Err(refusal) => refusal.into(),
        }
    }

    async fn lease(self: &Arc<Self>, headers: &HeaderMap, body: &[u8]) -> Reply {
        let cookie = match self.admit(headers) {
            Ok(cookie) => cookie,
            Err(_) if self.has(Flaw::RenewsForOtherSites) => COOKIES[0].to_owned(),
            Err(reply) => return reply,
        };
        if media_type(headers) != JSON {
            return Reply::error(415, "invalid_request");
        }
        if body.len() > MAX_LEASE_BODY && !self.has(Flaw::ReadsAnyLeaseRequest) {
            return Reply::error(413, "invalid_request");
        }
        let fields: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
        let is_known = |name: &String| ["session", "heard"].contains(&name.as_str());
        if self.has(Flaw::RefusesUnknownLeaseFields) && !fields.keys().all(is_known) {
            return Reply::error(400, "invalid_request");
        }
        match LeaseRequest::parse(body) {
            Ok(request) => self.renew(request, &cookie).await,
            Err(refusal) => refusal.into(),
        }
    }

    /// The cookie of whoever may ask.
    fn admit(&self, headers: &HeaderMap) -> Result<String, Reply> {
        let cookie = text(headers, "cookie").unwrap_or_default();
        let is_signed_in =
            COOKIES.contains(&cookie) || !cookie.is_empty() && self.has(Flaw::TakesAnyCookie);
        if self.has(Flaw::LooksFirstWhoItIs) && !is_signed_in {
            return Err(Reply::error(401, "login_required"));
        }
        let origin = text(headers, "origin").unwrap_or_default();
        let is_longer = origin.starts_with(ORIGIN) && self.has(Flaw::ComparesBeginningsOfOrigins);
        let origins = if self.has(Flaw::RefusesSiblings) {
            Origins::new([ORIGIN])
        } else {
            Origins::new([ORIGIN, SIBLING])
        };
        let header = |name: &str| match name {
            "x-downscope" if self.has(Flaw::IgnoresHeader) => Some("1"),
            "sec-fetch-site" if self.has(Flaw::IgnoresFetchMetadata) => {
                Some(text(headers, name).map_or("none", |_| "same-origin"))
                    .filter(|site| *site != "none")
            }
            "origin" if is_longer => Some(ORIGIN),
            _ => text(headers, name),
        };
        origins.check(header).map_err(Reply::from)?;
        if is_signed_in {
            Ok(cookie.to_owned())
        } else {
            Err(Reply::error(401, "login_required"))
        }
    }

    fn parse(&self, body: &[u8]) -> Result<TokenRequest, Reply> {
        let fields: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
        let known = ["resource", "scope", "session", "id", "lease"];
        let is_known = |name: &String| known.contains(&name.as_str());
        if self.has(Flaw::RefusesUnknownFields) && !fields.keys().all(is_known) {
            return Err(Reply::error(400, "invalid_request"));
        }
        let request = TokenRequest::parse(body);
        if request.is_err() && self.has(Flaw::TakesAnyId) && !fields.contains_key("id") {
            let mut fields = fields;
            fields.insert("id".to_owned(), json!("undefined"));
            let body = Value::Object(fields).to_string();
            return TokenRequest::parse(body.as_bytes()).map_err(Reply::from);
        }
        request.map_err(Reply::from)
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn media_type(headers: &HeaderMap) -> &str {
    let given = text(headers, "content-type").unwrap_or_default();
    given.split(';').next().unwrap_or_default().trim()
}
