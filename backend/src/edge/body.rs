//! Reading a request body: of the right type, and no longer than it may be.

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, header},
};

use crate::core::Refusal;

/// Reads `body` if its declared type is `media_type`.
pub(super) async fn read(
    headers: &HeaderMap,
    body: Body,
    media_type: &str,
    refusal: &'static str,
    limit: usize,
) -> Result<Bytes, Refusal> {
    if !is(headers, media_type) {
        return Err(Refusal::unsupported_media_type(refusal));
    }
    // The other cause of an error is a body that broke off; then nobody reads this answer.
    to_bytes(body, limit)
        .await
        .map_err(|_| Refusal::too_large())
}

fn is(headers: &HeaderMap, media_type: &str) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case(media_type))
}
