//! The file API's origin, apart from the app's: what a page calls with its tokens.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use downscope_backend::core::Fingerprint;
use serde_json::{Map, Value, json};

use crate::{
    faults::{self, Faults},
    files::{self, FileApi},
    ledger::Kind,
    oauth,
    observe::observe,
};

/// Credentials travel in `Authorization` only, so any origin may ask.
const CORS: [(HeaderName, HeaderValue); 2] = [
    (
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    ),
    (
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(
            "WWW-Authenticate, Retry-After, Content-Range, Accept-Ranges, Content-Length",
        ),
    ),
];
const PREFLIGHT: [(HeaderName, HeaderValue); 3] = [
    // `*` covers every header but `Authorization` (Fetch, CORS-preflight fetch).
    (
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("Authorization, Range, *"),
    ),
    (
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, HEAD, POST"),
    ),
    (
        header::ACCESS_CONTROL_MAX_AGE,
        HeaderValue::from_static("600"),
    ),
];

pub(crate) fn router(api: FileApi, faults: Arc<Faults>) -> Router {
    let oauth = oauth::router(Arc::clone(&api.embedded));
    let ledger = Arc::clone(&api.ledger);
    files::router(api)
        .layer(middleware::from_fn_with_state(
            (faults, Kind::File),
            faults::inject,
        ))
        .layer(middleware::from_fn_with_state(
            (ledger, Kind::File),
            observe,
        ))
        .merge(oauth)
        .route("/redirect", get(redirect))
        .route("/echo", any(echo))
        .layer(middleware::from_fn(cors))
}

async fn cors(request: Request, next: Next) -> Response {
    let mut response = if request.method() == Method::OPTIONS {
        let mut preflight = StatusCode::NO_CONTENT.into_response();
        preflight.headers_mut().extend(PREFLIGHT);
        preflight
    } else {
        next.run(request).await
    };
    response.headers_mut().extend(CORS);
    response
}

/// Sends the caller elsewhere, to see what goes along.
async fn redirect(uri: Uri) -> Response {
    let query = uri.query().unwrap_or_default();
    let to = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "to");
    match to.map(|(_, to)| HeaderValue::from_str(&to)) {
        Some(Ok(to)) => ([(header::LOCATION, to)], StatusCode::FOUND).into_response(),
        Some(Err(_)) | None => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// Says which headers arrived; of those that are secret, the fingerprint.
async fn echo(method: Method, headers: HeaderMap) -> Response {
    let mut arrived = Map::new();
    for (name, value) in &headers {
        let value = match *name {
            header::AUTHORIZATION => {
                let secret = files::bearer(&headers).map_or(value.as_bytes(), str::as_bytes);
                Fingerprint::of(secret).to_string()
            }
            header::COOKIE => Fingerprint::of(value.as_bytes()).to_string(),
            _ => String::from_utf8_lossy(value.as_bytes()).into_owned(),
        };
        arrived.insert(name.to_string(), Value::String(value));
    }
    Json(json!({ "method": method.as_str(), "headers": arrived })).into_response()
}
