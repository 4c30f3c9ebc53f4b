//! The file API and the other helpers of its origin.

use axum::http::{Method, StatusCode};
use downscope_backend::core::Fingerprint;
use serde_json::json;

use crate::support::{Fixture, PDF, SESSION, ask};

const CONTENT: &str = "/2.0/files/101/content";

#[tokio::test]
async fn a_token_fetches_its_file() {
    let fixture = Fixture::new().await;
    let token = fixture.mint(SESSION, "1").await;
    let answer = fixture.content("101", &token).await;
    assert_eq!(
        (answer.status, answer.body.as_slice()),
        (StatusCode::OK, PDF)
    );
    assert_eq!(answer.header("content-type"), Some("application/pdf"));
    assert_eq!(answer.header("accept-ranges"), Some("bytes"));
}

#[tokio::test]
async fn metadata_needs_a_scope_for_reading_only() {
    let fixture = Fixture::new().await;
    let mut request = ask(SESSION, "1");
    request["scope"] = json!("base_preview");
    let token = fixture.token(request).await.text("access_token");
    let bearer = format!("bearer {token}");
    let answer = fixture
        .api(Method::GET, "/2.0/files/101", &[("authorization", &bearer)])
        .await;
    let json = answer.json();
    assert_eq!(
        (&json["type"], &json["id"]),
        (&json!("file"), &json!("101"))
    );
    assert_eq!(
        (&json["name"], &json["size"]),
        (&json!("report.pdf"), &json!(PDF.len()))
    );
}

#[tokio::test]
async fn a_dead_token_gets_a_challenge_and_an_empty_body() {
    let fixture = Fixture::new().await;
    let token = fixture.mint(SESSION, "1").await;
    fixture.revoke(&[("token", &token)]).await;
    for token in [&*token, "made-up", ""] {
        let answer = fixture.content("101", token).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(
            answer.header("www-authenticate"),
            Some(
                "Bearer realm=\"Service\", error=\"invalid_token\", \
                 error_description=\"The access token provided is invalid.\""
            ),
        );
        assert!(answer.body.is_empty());
    }
}

#[tokio::test]
async fn without_a_token_the_challenge_names_no_error() {
    let fixture = Fixture::new().await;
    for headers in [&[][..], &[("authorization", "Basic eDp5")]] {
        let answer = fixture.api(Method::GET, CONTENT, headers).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(
            answer.header("www-authenticate"),
            Some("Bearer realm=\"Service\"")
        );
    }
}

#[tokio::test]
async fn a_token_that_does_not_cover_the_request_is_403() {
    let fixture = Fixture::new().await;
    let token = fixture.mint(SESSION, "1").await;
    let answer = fixture.content("102", &token).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(
        answer
            .header("www-authenticate")
            .unwrap()
            .contains("error=\"insufficient_scope\"")
    );
    assert!(answer.body.is_empty());
}

#[tokio::test]
async fn a_range_is_206_and_one_beyond_the_end_is_416() {
    let fixture = Fixture::new().await;
    let bearer = format!("Bearer {}", fixture.mint(SESSION, "1").await);
    let range = |range| [("authorization", &*bearer), ("range", range)];
    let answer = fixture.api(Method::GET, CONTENT, &range("bytes=2-4")).await;
    assert_eq!(
        (answer.status, answer.body.as_slice()),
        (StatusCode::PARTIAL_CONTENT, &b"234"[..])
    );
    assert_eq!(answer.header("content-range"), Some("bytes 2-4/10"));
    assert_eq!(answer.header("content-length"), Some("3"));
    let answer = fixture.api(Method::GET, CONTENT, &range("bytes=10-")).await;
    assert_eq!(answer.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(answer.header("content-range"), Some("bytes */10"));
}

#[tokio::test]
async fn a_range_of_another_version_is_the_whole_file() {
    let fixture = Fixture::new().await;
    let bearer = format!("Bearer {}", fixture.mint(SESSION, "1").await);
    let headers = [("authorization", &*bearer), ("range", "bytes=0-0")];
    let whole = fixture.api(Method::GET, CONTENT, &headers[..1]).await;
    let etag = whole.header("etag").unwrap();
    for (validator, status) in [(etag, 206), ("\"other\"", 200)] {
        let headers = [headers[0], headers[1], ("if-range", validator)];
        let answer = fixture.api(Method::GET, CONTENT, &headers).await;
        assert_eq!(answer.status.as_u16(), status, "{validator}");
    }
}

#[tokio::test]
async fn head_tells_the_length_and_sends_nothing() {
    let fixture = Fixture::new().await;
    let bearer = format!("Bearer {}", fixture.mint(SESSION, "1").await);
    let answer = fixture
        .api(Method::HEAD, CONTENT, &[("authorization", &bearer)])
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-length"), Some("10"));
    assert!(answer.body.is_empty());
}

#[tokio::test]
async fn any_origin_may_ask_and_see_what_it_needs() {
    let fixture = Fixture::new().await;
    let preflight = fixture.api(Method::OPTIONS, CONTENT, &[]).await;
    assert_eq!(preflight.status, StatusCode::NO_CONTENT);
    let allowed = preflight.header("access-control-allow-headers").unwrap();
    assert!(allowed.contains("Authorization") && allowed.contains("Range"));
    let refused = fixture.api(Method::GET, CONTENT, &[]).await;
    let missing = fixture.api(Method::GET, "/elsewhere", &[]).await;
    for answer in [preflight, refused, missing] {
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        let exposed = answer.header("access-control-expose-headers").unwrap();
        for name in [
            "WWW-Authenticate",
            "Retry-After",
            "Content-Range",
            "Accept-Ranges",
            "Content-Length",
        ] {
            assert!(exposed.contains(name), "{name}");
        }
    }
}

#[tokio::test]
async fn redirect_leads_where_it_is_told() {
    let fixture = Fixture::new().await;
    let answer = fixture
        .api(
            Method::GET,
            "/redirect?to=http%3A%2F%2F127.0.0.1%3A1%2Fx%3Fa%3Db",
            &[],
        )
        .await;
    assert_eq!(answer.status, StatusCode::FOUND);
    assert_eq!(answer.header("location"), Some("http://127.0.0.1:1/x?a=b"));
    for path in ["/redirect", "/redirect?to=%0D%0Ax"] {
        assert_eq!(
            fixture.api(Method::GET, path, &[]).await.status,
            StatusCode::BAD_REQUEST
        );
    }
}

#[tokio::test]
async fn echo_shows_headers_and_of_a_token_the_fingerprint_of_the_ledger() {
    let fixture = Fixture::new().await;
    let token = fixture.mint(SESSION, "1").await;
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", &*bearer),
        ("cookie", "a=secret"),
        ("x-a", "b"),
    ];
    let answer = fixture.api(Method::PUT, "/echo", &headers).await;
    let json = answer.json();
    assert_eq!(
        (&json["method"], &json["headers"]["x-a"]),
        (&json!("PUT"), &json!("b"))
    );
    let fingerprint = &fixture.ledger().await["tokens"][0]["fingerprint"];
    assert_eq!(&json["headers"]["authorization"], fingerprint);
    assert_eq!(fingerprint, &json!(Fingerprint::of(&token).to_string()));
    let body = String::from_utf8(answer.body).unwrap();
    assert!(!body.contains(&token) && !body.contains("secret"));
}
