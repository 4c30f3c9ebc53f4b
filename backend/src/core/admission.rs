//! Who may ask for a token: the app's own page, and no other site in the same browser.
//!
//! The cookie alone does not tell them apart (RFC 10017 section 6.1.3.3), so two
//! more things must hold: a static custom header, which another origin can send
//! only after a preflight that is granted to the app's own origins alone, and what
//! the browser itself says about where the request comes from.

use super::refusal::Refusal;

/// The static header; its value is `1`.
pub const CUSTOM_HEADER: &str = "x-downscope";

/// The origins of the app's pages.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Origins(Vec<String>);

impl Origins {
    /// As browsers write them: `https://app.example`, without a slash at the end.
    pub fn new(origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(origins.into_iter().map(Into::into).collect())
    }

    /// Whether `origin` is one of them.
    pub fn contains(&self, origin: &str) -> bool {
        self.0.iter().any(|own| own == origin)
    }

    /// Refuses whatever does not come from the app's own pages. `header` looks a request
    /// header up by its lower-case name.
    ///
    /// A page of a sibling origin (`app.example`, for a backend on `api.app.example`) is
    /// `same-site` with it, as are strangers on other subdomains: there the `Origin` tells.
    pub fn check<'a>(&self, header: impl Fn(&str) -> Option<&'a str>) -> Result<(), Refusal> {
        if header(CUSTOM_HEADER) != Some("1") {
            return Err(Refusal::access_denied(
                "The header X-Downscope: 1 is missing.",
            ));
        }
        let is_own = || header("origin").is_some_and(|origin| self.contains(origin));
        let is_from_app = match header("sec-fetch-site") {
            Some("same-origin") => true,
            // A browser without Fetch Metadata still sends `Origin` with every POST.
            Some("same-site") | None => is_own(),
            Some(_) => false,
        };
        if is_from_app {
            Ok(())
        } else {
            Err(Refusal::access_denied(
                "The request comes from another origin.",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_admitted(headers: &[(&str, &'static str)]) -> bool {
        let origins = Origins::new(["https://app.example"]);
        let header = |name: &str| {
            headers
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| *value)
        };
        origins.check(header).is_ok()
    }

    #[test]
    fn only_the_apps_own_pages_are_admitted() {
        let own = ("x-downscope", "1");
        let origin = ("origin", "https://app.example");
        let evil = ("origin", "https://app.example.evil.example");
        for (headers, admitted) in [
            (&[own, ("sec-fetch-site", "same-origin")][..], true),
            (&[own, ("sec-fetch-site", "same-site"), origin], true),
            (&[own, origin], true),
            (&[("sec-fetch-site", "same-origin")], false),
            (
                &[("x-downscope", "0"), ("sec-fetch-site", "same-origin")],
                false,
            ),
            (&[own, ("sec-fetch-site", "same-site")], false),
            (&[own, ("sec-fetch-site", "same-site"), evil], false),
            (&[own, ("sec-fetch-site", "cross-site"), origin], false),
            (&[own, ("sec-fetch-site", "none")], false),
            (&[own, evil], false),
            (&[own], false),
        ] {
            assert_eq!(is_admitted(headers), admitted, "{headers:?}");
        }
    }
}
