//! URLs of endpoints.

use super::io;
use crate::core::protects_tokens;

/// The absolute form of an endpoint's URL, resolved against the page; the
/// error is what it should have been.
pub(crate) fn check_endpoint(given: &str) -> Result<String, &'static str> {
    let url = io::resolve(given).map_err(|_| "an endpoint (a URL)")?;
    if protects_tokens(&url.protocol(), &url.hostname()) {
        Ok(url.href())
    } else {
        Err("an endpoint (https:, or http: on loopback)")
    }
}
