//! What the policy of a keeper takes is what a parser of URLs sends: `url` is that of the URL
//! Standard, as browsers have it.

#![cfg(not(target_arch = "wasm32"))]

use downscope::core::policy::{Address, Limits, Policy, Request, Rule, Written};
use proptest::prelude::*;
use url::Url;

/// What parsers make something else of, beside what they leave.
const PIECES: &[&str] = &[
    "https:",
    "http:",
    "//",
    "/",
    "\\",
    "api.example",
    "API.example",
    "localhost",
    ":443",
    ":8443",
    ":80",
    "@",
    "user",
    ":pass",
    "files",
    "1",
    "..",
    ".",
    "%2e",
    "%2E%2e",
    "%2f",
    "%5c",
    "%25",
    "%00",
    "%",
    "%zz",
    "%20",
    "%c3%a9",
    "%c0%ae",
    "é",
    "\u{ff0e}",
    "\u{3002}",
    "\t",
    "\n",
    " ",
    "?",
    "#",
    "a=b",
    "&",
    ";",
    "'",
    "\"",
    "<",
    "{",
    "|",
    "^",
    "`",
    "~",
    "!",
    "*",
    "+",
    "[::1]",
    "127.1",
    "0x7f",
    "1.2.3.4",
    "xn--",
    "-",
    "_",
    "",
];

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(PIECES);
    let near = prop::collection::vec(piece, 0..8).prop_map(|parts| parts.concat());
    let begin =
        prop::sample::select(&["", "https://api.example/", "https://api.example/files/1/"][..]);
    (begin, near).prop_map(|(begin, rest)| format!("{begin}{rest}"))
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => pieces(),
        1 => any::<String>(),
        1 => any::<String>().prop_map(|text| format!("https://api.example/files/1/{text}")),
    ]
}

/// Of what the standard's parser makes of it.
fn as_parsed(address: &Address<'_>, url: &Url) -> bool {
    let segments: Vec<_> = url.path_segments().into_iter().flatten().collect();
    let is_root = address.segments.is_empty() && segments == [""];
    url.origin().ascii_serialization() == address.origin
        && (is_root || segments == address.segments)
        && url.query() == address.query
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_taken_is_what_a_parser_leaves_as_it_is(text in any_text()) {
        if let Some(address) = Address::read(&text) {
            match Url::parse(&text) {
                Ok(url) => {
                    prop_assert_eq!(url.as_str(), &text);
                    prop_assert!(as_parsed(&address, &url), "{:?} of {}", address, url);
                }
                // A name that the standard refuses leads nowhere.
                Err(_) => prop_assert!(text.contains("xn--"), "{}", text),
            }
        }
    }

    #[test]
    fn what_is_permitted_is_below_the_resource_however_it_is_read(text in any_text()) {
        let policy = policy();
        let request = Request {
            resource: Some("https://api.example/files/1"),
            method: "GET",
            url: &text,
            headers: &[],
            header_size: 0,
            body: 0,
            open: 0,
        };
        if policy.request(0, &request).is_ok() {
            let url = Url::parse(&text).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(url.origin().ascii_serialization(), "https://api.example");
            let is_below = url.path() == "/files/1" || url.path().starts_with("/files/1/");
            prop_assert!(is_below, "{}", url);
        }
    }
}

#[test]
fn the_pieces_make_urls_that_are_taken_too() {
    for text in [
        "https://api.example/files/1/~",
        "https://api.example/files/1/%c3%a9",
    ] {
        assert!(Address::read(text).is_some(), "{text}");
        assert_eq!(
            Url::parse(text).map(|url| url.to_string()).as_deref(),
            Ok(text)
        );
    }
}

fn policy() -> Policy {
    let mut policy = Policy::new(Limits::default());
    let rule = Rule::read(&Written {
        resource: Some("https://api.example/files/*"),
        scopes: &["read"],
        ..Written::default()
    });
    rule.into_iter().for_each(|rule| policy.add(rule));
    policy
}
