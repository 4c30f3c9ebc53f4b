//! What a token is for.

use std::cmp::Ordering;

const BAD_SCOPES: &str = "`scopes` (at least one; no spaces, quotes or backslashes)";

/// A resource and a set of scopes, in the one spelling that both sides compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantKey {
    resource: Option<Box<str>>,
    scope: Box<str>,
}

impl GrantKey {
    /// Checks and normalises; the error is what is wrong.
    ///
    /// # Errors
    ///
    /// As [`GrantKey::sorted`], but that the scopes may come in any order and
    /// more than once.
    pub fn new(
        resource: Option<String>,
        scopes: impl IntoIterator<Item = String>,
    ) -> Result<Self, &'static str> {
        let mut sorted: Vec<String> = scopes.into_iter().collect();
        if sorted.iter().any(|scope| scope.contains(' ')) {
            return Err(BAD_SCOPES);
        }
        sorted.sort_unstable();
        sorted.dedup();
        Self::sorted(resource, sorted.join(" "))
    }

    /// Checks a scope that is normalised already; the error is what is wrong.
    ///
    /// # Errors
    ///
    /// `resource` must be an absolute URI without a fragment (RFC 8707
    /// section 2); `scope` must be one or more scopes in ascending order, each
    /// of the characters that RFC 6749 section 3.3 allows, with a space between.
    pub fn sorted(resource: Option<String>, scope: String) -> Result<Self, &'static str> {
        if resource.as_deref().is_some_and(|uri| !is_absolute_uri(uri)) {
            return Err("`resource` (an absolute URI without a fragment)");
        }
        let mut previous: &[u8] = &[];
        for scope in scope.as_bytes().split(|&byte| byte == b' ') {
            if scope <= previous || !scope.iter().all(is_scope_character) {
                return Err(BAD_SCOPES);
            }
            previous = scope;
        }
        Ok(Self {
            resource: resource.map(String::into_boxed_str),
            scope: scope.into_boxed_str(),
        })
    }

    /// The resource, if the grant names one.
    #[must_use]
    pub fn resource(&self) -> Option<&str> {
        self.resource.as_deref()
    }

    /// The scopes, sorted, separated by spaces.
    #[must_use]
    pub fn scope(&self) -> &str {
        &self.scope
    }
}

impl Ord for GrantKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.resource
            .cmp(&other.resource)
            .then_with(|| self.scope.cmp(&other.scope))
    }
}

impl PartialOrd for GrantKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// RFC 3986 section 4.3, as far as it can go wrong by accident.
fn is_absolute_uri(uri: &str) -> bool {
    let mut bytes = uri.bytes();
    let mut first = true;
    loop {
        match bytes.next() {
            Some(b':') if !first => break,
            Some(byte) if byte.is_ascii_alphabetic() => {}
            Some(b'0'..=b'9' | b'+' | b'-' | b'.') if !first => {}
            _ => return false,
        }
        first = false;
    }
    bytes.len() > 0 && bytes.all(|byte| byte > b' ' && byte != 0x7f && byte != b'#')
}

/// RFC 6749 section 3.3: `%x21 / %x23-5B / %x5D-7E`.
fn is_scope_character(byte: &u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(resource: Option<&str>, scopes: &[&str]) -> Result<GrantKey, &'static str> {
        GrantKey::new(
            resource.map(str::to_owned),
            scopes.iter().map(|&scope| scope.to_owned()),
        )
    }

    #[test]
    fn the_order_and_repeats_of_scopes_do_not_matter() {
        let one = key(Some("https://api.example/f/1"), &["b", "a", "b"]);
        let other = key(Some("https://api.example/f/1"), &["a", "b"]);
        assert_eq!(one, other);
        assert_eq!(one.unwrap().scope(), "a b");
    }

    #[test]
    fn different_resources_are_different_grants() {
        let one = key(Some("https://api.example/f/1"), &["a"]);
        assert_ne!(one, key(Some("https://api.example/f/2"), &["a"]));
        assert_ne!(one, key(None, &["a"]));
    }

    #[test]
    fn grants_stand_in_the_order_of_their_resources_and_then_of_their_scopes() {
        let in_order = [
            (None, "b"),
            (Some("urn:a"), "b"),
            (Some("urn:b"), "a"),
            (Some("urn:b"), "b"),
        ];
        let keys = in_order.map(|(resource, scope)| key(resource, &[scope]).unwrap());
        assert!(keys.is_sorted_by(|one, other| one < other));
    }

    #[test]
    fn a_resource_must_be_an_absolute_uri_without_a_fragment() {
        for good in [
            "https://api.example/f/1?x=1",
            "urn:example:box",
            "a+b-c.1:x",
        ] {
            assert!(key(Some(good), &["a"]).is_ok(), "{good}");
        }
        for bad in [
            "",
            "/f/1",
            "files/1",
            "https:",
            "https://x/#f",
            "1a:x",
            ":x",
            "https://a b",
        ] {
            assert!(key(Some(bad), &["a"]).is_err(), "{bad}");
        }
    }

    #[test]
    fn scopes_are_checked_character_by_character() {
        for bad in ["", "a b", "a\"", "a\\", "a\n", "ä"] {
            assert!(key(None, &[bad]).is_err(), "{bad:?}");
        }
        assert!(key(None, &[]).is_err());
        assert!(GrantKey::sorted(None, "b a".to_owned()).is_err());
        assert!(key(None, &["item_download", "urn:x!y~"]).is_ok());
    }
}
