//! URLs of endpoints.

use super::io::resolved::{HAS_PASSWORD, HOSTNAME, HREF, PROTOCOL};
use super::io::{self, Parts};
use crate::core::protects_tokens;

/// The absolute form of an endpoint's URL, resolved against the page; the
/// error is what it should have been.
pub(crate) fn check_endpoint(given: &str) -> Result<String, &'static str> {
    let url = Parts::new(io::resolve(given).map_err(|_| "a URL")?);
    let text = |place| url.text(place).unwrap_or_default();
    if url.get(HAS_PASSWORD).is_truthy() {
        return Err("a URL without a password");
    }
    if protects_tokens(&text(PROTOCOL), &text(HOSTNAME)) {
        Ok(text(HREF))
    } else {
        Err("https:, or http: on loopback")
    }
}
