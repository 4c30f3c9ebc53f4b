//! `POST /api/token`.

use std::{sync::Arc, time::Duration};

use axum::http::{Method, StatusCode, header};
use downscope_backend::core::UpstreamError;
use downscope_server::demo::UpstreamChoice;
use serde_json::{Value, json};

use crate::support::{
    API, APP, Fixture, OTHER_SESSION, SESSION, START, ask, post, send, to_app,
    upstream::{Next, Script},
};

fn ask_with(name: &str, value: Value) -> Value {
    let mut request = ask(SESSION, "1");
    request[name] = value;
    request
}

/// The refusal of a request that the contract itself does not allow.
async fn refusal_of(fixture: &Fixture, body: impl ToString) -> (u16, String) {
    fixture
        .token_raw(fixture.token_request(), body.to_string())
        .await
        .refusal()
}

#[tokio::test]
async fn the_page_gets_a_token_for_what_it_asked_for() {
    let fixture = Fixture::new().await;
    let answer = fixture.token(ask(SESSION, "1")).await;
    assert_eq!(answer.status, StatusCode::OK);
    let json = answer.json();
    assert_eq!(json["token_type"], "Bearer");
    assert_eq!(json["expires_in"], 3600);
    assert_eq!(json["scope"], "base_preview item_download");
    assert_eq!(
        json["restricted_to"][0]["object"],
        json!({ "type": "file", "id": "101" })
    );
    assert_eq!(json.get("revocation_handle"), None);
    assert!(fixture.is_alive(&answer.text("access_token")).await);
}

#[tokio::test]
async fn a_token_can_do_no_more_than_what_was_asked_for() {
    let fixture = Fixture::new().await;
    let answer = fixture
        .token(ask_with("scope", json!("base_preview")))
        .await;
    let token = answer.text("access_token");
    assert_eq!(answer.text("scope"), "base_preview");
    assert_eq!(
        fixture.content("101", &token).await.status,
        StatusCode::FORBIDDEN
    );
    let token = fixture.mint(SESSION, "2").await;
    assert_eq!(
        fixture.content("102", &token).await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn two_requests_get_two_tokens() {
    let fixture = Fixture::new().await;
    assert_ne!(
        fixture.mint(SESSION, "1").await,
        fixture.mint(SESSION, "2").await
    );
}

#[tokio::test]
async fn fields_that_the_backend_does_not_know_are_ignored() {
    let fixture = Fixture::new().await;
    let answer = fixture
        .token(ask_with("audience", json!({ "x": [1] })))
        .await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn without_the_static_header_it_is_403() {
    let fixture = Fixture::new().await;
    for value in [None, Some(""), Some("0"), Some("true")] {
        let mut request = post("/api/token")
            .header(header::COOKIE, &fixture.cookie)
            .header(header::CONTENT_TYPE, "application/json")
            .header("sec-fetch-site", "same-origin");
        if let Some(value) = value {
            request = request.header("x-downscope", value);
        }
        let answer = fixture
            .token_raw(request, ask(SESSION, "1").to_string())
            .await;
        assert_eq!(
            answer.refusal(),
            (403, "access_denied".to_owned()),
            "{value:?}"
        );
    }
}

#[tokio::test]
async fn fetch_metadata_decides_where_there_is_any() {
    let fixture = Fixture::new().await;
    for (site, origin, status) in [
        ("same-origin", "https://elsewhere.example", 200),
        // A page of the app on an origin of its own, and a stranger on another subdomain.
        ("same-site", APP, 200),
        ("same-site", "https://elsewhere.example", 403),
        ("cross-site", APP, 403),
        ("none", APP, 403),
    ] {
        let request = post("/api/token")
            .header(header::COOKIE, &fixture.cookie)
            .header(header::CONTENT_TYPE, "application/json")
            .header("sec-fetch-site", site)
            .header(header::ORIGIN, origin)
            .header("x-downscope", "1");
        let answer = fixture
            .token_raw(request, ask(SESSION, "1").to_string())
            .await;
        assert_eq!(answer.status.as_u16(), status, "{site}");
    }
}

#[tokio::test]
async fn without_fetch_metadata_the_origin_decides() {
    let fixture = Fixture::new().await;
    for (origin, status) in [
        (Some(APP), 200),
        (Some(API), 403),
        (Some("null"), 403),
        (Some("http://127.0.0.1:8788.example"), 403),
        (None, 403),
    ] {
        let mut request = post("/api/token")
            .header(header::COOKIE, &fixture.cookie)
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-downscope", "1");
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        let answer = fixture
            .token_raw(request, ask(SESSION, "1").to_string())
            .await;
        assert_eq!(answer.status.as_u16(), status, "{origin:?}");
    }
}

#[tokio::test]
async fn another_origin_gets_no_leave_to_send_the_static_header() {
    let fixture = Fixture::new().await;
    let preflight = to_app(Method::OPTIONS, "/api/token")
        .header(header::ORIGIN, API)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "x-downscope")
        .body(axum::body::Body::empty())
        .unwrap();
    let answer = send(&fixture.demo.app, preflight).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(answer.header("access-control-allow-origin"), None);
    assert_eq!(answer.header("access-control-allow-credentials"), None);
}

#[tokio::test]
async fn without_a_cookie_it_is_401() {
    let fixture = Fixture::new().await;
    for cookie in [None, Some("demo_session=made-up"), Some("demo_session=")] {
        let mut request = post("/api/token")
            .header(header::CONTENT_TYPE, "application/json")
            .header("sec-fetch-site", "same-origin")
            .header("x-downscope", "1");
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let answer = fixture
            .token_raw(request, ask(SESSION, "1").to_string())
            .await;
        assert_eq!(
            answer.refusal(),
            (401, "login_required".to_owned()),
            "{cookie:?}"
        );
        assert!(answer.header("www-authenticate").is_some());
    }
}

#[tokio::test]
async fn after_logout_the_cookie_is_worth_nothing_and_after_login_another_one_is() {
    let mut fixture = Fixture::new().await;
    assert_eq!(
        fixture.post("/api/logout").await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        fixture.token(ask(SESSION, "1")).await.status,
        StatusCode::UNAUTHORIZED
    );
    let login = fixture.post("/api/login").await;
    fixture.cookie = login.cookie().unwrap();
    assert_eq!(
        fixture.token(ask(SESSION, "2")).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_an_invalid_request() {
    let fixture = Fixture::new().await;
    for body in [
        "",
        "{",
        "[]",
        "null",
        "\"text\"",
        "{\"scope\":\"a\"} {}",
        "\u{0}",
    ] {
        let refusal = refusal_of(&fixture, body).await;
        assert_eq!(refusal, (400, "invalid_request".to_owned()), "{body:?}");
    }
}

#[tokio::test]
async fn a_body_of_another_type_is_415() {
    let fixture = Fixture::new().await;
    for media_type in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
    ] {
        let mut request = post("/api/token")
            .header(header::COOKIE, &fixture.cookie)
            .header("sec-fetch-site", "same-origin")
            .header("x-downscope", "1");
        if let Some(media_type) = media_type {
            request = request.header(header::CONTENT_TYPE, media_type);
        }
        let answer = fixture
            .token_raw(request, ask(SESSION, "1").to_string())
            .await;
        assert_eq!(
            answer.refusal(),
            (415, "invalid_request".to_owned()),
            "{media_type:?}"
        );
    }
}

#[tokio::test]
async fn the_charset_of_json_is_no_matter() {
    let fixture = Fixture::new().await;
    let request = post("/api/token")
        .header(header::COOKIE, &fixture.cookie)
        .header(header::CONTENT_TYPE, "Application/JSON ; charset=utf-8")
        .header("sec-fetch-site", "same-origin")
        .header("x-downscope", "1");
    let answer = fixture
        .token_raw(request, ask(SESSION, "1").to_string())
        .await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn a_body_over_its_limit_is_413() {
    let fixture = Fixture::new().await;
    let refusal = refusal_of(&fixture, ask_with("padding", json!("x".repeat(16 * 1024)))).await;
    assert_eq!(refusal, (413, "invalid_request".to_owned()));
}

#[tokio::test]
async fn fields_of_the_wrong_form_are_an_invalid_request() {
    let fixture = Fixture::new().await;
    for (name, value) in [
        ("session", json!(null)),
        ("session", json!(7)),
        ("session", json!("too-short")),
        ("session", json!("ä".repeat(22))),
        ("session", json!("a".repeat(129))),
        ("id", json!(null)),
        ("id", json!("")),
        ("id", json!("a b")),
        ("id", json!(1)),
        ("scope", json!(["base_preview"])),
        ("resource", json!(["https://api.box.com/2.0/files/101"])),
        ("lease", json!("true")),
        ("lease", json!(1)),
        ("lease", json!({})),
    ] {
        let refusal = refusal_of(&fixture, ask_with(name, value.clone())).await;
        assert_eq!(
            refusal,
            (400, "invalid_request".to_owned()),
            "{name} {value}"
        );
    }
}

#[tokio::test]
async fn a_resource_that_is_no_absolute_uri_without_a_fragment_is_an_invalid_target() {
    let fixture = Fixture::new().await;
    for value in [
        json!(null),
        json!(""),
        json!("/2.0/files/101"),
        json!("101"),
        json!(format!("{API}/2.0/files/101#page=2")),
        json!("https://api.box.com/2.0/files/1 01"),
        json!(format!("https://api.box.com/{}", "1".repeat(2048))),
    ] {
        let refusal = refusal_of(&fixture, ask_with("resource", value.clone())).await;
        assert_eq!(refusal, (400, "invalid_target".to_owned()), "{value}");
    }
}

#[tokio::test]
async fn a_resource_that_is_not_the_users_looks_like_one_that_does_not_exist() {
    let fixture = Fixture::new().await;
    let mut answers = Vec::new();
    for resource in [
        format!("{API}/2.0/files/999"),
        format!("{API}/2.0/files/101/"),
        format!("{API}/2.0/files/101?x=1"),
        format!("{API}/2.0/files/%3101"),
        format!("{API}/2.0/folders/0"),
        "https://api.box.com/2.0/files/101".to_owned(),
        "https://elsewhere.example/2.0/files/101".to_owned(),
    ] {
        let answer = fixture.token(ask_with("resource", json!(resource))).await;
        assert_eq!(
            answer.refusal(),
            (400, "invalid_target".to_owned()),
            "{resource}"
        );
        answers.push(answer.body);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
}

#[tokio::test]
async fn scopes_that_are_malformed_or_not_on_the_allow_list_are_an_invalid_scope() {
    let fixture = Fixture::new().await;
    for scope in [
        json!(null),
        json!(""),
        json!(" "),
        json!("base_preview  item_download"),
        json!(" base_preview"),
        json!("base_preview\titem_download"),
        json!("base_\"preview"),
        json!("bäse"),
        json!("item_delete"),
        json!("base_preview root_readwrite"),
        json!("BASE_PREVIEW"),
    ] {
        let refusal = refusal_of(&fixture, ask_with("scope", scope.clone())).await;
        assert_eq!(refusal, (400, "invalid_scope".to_owned()), "{scope}");
    }
}

#[tokio::test]
async fn a_scope_named_twice_counts_once() {
    let fixture = Fixture::over(Arc::new(Script::new())).await;
    let scope = json!("item_download base_preview item_download");
    let answer = fixture.token(ask_with("scope", scope)).await;
    // The scripted upstream gives what it is asked for.
    assert_eq!(answer.text("scope"), "base_preview item_download");
}

#[tokio::test]
async fn what_is_refused_never_reaches_the_upstream() {
    let upstream = Arc::new(Script::new());
    let fixture = Fixture::over(Arc::clone(&upstream)).await;
    refusal_of(&fixture, ask_with("scope", json!("item_delete"))).await;
    refusal_of(
        &fixture,
        ask_with("resource", json!("https://elsewhere.example/")),
    )
    .await;
    refusal_of(&fixture, "{").await;
    assert_eq!(upstream.minted(), 0);
}

#[tokio::test]
async fn what_the_upstream_refuses_is_answered_in_the_terms_of_the_contract() {
    let seconds = |retry_after| UpstreamError::Unavailable { retry_after };
    let upstream = Arc::new(Script::new());
    let fixture = Fixture::over(Arc::clone(&upstream)).await;
    for (id, (error, refusal, retry_after)) in [
        (UpstreamError::InvalidScope, (400, "invalid_scope"), None),
        (UpstreamError::InvalidTarget, (400, "invalid_target"), None),
        (
            UpstreamError::SubjectRejected,
            (401, "login_required"),
            None,
        ),
        (
            UpstreamError::RateLimited {
                retry_after: Some(7),
            },
            (429, "temporarily_unavailable"),
            Some("7"),
        ),
        (
            UpstreamError::Misconfigured { code: None },
            (500, "server_error"),
            None,
        ),
        (
            seconds(Some(9)),
            (503, "temporarily_unavailable"),
            Some("9"),
        ),
        (seconds(None), (503, "temporarily_unavailable"), Some("5")),
        (
            seconds(Some(0)),
            (503, "temporarily_unavailable"),
            Some("1"),
        ),
        (
            seconds(Some(86_400)),
            (503, "temporarily_unavailable"),
            Some("600"),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        upstream.next_exchange(Next::Fail(error));
        let answer = fixture.token(ask(SESSION, &id.to_string())).await;
        assert_eq!(
            answer.refusal(),
            (refusal.0, refusal.1.to_owned()),
            "{error:?}"
        );
        assert_eq!(answer.header("retry-after"), retry_after, "{error:?}");
    }
    assert_eq!(fixture.ledger().await["tokens"], json!([]));
}

#[tokio::test]
async fn a_failed_exchange_leaves_the_request_free_to_be_repeated() {
    let upstream = Arc::new(Script::new());
    let fixture = Fixture::over(Arc::clone(&upstream)).await;
    upstream.next_exchange(Next::Fail(UpstreamError::Unavailable { retry_after: None }));
    assert_eq!(
        fixture.token(ask(SESSION, "1")).await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(
        fixture.token(ask(SESSION, "1")).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_panic_is_a_500_and_the_next_request_is_served() {
    let upstream = Arc::new(Script::new());
    let fixture = Fixture::over(Arc::clone(&upstream)).await;
    upstream.next_exchange(Next::Panic);
    let answer = fixture.token(ask(SESSION, "1")).await;
    assert_eq!(answer.refusal(), (500, "server_error".to_owned()));
    assert_eq!(
        fixture.token(ask(SESSION, "2")).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn every_answer_forbids_caching_also_where_the_method_is_wrong() {
    let fixture = Fixture::new().await;
    for path in ["/api/token", "/api/revoke", "/api/lease"] {
        let answer = fixture.get(path).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("allow"), Some("POST,OPTIONS"));
    }
}

#[tokio::test]
async fn a_request_that_was_revoked_before_it_arrived_gets_no_token() {
    let upstream = Arc::new(Script::new());
    let fixture = Fixture::over(Arc::clone(&upstream)).await;
    let revoke = [("session", SESSION), ("pending", "7"), ("reason", "unload")];
    assert_eq!(fixture.revoke(&revoke).await.status, StatusCode::NO_CONTENT);
    fixture.advance(59_999);
    let answer = fixture.token(ask(SESSION, "7")).await;
    assert_eq!(
        answer.refusal(),
        (503, "temporarily_unavailable".to_owned())
    );
    assert_eq!(upstream.minted(), 0);

    assert_eq!(
        fixture.token(ask(SESSION, "8")).await.status,
        StatusCode::OK
    );
    assert_eq!(
        fixture.token(ask(OTHER_SESSION, "7")).await.status,
        StatusCode::OK
    );
    fixture.advance(1);
    assert_eq!(
        fixture.token(ask(SESSION, "7")).await.status,
        StatusCode::OK
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_revoked_while_it_is_minted_dies_at_once() {
    for names in [("pending", "7"), ("whole_session", "1")] {
        let upstream = Arc::new(Script::gated());
        let fixture = Fixture::over(Arc::clone(&upstream)).await;
        let revoke = [("session", SESSION), names, ("reason", "unload")];
        let revoke_in_between = async {
            upstream.exchange_begun().await;
            let let_through = async {
                // Until the revoke waits.
                tokio::time::sleep(Duration::from_millis(1)).await;
                upstream.let_exchange_through();
            };
            tokio::join!(fixture.revoke(&revoke), let_through).0
        };
        let (minted, revoked) = tokio::join!(fixture.token(ask(SESSION, "7")), revoke_in_between);
        let withdrawn = (503, "temporarily_unavailable".to_owned());
        assert_eq!(minted.refusal(), withdrawn, "{names:?}");
        assert_eq!(revoked.status, StatusCode::NO_CONTENT, "{names:?}");
        assert_eq!(upstream.revoked(), ["SECRET-token-1"], "{names:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_nobody_waits_for_is_revoked_again_until_it_is_dead() {
    let upstream = Arc::new(Script::gated());
    let choice = UpstreamChoice::Other(Arc::<Script>::clone(&upstream));
    let fixture = Fixture::ticking(choice).await;
    for _ in 0..3 {
        upstream.next_revoke(Next::Fail(UpstreamError::Unavailable { retry_after: None }));
    }
    let revoke_in_between = async {
        upstream.exchange_begun().await;
        let revoke = [("session", SESSION), ("pending", "7"), ("reason", "unload")];
        // It has waited for as long as it could.
        assert_eq!(fixture.revoke(&revoke).await.status, StatusCode::ACCEPTED);
        upstream.let_exchange_through();
    };
    tokio::join!(fixture.token(ask(SESSION, "7")), revoke_in_between);
    for _ in 0..4 {
        upstream.revoke_ended().await;
    }
    assert_eq!(upstream.revoked(), ["SECRET-token-1"]);
    let ledger = settled_ledger(&fixture).await;
    assert_eq!(ledger["tokens"][0]["state"], "revoked");
    assert_eq!(ledger["tokens"][0]["revokeReason"], "unload");
}

/// The ledger once the tasks that are ready have run.
async fn settled_ledger(fixture: &Fixture) -> Value {
    tokio::task::yield_now().await;
    fixture.ledger().await
}

#[tokio::test]
async fn the_life_of_a_token_is_counted_from_when_it_was_minted() {
    let fixture = Fixture::new().await;
    let token = fixture.mint(SESSION, "1").await;
    assert_eq!(
        fixture.ledger().await["tokens"][0]["expiresAt"],
        json!(START + 3_600_000)
    );
    fixture.advance(3_599_999);
    assert!(fixture.is_alive(&token).await);
    fixture.advance(1);
    assert!(!fixture.is_alive(&token).await);
}
