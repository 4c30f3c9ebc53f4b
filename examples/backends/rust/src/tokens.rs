//! The two endpoints that downscope asks, with Box as the authorization server.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::box_api::{ACCESS_TOKEN, BoxApi};
use crate::record::{Name, Record};
use crate::refusal::Refusal;
use crate::session::{Sessions, User};

/// What the app's pages need, and nothing more.
const SCOPES: [&str; 3] = ["base_preview", "item_download", "item_preview"];

pub(crate) fn router(app: Arc<App>) -> Router {
    let limited = |limit| DefaultBodyLimit::max(limit);
    Router::new()
        .route("/api/token", post(token).layer(limited(16_384)))
        .route("/api/revoke", post(revoke).layer(limited(65_536)))
        .layer(map_response(no_store))
        .with_state(app)
}

pub(crate) struct App {
    origin: String,
    box_api: BoxApi,
    sessions: Arc<Sessions>,
    record: Mutex<Record>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Wanted {
    resource: String,
    scope: String,
    session: String,
    id: String,
}

/// `POST /api/token`
async fn token(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Refusal> {
    if !is_from_own_page(&headers, &app.origin) {
        return Err(Refusal::new(StatusCode::FORBIDDEN, "access_denied"));
    }
    let Some(user) = app.sessions.user_of(&headers) else {
        return Err(Refusal::new(StatusCode::UNAUTHORIZED, "login_required"));
    };
    let body = read(&headers, body, "application/json")?;
    let wanted: Wanted =
        serde_json::from_slice(&body).map_err(|_| Refusal::bad_request("invalid_request"))?;
    if !is_session(&wanted.session) || !is_name(&wanted.id) {
        return Err(Refusal::bad_request("invalid_request"));
    }
    // Whole URIs: one that begins like an allowed one is another one.
    if !user.resources.contains(&wanted.resource) {
        return Err(Refusal::bad_request("invalid_target"));
    }
    if !wanted.scope.split(' ').all(|one| SCOPES.contains(&one)) {
        return Err(Refusal::bad_request("invalid_scope"));
    }
    // In a task of its own: this future is dropped when the page goes away.
    let minting = tokio::spawn(async move { app.mint(&user, wanted).await });
    minting.await.map_err(|_| Refusal::server_error())?
}

/// `POST /api/revoke`. A page that goes away sends no header, and no cookie is
/// needed: whoever can name a token, or the random name of a session, may end it.
async fn revoke(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Refusal> {
    let body = read(&headers, body, "application/x-www-form-urlencoded")?;
    let form: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let all = |name| {
        form.iter()
            .filter(move |(one, _)| one == name)
            .map(|(_, value)| value)
    };
    let session = all("session").next().filter(|one| is_session(one));
    let pending: BTreeSet<Name> = session.map_or_else(BTreeSet::new, |session| {
        let ids = all("pending").filter(|id| is_name(id));
        ids.map(|id| (session.clone(), id.clone())).collect()
    });
    let whole = session.filter(|_| all("whole_session").any(|value| value == "1"));
    let tokens: BTreeSet<String> = all("token").cloned().collect();
    if tokens.is_empty() && pending.is_empty() && whole.is_none() {
        return Err(Refusal::bad_request("invalid_request"));
    }
    let (known, unknown) = app.record().find(tokens, pending, whole.cloned());
    // In a task of its own: a page that goes away does not wait for the answer.
    let revoking = tokio::spawn(async move { app.are_revoked(known, unknown).await });
    if revoking.await.is_ok_and(|are_revoked| are_revoked) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Refusal::not_now(StatusCode::SERVICE_UNAVAILABLE, None))
    }
}

/// The cookie comes along with other sites' requests too, this header does not:
/// it takes a preflight, which this server does not grant.
fn is_from_own_page(headers: &HeaderMap, origin: &str) -> bool {
    let value = |name| headers.get(name).map(HeaderValue::as_bytes);
    let is_same_origin = match value("sec-fetch-site") {
        Some(site) => site == b"same-origin",
        None => value("origin") == Some(origin.as_bytes()),
    };
    is_same_origin && value("x-downscope") == Some(b"1")
}

impl App {
    pub(crate) fn new(origin: String, box_api: BoxApi, sessions: Arc<Sessions>) -> Arc<Self> {
        Arc::new(Self {
            origin,
            box_api,
            sessions,
            record: Mutex::default(),
        })
    }

    async fn mint(self: Arc<Self>, user: &User, wanted: Wanted) -> Result<Json<Value>, Refusal> {
        let Wanted {
            resource,
            scope,
            session,
            id,
        } = wanted;
        let name = (session, id);
        self.record().begin(&name)?;
        let minted = self
            .box_api
            .exchange(&user.box_token, &resource, &scope)
            .await;
        let token = minted
            .as_ref()
            .ok()
            .map(|minted| minted.access_token.clone());
        let is_kept = self.record().end(&name, token);
        let minted = minted?;
        if !is_kept {
            self.box_api.is_revoked(&minted.access_token).await;
            return Err(Refusal::bad_request("invalid_request"));
        }
        let life = Duration::from_secs_f64(minted.expires_in.clamp(0.0, 86_400.0));
        tokio::spawn(async move {
            tokio::time::sleep(life).await;
            self.record().forget(&name);
        });
        Ok(Json(json!({
            "access_token": minted.access_token,
            "expires_in": minted.expires_in,
            "issued_token_type": ACCESS_TOKEN,
            "scope": scope,
            "token_type": "Bearer",
        })))
    }

    /// A token that is not on record may be alive all the same. But anybody can
    /// send this, so the number of them that Box is asked about is bounded.
    async fn are_revoked(&self, known: BTreeSet<String>, unknown: BTreeSet<String>) -> bool {
        let mut all = unknown.len() <= 100;
        for token in known.iter().chain(unknown.iter().take(100)) {
            all &= self.box_api.is_revoked(token).await;
        }
        all
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The body, if it is of this type and not too long.
fn read(
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
    media_type: &str,
) -> Result<Bytes, Refusal> {
    let given = headers
        .get(header::CONTENT_TYPE)
        .and_then(|one| one.to_str().ok());
    let essence = given
        .and_then(|given| given.split(';').next())
        .unwrap_or_default();
    if !essence.trim().eq_ignore_ascii_case(media_type) {
        return Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "invalid_request",
        ));
    }
    body.map_err(|_| Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request"))
}

fn is_session(text: &str) -> bool {
    text.len() >= 22 && is_name(text)
}

fn is_name(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

async fn no_store(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
