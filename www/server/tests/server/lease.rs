//! `POST /api/lease`: pages that live, and pages that fall silent.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use downscope_backend::core::UpstreamError;
use downscope_server::demo::UpstreamChoice;
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use tower::ServiceExt;

use crate::support::{
    API, APP, Fixture, OTHER_SESSION, SESSION, START, ask_leased, post, send, soon, to_app,
    upstream::{Next, Script},
};

const HOLD: Duration = Duration::from_secs(55);
const TERM: Duration = Duration::from_secs(90);
const MILLI: Duration = Duration::from_millis(1);

async fn ticking() -> Fixture {
    Fixture::ticking(UpstreamChoice::Embedded).await
}

async fn ticking_over(upstream: &Arc<Script>) -> Fixture {
    let upstream = Arc::<Script>::clone(upstream);
    Fixture::ticking(UpstreamChoice::Other(upstream)).await
}

/// Whether it was held: at random, for half of the longest to all of it.
fn is_held(took: Duration) -> bool {
    (HOLD / 2..=HOLD).contains(&took)
}

/// Renews and looks at the time that it takes.
async fn renew(fixture: &Fixture, session: &str) -> (Value, Duration) {
    let begin = Instant::now();
    let answer = fixture.lease(session).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    (answer.json(), begin.elapsed())
}

async fn reasons(fixture: &Fixture) -> Vec<Value> {
    let ledger = fixture.ledger().await;
    let tokens = ledger["tokens"].as_array().unwrap();
    tokens
        .iter()
        .map(|token| token["revokeReason"].clone())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn the_first_request_of_a_page_life_is_answered_at_once_and_later_ones_are_held() {
    let fixture = ticking().await;
    fixture.mint_leased(SESSION, "1").await;
    let first = renew(&fixture, SESSION).await;
    let at_once = json!({ "renew_in": 0, "term": 90 });
    assert_eq!(first, (at_once, Duration::ZERO));
    for _ in 0..2 {
        let (answer, took) = renew(&fixture, SESSION).await;
        let held = json!({ "renew_in": 0, "held": took.as_secs_f64(), "term": 90 });
        assert_eq!(answer, held);
        assert!(is_held(took), "{took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_that_falls_silent_loses_its_tokens_when_its_term_is_over() {
    let fixture = ticking().await;
    let token = fixture.mint_leased(SESSION, "1").await;
    let second = fixture.mint(SESSION, "2").await;
    let without_lease = fixture.mint(OTHER_SESSION, "1").await;
    sleep(TERM - MILLI).await;
    assert!(fixture.is_alive(&token).await);
    sleep(2 * MILLI).await;
    fixture.dies(&token).await;
    fixture.dies(&second).await;
    assert!(fixture.is_alive(&without_lease).await);
    assert_eq!(
        reasons(&fixture).await,
        [json!("lapsed"), json!("lapsed"), json!(null)]
    );
    assert_eq!(fixture.ledger().await["leases"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_token_request_renews_the_lease() {
    let fixture = ticking().await;
    let token = fixture.mint_leased(SESSION, "1").await;
    sleep(TERM - MILLI).await;
    fixture.mint_leased(SESSION, "2").await;
    sleep(TERM - MILLI).await;
    assert!(fixture.is_alive(&token).await);
    sleep(2 * MILLI).await;
    fixture.dies(&token).await;
}

#[tokio::test(start_paused = true)]
async fn a_lease_request_renews_the_lease_and_so_does_its_answer() {
    let fixture = ticking().await;
    let token = fixture.mint_leased(SESSION, "1").await;
    renew(&fixture, SESSION).await;
    sleep(TERM - MILLI).await;
    renew(&fixture, SESSION).await;
    sleep(TERM - MILLI).await;
    assert!(fixture.is_alive(&token).await);
    sleep(2 * MILLI).await;
    fixture.dies(&token).await;
}

#[tokio::test(start_paused = true)]
async fn a_page_that_keeps_renewing_keeps_its_tokens() {
    let fixture = ticking().await;
    let token = fixture.mint_leased(SESSION, "1").await;
    renew(&fixture, SESSION).await;
    for _ in 0..20 {
        sleep(Duration::from_secs(5)).await;
        renew(&fixture, SESSION).await;
        assert!(fixture.is_alive(&token).await);
        let leases = &fixture.ledger().await["leases"];
        assert_eq!(leases.as_array().unwrap().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_request_without_the_field_neither_begins_nor_renews_a_lease() {
    let fixture = ticking().await;
    let mut request = ask_leased(SESSION, "1");
    request["lease"] = json!(false);
    fixture.token(request).await;
    assert_eq!(fixture.ledger().await["leases"], json!([]));
    let token = fixture.mint_leased(SESSION, "2").await;
    sleep(TERM - MILLI).await;
    let late = fixture.mint(SESSION, "3").await;
    sleep(2 * MILLI).await;
    fixture.dies(&token).await;
    // One page life is one page: what it got on the way goes with the rest.
    fixture.dies(&late).await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_drops_changes_nothing() {
    let fixture = ticking().await;
    let token = fixture.mint_leased(SESSION, "1").await;
    renew(&fixture, SESSION).await;
    let body = json!({ "session": SESSION }).to_string();
    let held = fixture.lease_request().body(Body::from(body)).unwrap();
    let held = tokio::spawn(fixture.demo.app.clone().oneshot(held));
    sleep(MILLI).await;
    assert_eq!(fixture.ledger().await["leases"][0]["held"], true);
    sleep(Duration::from_secs(10)).await;
    held.abort();
    assert!(held.await.is_err_and(|error| error.is_cancelled()));
    let lease = json!([{
        "session": SESSION, "held": false, "heardAt": START, "expiresAt": START + 90_000,
    }]);
    assert_eq!(fixture.ledger().await["leases"], lease);
    sleep(Duration::from_secs(79)).await;
    assert!(fixture.is_alive(&token).await);
    sleep(Duration::from_secs(1)).await;
    fixture.dies(&token).await;
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_being_minted_for_a_page_that_was_killed_dies_as_soon_as_it_exists() {
    let upstream = Arc::new(Script::gated());
    let fixture = ticking_over(&upstream).await;
    let body = ask_leased(SESSION, "1").to_string();
    let request = fixture.token_request().body(Body::from(body)).unwrap();
    let page = tokio::spawn(fixture.demo.app.clone().oneshot(request));
    upstream.exchange_begun().await;
    page.abort();
    assert!(page.await.is_err_and(|error| error.is_cancelled()));
    sleep(TERM + MILLI).await;
    assert_eq!(fixture.ledger().await["leases"], json!([]));
    assert_eq!(upstream.minted(), 0);

    upstream.let_exchange_through();
    upstream.revoke_ended().await;
    assert_eq!(upstream.revoked(), ["SECRET-token-1"]);
    let revoked = async {
        while fixture.ledger().await["live"] != 0 {
            tokio::task::yield_now().await;
        }
    };
    soon(revoked).await;
    // It has taken longer than a mint may: nobody waits for it any more.
    assert_eq!(reasons(&fixture).await, ["unrecorded"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_whose_answer_never_arrived_lapses_with_its_page() {
    let fixture = ticking().await;
    fixture
        .faults(json!({ "token": { "latencyMs": 1_000 } }))
        .await;
    let body = ask_leased(SESSION, "1").to_string();
    let request = fixture.token_request().body(Body::from(body)).unwrap();
    let page = tokio::spawn(fixture.demo.app.clone().oneshot(request));
    sleep(Duration::from_millis(500)).await;
    page.abort();
    assert!(page.await.is_err_and(|error| error.is_cancelled()));
    assert_eq!(fixture.ledger().await["live"], 1);
    sleep(TERM).await;
    assert_eq!(reasons(&fixture).await, ["lapsed"]);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_its_revoke_has_overtaken_gets_no_token_and_leaves_no_lease_for_long() {
    let upstream = Arc::new(Script::new());
    let fixture = ticking_over(&upstream).await;
    fixture
        .revoke(&[("session", SESSION), ("pending", "1"), ("reason", "unload")])
        .await;
    let answer = fixture.token(ask_leased(SESSION, "1")).await;
    assert_eq!(
        answer.refusal(),
        (503, "temporarily_unavailable".to_owned())
    );
    assert_eq!(upstream.minted(), 0);
    sleep(TERM + MILLI).await;
    assert_eq!(fixture.ledger().await["leases"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn what_has_lapsed_is_revoked_again_until_it_is_dead() {
    let upstream = Arc::new(Script::new());
    let fixture = ticking_over(&upstream).await;
    let first = fixture.mint_leased(SESSION, "1").await;
    let second = fixture.mint_leased(SESSION, "2").await;
    for _ in 0..2 {
        upstream.next_revoke(Next::Fail(UpstreamError::Unavailable { retry_after: None }));
    }
    sleep(TERM + MILLI).await;
    assert_eq!(upstream.revoked(), [""; 0]);
    for _ in 0..4 {
        upstream.revoke_ended().await;
    }
    let mut revoked = upstream.revoked();
    revoked.sort_unstable();
    assert_eq!(revoked, [first, second]);
}

#[tokio::test]
async fn it_checks_what_the_token_endpoint_checks() {
    let fixture = Fixture::new().await;
    let body = json!({ "session": SESSION }).to_string();
    let request = || {
        post("/api/lease")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::COOKIE, &fixture.cookie)
    };
    for (name, value, status) in [
        ("sec-fetch-site", "same-origin", 200),
        ("sec-fetch-site", "same-site", 403),
        ("sec-fetch-site", "cross-site", 403),
        (header::ORIGIN.as_str(), APP, 200),
        (header::ORIGIN.as_str(), API, 403),
        ("x-nothing", "", 403),
    ] {
        let request = request().header(name, value);
        let refused = post("/api/lease")
            .header(name, value)
            .header("x-downscope", "0");
        assert_eq!(
            fixture.lease_raw(refused, body.clone()).await.status,
            StatusCode::FORBIDDEN
        );
        fixture.post("/control/reset").await;
        let request = request.header("x-downscope", "1");
        let answer = fixture.lease_raw(request, body.clone()).await;
        assert_eq!(answer.status.as_u16(), status, "{name}: {value}");
    }
    let nobody = post("/api/lease")
        .header(header::CONTENT_TYPE, "application/json")
        .header("sec-fetch-site", "same-origin")
        .header("x-downscope", "1");
    let answer = fixture.lease_raw(nobody, body).await;
    assert_eq!(answer.refusal(), (401, "login_required".to_owned()));
}

#[tokio::test]
async fn a_body_that_is_none_is_refused() {
    let fixture = Fixture::new().await;
    for (body, status) in [
        (String::new(), 400),
        ("{}".to_owned(), 400),
        ("[]".to_owned(), 400),
        (json!({ "session": 7 }).to_string(), 400),
        (json!({ "session": "short" }).to_string(), 400),
        (json!({ "session": "a".repeat(129) }).to_string(), 400),
        ("x".repeat(5_000), 413),
    ] {
        let answer = fixture.lease_raw(fixture.lease_request(), body).await;
        assert_eq!(answer.refusal(), (status, "invalid_request".to_owned()));
    }
    let form = post("/api/lease")
        .header(header::COOKIE, &fixture.cookie)
        .header(header::CONTENT_TYPE, "text/plain")
        .header("sec-fetch-site", "same-origin")
        .header("x-downscope", "1");
    let body = json!({ "session": SESSION }).to_string();
    let answer = fixture.lease_raw(form, body).await;
    assert_eq!(answer.refusal(), (415, "invalid_request".to_owned()));
    assert_eq!(fixture.ledger().await["leases"], json!([]));
}

#[tokio::test]
async fn fields_that_the_backend_does_not_know_are_ignored() {
    let fixture = Fixture::new().await;
    let body = json!({ "session": SESSION, "page": [1] }).to_string();
    let answer = fixture.lease_raw(fixture.lease_request(), body).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn nobody_else_who_is_signed_in_can_renew_a_lease() {
    let mut fixture = ticking().await;
    let token = fixture.mint_leased(SESSION, "1").await;
    let owner = std::mem::take(&mut fixture.cookie);
    fixture.cookie = fixture.post("/api/login").await.cookie().unwrap();
    sleep(TERM - MILLI).await;
    let refused = (400, "invalid_request".to_owned());
    assert_eq!(fixture.lease(SESSION).await.refusal(), refused);
    let request = ask_leased(SESSION, "2");
    assert_eq!(fixture.token(request).await.refusal(), refused);
    assert_ne!(owner, fixture.cookie);
    sleep(2 * MILLI).await;
    fixture.dies(&token).await;
}

#[tokio::test(start_paused = true)]
async fn after_a_sign_out_the_page_life_passes_to_the_next_sign_in_without_its_tokens() {
    for by_lease in [true, false] {
        let mut fixture = ticking().await;
        let token = fixture.mint_leased(SESSION, "1").await;
        renew(&fixture, SESSION).await;
        fixture.post("/api/logout").await;
        let refused = fixture.lease(SESSION).await.refusal();
        assert_eq!(refused, (401, "login_required".to_owned()));
        fixture.cookie = fixture.post("/api/login").await.cookie().unwrap();
        if by_lease {
            let (answer, took) = renew(&fixture, SESSION).await;
            let word = &answer["word"];
            let expected = json!({ "renew_in": 0, "term": 90, "revoke": "all", "word": word });
            assert_eq!((&answer, took), (&expected, Duration::ZERO));
            assert!(word.is_string());
        }
        let next = fixture.mint_leased(SESSION, "2").await;
        sleep(MILLI).await;
        fixture.dies(&token).await;
        assert!(fixture.is_alive(&next).await);
        assert_eq!(reasons(&fixture).await, [json!("logout"), json!(null)]);
        if !by_lease {
            // The page has what was the former's until it is told.
            let (answer, took) = renew(&fixture, SESSION).await;
            assert_eq!((&answer["revoke"], took), (&json!("all"), Duration::ZERO));
        }
        assert!(is_held(renew(&fixture, SESSION).await.1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_held_request_of_somebody_who_signs_out_is_a_401() {
    let fixture = ticking().await;
    renew(&fixture, SESSION).await;
    let sign_out = async {
        sleep(MILLI).await;
        fixture.post("/api/logout").await;
    };
    let (answer, ()) = tokio::join!(fixture.lease(SESSION), sign_out);
    assert_eq!(answer.refusal(), (401, "login_required".to_owned()));
    // Nothing that counts was heard: the term runs from the request.
    let lease = &fixture.ledger().await["leases"][0];
    assert_eq!(lease["expiresAt"], json!(START + 90_000));
}

#[tokio::test(start_paused = true)]
async fn of_one_sign_in_no_more_than_two_requests_are_held() {
    let fixture = ticking().await;
    let sessions = ["a", "b", "c"].map(|name| name.repeat(22));
    for session in &sessions {
        renew(&fixture, session).await;
    }
    let [one, two, three] = &sessions;
    let third = async {
        sleep(MILLI).await;
        renew(&fixture, three).await
    };
    let (first, second, third) = tokio::join!(renew(&fixture, one), renew(&fixture, two), third);
    assert!(is_held(first.1) && is_held(second.1));
    let expected = json!({ "renew_in": 55, "term": 90 });
    assert_eq!(third, (expected, Duration::ZERO));
    // Their places are free again.
    assert!(is_held(renew(&fixture, three).await.1));
}

#[tokio::test(start_paused = true)]
async fn a_second_request_of_a_page_life_takes_the_place_of_the_first() {
    let fixture = ticking().await;
    renew(&fixture, SESSION).await;
    let second = async {
        sleep(Duration::from_secs(10)).await;
        renew(&fixture, SESSION).await
    };
    let (first, second) = tokio::join!(renew(&fixture, SESSION), second);
    assert_eq!(first.1, Duration::from_secs(10));
    assert!(is_held(second.1));
}

#[tokio::test]
async fn the_ledger_counts_the_requests_and_shows_the_leases() {
    let fixture = Fixture::new().await;
    fixture.lease(SESSION).await;
    fixture.advance(1_000);
    fixture.mint_leased(OTHER_SESSION, "1").await;
    fixture.lease_raw(fixture.lease_request(), "{").await;
    let ledger = fixture.ledger().await;
    assert_eq!(ledger["requests"]["lease"], 2);
    let leases = json!([
        {
            "session": SESSION, "held": false,
            "heardAt": START, "expiresAt": START + 90_000,
        },
        {
            "session": OTHER_SESSION, "held": false,
            "heardAt": START + 1_000, "expiresAt": START + 91_000,
        },
    ]);
    assert_eq!(ledger["leases"], leases);
    let first = &ledger["log"][0];
    let expected = json!({
        "at": START, "kind": "lease", "status": 200, "session": SESSION, "detail": "renewed",
    });
    assert_eq!(*first, expected);
}

#[tokio::test(start_paused = true)]
async fn the_stream_also_tells_of_a_lease_that_ends_without_tokens() {
    let fixture = ticking().await;
    renew(&fixture, SESSION).await;
    let request = to_app(Method::GET, "/control/ledger/stream");
    let request = request.body(Body::empty()).unwrap();
    let response = fixture.demo.app.clone().oneshot(request).await.unwrap();
    let mut events = response.into_body().into_data_stream();
    let ended = async {
        let mut was_there = false;
        while let Some(bytes) = events.next().await {
            let text = String::from_utf8(bytes.unwrap().to_vec()).unwrap();
            if was_there && text.contains("\"leases\":[]") {
                return;
            }
            was_there |= text.contains(SESSION);
        }
    };
    let begin = Instant::now();
    tokio::time::timeout(2 * TERM, ended).await.unwrap();
    assert_eq!(begin.elapsed(), TERM + Duration::from_millis(100));
}

#[tokio::test]
async fn faults_of_the_lease_endpoint_are_like_the_others() {
    let fixture = Fixture::new().await;
    let fault = json!({ "status": 503, "retryAfter": 5, "times": 1 });
    fixture.faults(json!({ "lease": fault })).await;
    let answer = fixture.lease(SESSION).await;
    let refusal = (503, "temporarily_unavailable".to_owned());
    assert_eq!(answer.refusal(), refusal);
    assert_eq!(answer.header("retry-after"), Some("5"));
    assert_eq!(fixture.ledger().await["leases"], json!([]));
    let fault = json!({ "shape": "truncated", "times": 1 });
    fixture.faults(json!({ "lease": fault })).await;
    let request = fixture.lease_request();
    let body = json!({ "session": SESSION }).to_string();
    let answer = send(&fixture.demo.app, request.body(body.into()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(serde_json::from_slice::<Value>(&answer.body).is_err());
    assert_eq!(fixture.lease(SESSION).await.status, StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn after_a_reset_held_requests_are_answered_and_no_lease_is_left() {
    let fixture = ticking().await;
    renew(&fixture, SESSION).await;
    let reset = async {
        sleep(MILLI).await;
        fixture.post("/control/reset").await;
    };
    let ((answer, took), ()) = tokio::join!(renew(&fixture, SESSION), reset);
    assert_eq!(answer, json!({ "renew_in": 0, "held": 0.001, "term": 90 }));
    assert_eq!(took, MILLI);
    assert_eq!(fixture.ledger().await["leases"], json!([]));
    assert_eq!(renew(&fixture, SESSION).await.1, Duration::ZERO);
}
