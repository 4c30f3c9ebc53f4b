//! URLs of endpoints.

use super::io::{self, Part};
use crate::core::protects_tokens;

/// The absolute form of an endpoint's URL, resolved against the page; the
/// error is what it should have been.
pub(crate) fn check_endpoint(given: &str) -> Result<String, &'static str> {
    let url = Part::new(io::resolve(given).map_err(|_| "a URL; absolute, without a page")?);
    let text = |name| url.text(name).unwrap_or_default();
    if url.flag("has_password") {
        return Err("a URL without a password");
    }
    if protects_tokens(&text("protocol"), &text("hostname")) {
        Ok(text("href"))
    } else {
        Err("https:, or http: on localhost; for the page too")
    }
}
