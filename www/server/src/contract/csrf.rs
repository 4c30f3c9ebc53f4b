//! Who may ask for a token: the app's own page, and no other site in the same browser.
//!
//! The cookie alone does not tell them apart (RFC 10017 section 6.1.3.3), so two
//! more things must hold: a static custom header, which another origin can send
//! only after a preflight that this server never grants, and what the browser
//! itself says about where the request comes from.

use axum::http::{HeaderMap, header};

use super::OAuthError;

/// Refuses whatever does not come from one of the app's own `origins`.
pub(super) fn check(headers: &HeaderMap, origins: &[String]) -> Result<(), OAuthError> {
    if text(headers, "x-downscope") != Some("1") {
        return Err(OAuthError::access_denied(
            "The header X-Downscope: 1 is missing.",
        ));
    }
    let same_origin = text(headers, "sec-fetch-site").map_or_else(
        // A browser without Fetch Metadata still sends `Origin` with every POST.
        || {
            text(headers, header::ORIGIN.as_str())
                .is_some_and(|origin| origins.iter().any(|own| own == origin))
        },
        // `same-site` is not enough: it covers sibling subdomains and other ports.
        |site| site == "same-origin",
    );
    if same_origin {
        Ok(())
    } else {
        Err(OAuthError::access_denied(
            "The request comes from another origin.",
        ))
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
