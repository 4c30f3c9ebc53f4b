//! Requests and answers, as they cross.

use axum::{
    body::{Body, to_bytes},
    http::{HeaderName, HeaderValue, Request, Response},
};
use js_sys::Array;
use wasm_bindgen::prelude::*;

/// `headers` are names and values by turns.
pub(crate) fn request(
    method: &str,
    path: &str,
    headers: &[String],
    body: Vec<u8>,
) -> Result<Request<Body>, JsError> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .body(Body::from(body));
    let mut request = request.map_err(|_| JsError::new("that is no request"))?;
    for pair in headers.chunks_exact(2) {
        let [name, value] = pair else { continue };
        // What is no header says nothing.
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(value),
        ) {
            request.headers_mut().append(name, value);
        }
    }
    Ok(request)
}

/// Status, header names and values by turns, body.
pub(crate) async fn answer(response: Response<Body>) -> Result<JsValue, JsValue> {
    let (parts, body) = response.into_parts();
    let headers = Array::new();
    for (name, value) in &parts.headers {
        if let Ok(value) = value.to_str() {
            headers.push(&name.as_str().into());
            headers.push(&value.into());
        }
    }
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let body = String::from_utf8_lossy(&body);
    Ok(Array::of3(&parts.status.as_u16().into(), &headers, &(*body).into()).into())
}
