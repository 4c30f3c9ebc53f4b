//! The file API: `GET /2.0/files/:id` and its content, as Box documents them.
//!
//! One difference: Box redirects a request for content to a download host, and
//! this server sends the content itself.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;

use downscope_backend::{core::Fingerprint, edge::Note};

use crate::{
    embedded::{Access, Embedded},
    ledger::Ledger,
    media::{File, Media},
    range::{self, Selection},
};

const READING: [&str; 2] = ["base_preview", "item_preview"];
const DOWNLOADING: [&str; 1] = ["item_download"];

/// What the file API works with.
#[derive(Clone)]
pub(crate) struct FileApi {
    pub(crate) embedded: Arc<Embedded>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) media: Arc<Media>,
}

pub(crate) fn router(api: FileApi) -> Router {
    Router::new()
        .route("/2.0/files/{id}", get(metadata))
        .route("/2.0/files/{id}/content", get(content))
        .with_state(api)
}

/// What the file API answers in place of a file.
pub(crate) fn refusal(status: StatusCode) -> Response {
    match status {
        StatusCode::UNAUTHORIZED => challenge(
            status,
            "Bearer realm=\"Service\", error=\"invalid_token\", \
             error_description=\"The access token provided is invalid.\"",
        ),
        StatusCode::FORBIDDEN => challenge(
            status,
            "Bearer realm=\"Service\", error=\"insufficient_scope\", \
             error_description=\"The request requires higher privileges than provided by the access token.\"",
        ),
        _ => {
            let message = status.canonical_reason().unwrap_or("Error");
            let code = message.to_ascii_lowercase().replace(' ', "_");
            let body = json!({
                "type": "error",
                "status": status.as_u16(),
                "code": code,
                "message": message,
            });
            (status, Json(body)).into_response()
        }
    }
}

async fn metadata(
    State(api): State<FileApi>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    api.serve(&id, &headers, &READING, |file| {
        Json(json!({
            "type": "file",
            "id": file.info.id,
            "etag": file.etag.trim_matches('"'),
            "name": file.info.name,
            "size": file.content.len(),
        }))
        .into_response()
    })
}

async fn content(
    State(api): State<FileApi>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    api.serve(&id, &headers, &DOWNLOADING, |file| send(file, &headers))
}

impl FileApi {
    /// Answers with `answer` if the token of the request is good for one of `scopes`.
    fn serve(
        &self,
        id: &str,
        headers: &HeaderMap,
        scopes: &[&str],
        answer: impl FnOnce(&File) -> Response,
    ) -> Response {
        let Some(token) = bearer(headers) else {
            // RFC 6750 section 3.1: no error code where no token was given.
            return noted(
                challenge(StatusCode::UNAUTHORIZED, "Bearer realm=\"Service\""),
                None,
                "no token",
            );
        };
        let fingerprint = Fingerprint::of(token);
        let refused =
            |status, detail| noted(refusal(status), self.ledger.refused(fingerprint), detail);
        match (self.embedded.access(token, id, scopes), self.media.get(id)) {
            (Access::InvalidToken, _) => refused(StatusCode::UNAUTHORIZED, "invalid_token"),
            (Access::InsufficientScope, _) => refused(StatusCode::FORBIDDEN, "insufficient_scope"),
            (Access::Granted, None) => refused(StatusCode::NOT_FOUND, "no such file"),
            (Access::Granted, Some(file)) => noted(
                answer(file),
                self.ledger.used(fingerprint),
                &format!("file {id}"),
            ),
        }
    }
}

/// RFC 6750 section 2.1; the scheme in any letter case (RFC 9110 section 11.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim())
}

fn send(file: &File, headers: &HeaderMap) -> Response {
    let length = file.content.len();
    let (status, body, content_range) = match selection(file, headers) {
        Selection::Whole => (StatusCode::OK, file.content.clone(), None),
        Selection::Part(part) => {
            let content_range = format!("bytes {}-{}/{length}", part.start, part.end - 1);
            (
                StatusCode::PARTIAL_CONTENT,
                file.content.slice(part),
                Some(content_range),
            )
        }
        Selection::Unsatisfiable => {
            let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
            put(
                &mut response,
                header::CONTENT_RANGE,
                &format!("bytes */{length}"),
            );
            return response;
        }
    };
    let sent = body.len();
    let mut response = (status, Body::from(body)).into_response();
    put(&mut response, header::ACCEPT_RANGES, "bytes");
    put(&mut response, header::CONTENT_LENGTH, &sent.to_string());
    put(&mut response, header::CONTENT_TYPE, &file.info.media_type);
    put(&mut response, header::ETAG, &file.etag);
    // No shared cache may serve to one token what another one fetched.
    put(&mut response, header::CACHE_CONTROL, "private, no-store");
    if let Some(content_range) = content_range {
        put(&mut response, header::CONTENT_RANGE, &content_range);
    }
    response
}

fn selection(file: &File, headers: &HeaderMap) -> Selection {
    let text = |name| {
        headers
            .get(name)
            .map(|value: &HeaderValue| value.to_str().unwrap_or_default())
    };
    // RFC 9110 section 13.1.5: a range of another version is of no use.
    let is_current = text(header::IF_RANGE).is_none_or(|validator| validator == file.etag);
    match text(header::RANGE) {
        Some(range) if is_current => range::select(range, file.content.len()),
        Some(_) | None => Selection::Whole,
    }
}

fn challenge(status: StatusCode, challenge: &'static str) -> Response {
    (
        [(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static(challenge),
        )],
        status,
    )
        .into_response()
}

/// Sets a header; one that the manifest made impossible is left out.
fn put(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn noted(mut response: Response, session: Option<String>, detail: &str) -> Response {
    let detail = detail.to_owned();
    response
        .extensions_mut()
        .insert(Note::new(detail).of(session, None));
    response
}
