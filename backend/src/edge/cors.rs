//! The app's pages on an origin of their own: `https://app.example`, for a backend on
//! `https://api.app.example`. They are given what Fetch asks for (CORS), with
//! credentials; nobody else is.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::answer::Note;
use crate::core::Origins;

/// Seconds for which a browser need not ask again.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// Marks the answer as readable for the page that asked, if it is the app's.
pub(super) async fn allow(
    State(origins): State<Origins>,
    request: Request,
    next: Next,
) -> Response {
    let origin = request.headers().get(header::ORIGIN);
    let is_named = origin.is_some();
    let origin = origin.filter(|origin| {
        let text = origin.to_str();
        text.is_ok_and(|text| origins.contains(text))
    });
    let origin = origin.cloned();
    let is_preflight = request.method() == Method::OPTIONS;
    let mut response = next.run(request).await;
    if is_preflight && response.status() == StatusCode::NO_CONTENT {
        let what = match origin {
            Some(_) => "granted to a page of the app",
            None if is_named => "an origin that is not among the app's",
            None => "no origin is named",
        };
        response.extensions_mut().insert(Note::new(what));
    }
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
            HeaderValue::from_static("true"),
        );
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("Retry-After"),
        );
    }
    response
}

/// A preflight: what may be sent. Without [`allow`] around it, it permits nothing.
pub(super) async fn preflight(headers: HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let answer = response.headers_mut();
    answer.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("POST"),
    );
    // The app may send headers of its own (a CSRF token, a trace). They are safe to allow
    // by name: nothing but X-Downscope is read.
    if let Some(asked) = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    answer.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    response
}
