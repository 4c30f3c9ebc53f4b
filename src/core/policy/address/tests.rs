use super::*;

fn reads(url: &str) -> bool {
    Address::read(url).is_some()
}

#[test]
fn a_url_in_its_one_form_is_taken_apart() {
    let address = Address::read("https://api.example:8443/2.0/files/a%20b?fields=id,name");
    assert_eq!(
        address,
        Some(Address {
            origin: "https://api.example:8443",
            segments: vec!["2.0", "files", "a%20b"],
            query: Some("fields=id,name"),
        })
    );
    let root = Address::read("https://api.example/").map(|address| address.segments);
    assert_eq!(root, Some(Vec::new()));
}

#[test]
fn what_a_parser_would_normalise_is_refused() {
    for path in [
        "a/../b",
        "a/..",
        "./a",
        "a/.",
        "%2e%2e/a",
        "%2E./a",
        ".%2e/a",
        "a%2fb",
        "a%2Fb",
        "a\\b",
        "..\\a",
        "a%5cb",
        "//a",
        "a//b",
        "a/",
        "a b",
        "a\tb",
        "a\nb",
        "é",
        "a\u{202e}",
        "a#b",
        "#",
        "a%",
        "a%2",
        "a%zz",
        "%00",
        "a%0ab",
        "a%7f",
        "a%252e",
        "%25",
        "..;/a",
        "a;b",
        "%3b",
        "a%3fb",
        "a%23b",
        "<a>",
        "a\"b",
        "a`b",
        "{a}",
        "a|b",
        "a^b",
        "%c0%ae",
        "%e0%80%ae",
        "%ff",
    ] {
        assert!(!reads(&format!("https://api.example/{path}")), "{path:?}");
    }
}

#[test]
fn an_origin_that_a_parser_would_write_otherwise_is_refused() {
    for origin in [
        "HTTPS://api.example",
        "https://API.example",
        "https://api.example:443",
        "https://api.example:0443",
        "https://api.example:",
        "https://api.example:65536",
        "https://api.example:+1",
        "https://user@api.example",
        "https://user:p@api.example",
        "https://api.example@evil.example",
        "https://",
        "https:///api.example",
        "https:api.example",
        "https:\\\\api.example",
        "//api.example",
        "https://api..example",
        "https://api.example.",
        "https://.example",
        "https://api%2eexample",
        "https://é.example",
        "https://0x7f.1",
        "https://2130706433",
        "https://127.1",
        "https://010.0.0.1",
        "https://1.2.3.256",
        "https://a.0x7f",
        "https://[::2]",
        "https://[::1",
        "https://a_b",
        "ftp://api.example",
        "http://api.example",
        "javascript://a",
        "data://a",
    ] {
        assert!(!is_origin(origin), "{origin}");
        assert!(!reads(&format!("{origin}/a")), "{origin}");
    }
    for origin in [
        "https://api.example",
        "https://xn--bcher-kva.example",
        "https://10.0.0.1:8443",
        "http://localhost:8788",
        "http://127.0.0.1",
        "http://[::1]:1",
        "https://a",
    ] {
        assert!(is_origin(origin), "{origin}");
    }
}

#[test]
fn a_query_is_spelled_plainly_or_refused() {
    for query in [
        "", "a='", "a=\"", "a;b", "a=%0d%0a", "a=%", "a=é", "a=b#c", "a=b c",
    ] {
        assert!(
            !reads(&format!("https://api.example/a?{query}")),
            "{query:?}"
        );
    }
    assert!(reads("https://api.example/a?b=%2F..%2e&c"));
}

#[test]
fn a_url_of_any_length_is_no_work() {
    let long = format!("https://api.example/{}", "a".repeat(LONGEST_URL));
    assert!(!reads(&long));
}
