//! Where a token may travel.

/// Whether a request to `origin` may carry the token.
///
/// `allowed`, origins with a space between, replaces the default, the origin of
/// the grant's own resource.
#[must_use]
pub fn may_receive_token(origin: &str, resource_origin: Option<&str>, allowed: &str) -> bool {
    if allowed.is_empty() {
        resource_origin == Some(origin)
    } else {
        let mut allowed = allowed.as_bytes().split(|&byte| byte == b' ');
        allowed.any(|one| one == origin.as_bytes())
    }
}

/// Whether tokens are safe from onlookers on the way to a URL's `protocol`
/// (`"https:"`) and `host` (`"localhost"`, `"[::1]"`): TLS, or the machine itself.
#[must_use]
pub fn protects_tokens(protocol: &str, host: &str) -> bool {
    protocol == "https:" || (protocol == "http:" && is_loopback(host))
}

/// The loopback names and addresses of W3C Secure Contexts section 3.1.
fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost") || host == "[::1]" || is_loopback_v4(host)
}

/// A URL's host of digits and dots is an IPv4 address in canonical form.
fn is_loopback_v4(host: &str) -> bool {
    host.starts_with("127.")
        && host
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_default_only_the_resource_s_own_origin_gets_the_token() {
        let own = Some("https://api.example");
        assert!(may_receive_token("https://api.example", own, ""));
        assert!(!may_receive_token("https://api.example:8443", own, ""));
        assert!(!may_receive_token("https://evil.example", own, ""));
        assert!(!may_receive_token("https://api.example", None, ""));
    }

    #[test]
    fn a_list_of_origins_replaces_the_default() {
        let allowed = "https://ul.example https://dl.example";
        let own = Some("https://api.example");
        assert!(may_receive_token("https://dl.example", own, allowed));
        assert!(!may_receive_token("https://api.example", own, allowed));
    }

    #[test]
    fn plain_http_is_for_the_machine_itself_only() {
        assert!(protects_tokens("https:", "app.example"));
        for host in [
            "localhost",
            "a.localhost",
            "127.0.0.1",
            "127.9.9.9",
            "[::1]",
        ] {
            assert!(protects_tokens("http:", host), "{host}");
        }
        for host in [
            "app.example",
            "localhost.example",
            "127.0.0.1.example",
            "10.0.0.1",
        ] {
            assert!(!protects_tokens("http:", host), "{host}");
        }
        assert!(!protects_tokens("ftp:", "localhost"));
    }
}
