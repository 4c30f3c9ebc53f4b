//! What a page may have a token for.
//!
//! RFC 10017 section 6.2.2.3: the page says what it wants, and the backend hands
//! out no more than that, nor anything broader that it happens to hold.

use std::collections::BTreeSet;

use super::refusal::Refusal;
use super::syntax;

/// An allow-list of resources and scopes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Policy {
    /// The resources.
    pub resources: Vec<Pattern>,
    /// The scopes.
    pub scopes: BTreeSet<String>,
}

/// One resource, or all that differ in their last segment only: `https://api.box.com/2.0/files/*`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pattern {
    start: String,
    is_open: bool,
}

impl Policy {
    /// Allows `scopes` on `resources`.
    pub fn new(
        resources: impl IntoIterator<Item = Pattern>,
        scopes: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            resources: resources.into_iter().collect(),
            scopes: scopes.into_iter().map(Into::into).collect(),
        }
    }

    /// Whether that is one scope (RFC 6749 section 3.3). No request can name what is none.
    pub fn is_scope(text: &str) -> bool {
        syntax::is_scope_token(text)
    }

    /// Whether `scopes` on `resource` may be had.
    pub fn check(&self, resource: &str, scopes: &[String]) -> Result<(), Refusal> {
        if !self.resources.iter().any(|one| one.fits(resource)) {
            return Err(Refusal::invalid_target("There is no such resource."));
        }
        if !scopes.iter().all(|scope| self.scopes.contains(scope)) {
            return Err(Refusal::invalid_scope("A scope is not available."));
        }
        Ok(())
    }
}

impl Pattern {
    /// Reads one: an absolute URI, of which the last segment may be `*`, and the host may not.
    pub fn parse(text: &str) -> Option<Self> {
        let (start, is_open) = match text.strip_suffix("/*") {
            Some(start) => (format!("{start}/"), true),
            None => (text.to_owned(), false),
        };
        let has_host = start
            .split_once("://")
            .is_none_or(|(_, rest)| !rest.is_empty() && !rest.starts_with('/'));
        (syntax::is_absolute_uri(&start) && has_host && !start.contains('*'))
            .then_some(Self { start, is_open })
    }

    /// Compared character by character (RFC 3986 section 6.2.1): two spellings of one
    /// URI are two resources. The open segment is letters, digits, `-` and `_`, so that
    /// it can neither climb nor go on.
    fn fits(&self, resource: &str) -> bool {
        let Some(rest) = resource.strip_prefix(&self.start) else {
            return false;
        };
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if self.is_open {
            !rest.is_empty() && rest.bytes().all(is_plain)
        } else {
            rest.is_empty()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, resource: &str) -> Option<bool> {
        Pattern::parse(pattern).map(|pattern| pattern.fits(resource))
    }

    #[test]
    fn an_open_pattern_is_open_in_its_last_segment_only() {
        let pattern = "https://api.example/files/*";
        for (resource, allowed) in [
            ("https://api.example/files/123", true),
            ("https://api.example/files/a-b_C", true),
            ("https://api.example/files/", false),
            ("https://api.example/files/1/content", false),
            ("https://api.example/files/..", false),
            ("https://api.example/files/1?as=owner", false),
            ("https://api.example/files/%2e%2e", false),
            ("https://api.example.evil.example/files/1", false),
            ("https://api.example/folders/1", false),
        ] {
            assert_eq!(fits(pattern, resource), Some(allowed), "{resource}");
        }
    }

    #[test]
    fn a_closed_pattern_is_one_resource() {
        let one = "https://api.example/files/1";
        assert_eq!(fits(one, one), Some(true));
        assert_eq!(fits(one, "https://api.example/files/12"), Some(false));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in [
            "",
            "*",
            "/files/*",
            "https://a/*/b",
            "https://a/f*",
            "https://*/x",
            "https://*",
            "https:///x/*",
        ] {
            assert_eq!(Pattern::parse(text), None, "{text}");
        }
    }
}
