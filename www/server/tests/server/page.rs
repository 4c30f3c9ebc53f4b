//! The page: its files, its sign-in, its configuration.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use serde_json::json;

use crate::support::{API, Fixture, VAULT, send, to_app};

#[tokio::test]
async fn a_document_signs_the_demo_user_in_where_nobody_is() {
    let fixture = Fixture::new().await;
    let answer = fixture.get("/index.html").await;
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("demo_session="));
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));

    let again = to_app(Method::GET, "/").header(header::COOKIE, &fixture.cookie);
    let again = send(&fixture.demo.app, again.body(Body::empty()).unwrap()).await;
    assert_eq!(again.header("set-cookie"), None);
    assert_eq!(fixture.get("/script.mjs").await.header("set-cookie"), None);
}

#[tokio::test]
async fn a_document_in_the_browsers_cache_is_sent_again_to_sign_in() {
    let fixture = Fixture::new().await;
    let first = fixture.get("/").await;
    for (condition, validator) in [
        (header::IF_MODIFIED_SINCE, "last-modified"),
        (header::IF_NONE_MATCH, "etag"),
    ] {
        let validator = first.header(validator).unwrap().to_owned();
        let ask = |cookie: &str| {
            let request = to_app(Method::GET, "/")
                .header(&condition, &validator)
                .header(header::COOKIE, cookie);
            send(&fixture.demo.app, request.body(Body::empty()).unwrap())
        };
        assert_eq!(ask(&fixture.cookie).await.status, StatusCode::NOT_MODIFIED);
        let stranger = ask("demo_session=of-yesterday").await;
        assert_eq!(stranger.status, StatusCode::OK, "{condition}");
        assert!(stranger.cookie().is_some());
    }
}

#[tokio::test]
async fn files_have_their_types_and_are_revalidated() {
    let fixture = Fixture::new().await;
    for (path, media_type) in [
        ("/", "text/html"),
        ("/script.mjs", "application/javascript"),
        ("/pkg/index.js", "text/javascript"),
        ("/pkg/downscope.wasm", "application/wasm"),
        ("/media/report.pdf", "application/pdf"),
    ] {
        let answer = fixture.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.header("content-type"), Some(media_type), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-cache"), "{path}");
    }
}

#[tokio::test]
async fn a_directory_is_redirected_to_its_slash_below_its_prefix() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.get("/sub").await.header("location"), Some("/sub/"));
    assert_eq!(fixture.get("/sub/").await.status, StatusCode::OK);
    let below = fixture.get("/pkg/sub").await;
    assert_eq!(below.header("location"), Some("/pkg/sub/"));
}

#[tokio::test]
async fn nothing_outside_of_the_directories_is_served() {
    let fixture = Fixture::new().await;
    for path in [
        "/missing",
        "/pkg/missing",
        "/../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/pkg/..%2fmedia/report.pdf",
    ] {
        assert_eq!(
            fixture.get(path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_page_learns_where_its_files_are() {
    let fixture = Fixture::new().await;
    assert_eq!(
        fixture.get("/config.json").await.json(),
        json!({
            "apiOrigin": API,
            "upstream": "embedded",
            "leaseTerm": 90_000,
            "files": [
                { "id": "101", "name": "report.pdf", "type": "application/pdf" },
                { "id": "102", "name": "photo.png", "type": "image/png" },
            ],
        }),
    );
}

#[tokio::test]
async fn the_page_learns_where_its_vault_is_by_the_host_that_it_was_asked_for_by() {
    let fixture = Fixture::beside_vault().await;
    for (host, vault) in [
        ("127.0.0.1:8788", json!(VAULT)),
        ("localhost:8788", json!(null)),
    ] {
        let request = Request::get("/config.json")
            .header(header::HOST, host)
            .body(Body::empty())
            .unwrap();
        let answer = send(&fixture.demo.app, request).await;
        assert_eq!(answer.json()["vaultOrigin"], vault, "{host}");
    }
}

#[tokio::test]
async fn a_site_that_points_its_name_at_this_machine_gets_nothing() {
    let fixture = Fixture::new().await;
    for (host, status) in [
        ("127.0.0.1:8788", 200),
        ("localhost:8788", 200),
        ("localhost", 200),
        ("[::1]:8788", 200),
        ("evil.example:8788", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost.evil.example:8788", 421),
        ("", 421),
    ] {
        let request = Request::get("/")
            .header(header::HOST, host)
            .body(Body::empty())
            .unwrap();
        let answer = send(&fixture.demo.app, request).await;
        assert_eq!(answer.status.as_u16(), status, "{host}");
        assert_eq!(answer.cookie().is_some(), status == 200, "{host}");
    }
}
