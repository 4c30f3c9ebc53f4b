//! URLs of endpoints and resources.

use web_sys::Url;

use super::js;
use crate::core::{may_receive_token, protects_tokens};

/// The absolute form of an endpoint's URL, resolved against the page; the
/// error is what is wrong with it.
pub(crate) fn check_endpoint(given: &str) -> Result<String, &'static str> {
    let global = js_sys::global();
    let document = js::get(&global, "document");
    let base = js::get(&document, "baseURI").as_string();
    let base = base.or_else(|| js::get(&js::get(&global, "location"), "href").as_string());
    let url = match base {
        Some(base) => Url::new_with_base(given, &base),
        None => Url::new(given),
    };
    let url = url.map_err(|_| "(a URL)")?;
    if !protects_tokens(&url.protocol(), &url.hostname()) {
        return Err("(https:, or http: on loopback)");
    }
    Ok(url.href())
}

/// Whether a request to this URL may carry a token for that resource.
pub(super) fn may_carry_token(url: &str, resource: Option<&str>, allowed: &[String]) -> bool {
    let Ok(url) = Url::new(url) else { return false };
    let resource = resource.and_then(|resource| Url::new(resource).ok());
    protects_tokens(&url.protocol(), &url.hostname())
        && may_receive_token(
            &url.origin(),
            resource.map(|resource| resource.origin()).as_deref(),
            allowed,
        )
}
