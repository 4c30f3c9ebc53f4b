//! The few grammars of the contract, checked before anything else looks at a value.

/// A `session` has at least the 22 characters that 128 random bits take in base64url:
/// whoever can name one may revoke what was minted for it.
const MIN_SESSION: usize = 22;
const MAX_NAME: usize = 128;
/// As long as the client accepts one.
const MAX_TOKEN: usize = 16_384;
/// A sealed one holds a token and the name of a page life, and takes four characters for
/// each three bytes.
const MAX_HANDLE: usize = 4 * (MAX_TOKEN + MAX_NAME + 64).div_ceil(3);
const MAX_URI: usize = 2_048;

/// The refusal of a `session` that is none.
pub(in crate::core) const NO_SESSION: &str =
    "`session` must be 22 to 128 letters, digits, or any of -._~";

/// RFC 8707 section 2: an absolute URI (RFC 3986 section 4.3), hence without a fragment.
pub(in crate::core) fn is_absolute_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let scheme_fits = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    let rest_fits = !rest.is_empty()
        && rest
            .chars()
            .all(|c| is_unreserved(c) || "%:/?[]@!$&'()*+,;=".contains(c));
    text.len() <= MAX_URI && scheme_fits && rest_fits
}

/// RFC 6749 section 3.3: `scope-token`.
pub(in crate::core) fn is_scope_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| matches!(c, '!' | '#'..='[' | ']'..='~'))
}

/// RFC 6749 appendix A.12: `access-token`, as far as it can stand in a header.
pub(in crate::core) fn is_access_token(text: &str) -> bool {
    (1..=MAX_TOKEN).contains(&text.len()) && text.chars().all(is_of_token)
}

/// A revocation handle, which may be longer.
pub(in crate::core) fn is_handle(text: &str) -> bool {
    (1..=MAX_HANDLE).contains(&text.len()) && text.chars().all(is_of_token)
}

fn is_of_token(c: char) -> bool {
    matches!(c, '!'..='~') && !matches!(c, '"' | ',' | '\\')
}

/// The name of a page life.
pub(in crate::core) fn is_session(text: &str) -> bool {
    text.len() >= MIN_SESSION && is_name(text)
}

/// The name of a request.
pub(in crate::core) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_NAME && text.chars().all(is_unreserved)
}

fn is_unreserved(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absolute_uri_has_a_scheme_and_no_fragment() {
        for uri in [
            "https://api.box.com/2.0/files/1",
            "urn:example:a",
            "https://h/p?q=%20",
        ] {
            assert!(is_absolute_uri(uri), "{uri}");
        }
        for other in [
            "",
            "/2.0/files/1",
            "//host/path",
            "https:",
            "1s://h",
            "https://h/#f",
            "https://h/ä",
        ] {
            assert!(!is_absolute_uri(other), "{other}");
        }
    }

    #[test]
    fn a_scope_token_has_no_space_quote_or_backslash() {
        assert!(is_scope_token("ai.readwrite"));
        assert!(is_scope_token("https://example.com/scope#all"));
        for other in ["", "a b", "a\"b", "a\\b", "a\tb", "ä", "\u{7f}"] {
            assert!(!is_scope_token(other), "{other:?}");
        }
    }

    #[test]
    fn an_access_token_is_what_can_stand_in_a_header() {
        for token in ["aZ0-._~+/==", "1!FAKE", "a=b"] {
            assert!(is_access_token(token), "{token}");
        }
        for other in ["", "a b", "a\r\nb", "a\"b", "a,b", "a\\b", "ä"] {
            assert!(!is_access_token(other), "{other:?}");
        }
    }

    #[test]
    fn the_handle_of_the_longest_token_is_one() {
        use crate::core::{KeyRing, SealedHandle};
        let handle = SealedHandle {
            token: "t".repeat(MAX_TOKEN).into(),
            session: "s".repeat(MAX_NAME),
            expires_at: u64::MAX,
        };
        let text = KeyRing::of(&[1; 32]).seal_handle([7; 12], &handle);
        assert!(is_handle(text.expose()));
        assert!(!is_handle(&"h".repeat(MAX_HANDLE + 1)));
        assert!(!is_handle("a b"));
    }

    #[test]
    fn a_session_is_too_long_to_guess() {
        assert!(is_session("AAAAAAAAAAAAAAAAAAAAAA"));
        assert!(!is_session("AAAAAAAAAAAAAAAAAAAAA"));
        assert!(!is_session("AAAAAAAAAAAAAAAAAAAAA/"));
        assert!(is_name("1"));
        assert!(!is_name(&"1".repeat(129)));
    }
}
