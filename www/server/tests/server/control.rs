//! The control plane: faults, ledger, expiry, reset.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::time::Instant;
use tower::ServiceExt;

use crate::support::{Fixture, OTHER_SESSION, SESSION, START, ask, post, send, to_app};

/// Asks for a token without holding the answer against the contract.
async fn token(fixture: &Fixture) -> crate::support::Answer {
    let request = fixture
        .token_request()
        .body(ask(SESSION, "1").to_string().into())
        .unwrap();
    send(&fixture.demo.app, request).await
}

#[tokio::test]
async fn the_ledger_tells_what_became_of_every_token() {
    let fixture = Fixture::new().await;
    let first = fixture.mint(SESSION, "1").await;
    let second = fixture.mint(OTHER_SESSION, "7").await;
    fixture.advance(1_000);
    fixture.content("101", &first).await;
    fixture.content("102", &first).await;
    fixture
        .revoke(&[
            ("token", &first),
            ("session", SESSION),
            ("reason", "unload"),
        ])
        .await;
    fixture.content("101", &first).await;
    let ledger = fixture.ledger().await;

    assert_eq!(ledger["now"], json!(START + 1_000));
    assert_eq!(ledger["live"], 1);
    assert_eq!(
        ledger["requests"],
        json!({ "token": 2, "revoke": 1, "lease": 0, "file": 3 })
    );
    let expected = json!({
        "n": 1,
        "fingerprint": downscope_backend::core::Fingerprint::of(&first).to_string(),
        "session": SESSION,
        "requestId": "1",
        "resource": "http://127.0.0.1:8789/2.0/files/101",
        "scope": "base_preview item_download",
        "mintedAt": START,
        "expiresAt": START + 3_600_000,
        "revokedAt": START + 1_000,
        "revokeReason": "unload",
        "lastUsedAt": START + 1_000,
        "uses": 1,
        "refused": 2,
        "state": "revoked",
    });
    assert_eq!(ledger["tokens"][0], expected);
    assert_eq!(ledger["tokens"][1]["requestId"], "7");
    assert_eq!(ledger["tokens"][1]["lastUsedAt"], Value::Null);
    assert!(fixture.is_alive(&second).await);

    let log = ledger["log"].as_array().unwrap();
    let log: Vec<_> = log
        .iter()
        .map(|entry| {
            let kind = entry["kind"].as_str().unwrap();
            let detail = entry["detail"].as_str().unwrap();
            (
                kind,
                entry["status"].as_u64().unwrap(),
                entry["session"].as_str(),
                detail,
            )
        })
        .collect();
    assert_eq!(
        log,
        [
            ("token", 200, Some(SESSION), "minted"),
            ("token", 200, Some(OTHER_SESSION), "minted"),
            ("file", 200, Some(SESSION), "file 101"),
            ("file", 403, Some(SESSION), "insufficient_scope"),
            ("revoke", 204, Some(SESSION), "dead: unload"),
            ("file", 401, Some(SESSION), "invalid_token"),
        ],
    );
}

#[tokio::test]
async fn a_token_expires_in_the_ledger_when_it_does_at_the_file_api() {
    let fixture = Fixture::new().await;
    fixture.faults(json!({ "lifetimeSeconds": 60 })).await;
    let answer = fixture.token(ask(SESSION, "1")).await;
    assert_eq!(answer.json()["expires_in"], 60);
    fixture.advance(60_000);
    assert_eq!(fixture.ledger().await["tokens"][0]["state"], "expired");
    assert!(!fixture.is_alive(&answer.text("access_token")).await);
}

#[tokio::test]
async fn the_log_keeps_the_last_500_requests() {
    let fixture = Fixture::new().await;
    for _ in 0..501 {
        fixture.api(Method::GET, "/2.0/files/101", &[]).await;
    }
    let ledger = fixture.ledger().await;
    assert_eq!(ledger["log"].as_array().unwrap().len(), 500);
    assert_eq!(ledger["requests"]["file"], 501);
}

#[tokio::test(start_paused = true)]
async fn the_stream_sends_the_ledger_at_once_and_then_coalesces_its_changes() {
    let fixture = Fixture::new().await;
    let request = to_app(Method::GET, "/control/ledger/stream")
        .body(Body::empty())
        .unwrap();
    let response = fixture.demo.app.clone().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut events = response.into_body().into_data_stream();

    let begin = Instant::now();
    let first = event(&events.next().await.unwrap().unwrap());
    assert_eq!(first["tokens"], json!([]));
    for id in 0..10 {
        fixture.mint(SESSION, &id.to_string()).await;
    }
    let second = event(&events.next().await.unwrap().unwrap());
    assert_eq!(second["live"], 10);
    assert_eq!(begin.elapsed(), Duration::from_millis(200));
}

#[tokio::test(start_paused = true)]
async fn the_stream_also_tells_of_a_token_that_expires_of_itself() {
    let fixture = Fixture::new().await;
    fixture.faults(json!({ "lifetimeSeconds": 60 })).await;
    fixture.mint(SESSION, "1").await;
    let request = to_app(Method::GET, "/control/ledger/stream");
    let request = request.body(Body::empty()).unwrap();
    let response = fixture.demo.app.clone().oneshot(request).await.unwrap();
    let mut events = response.into_body().into_data_stream();
    let mut next = async || {
        for _ in 0..10 {
            let bytes = events.next().await.unwrap().unwrap();
            // The comments in between keep the connection alive.
            if !bytes.starts_with(b":") {
                return event(&bytes);
            }
        }
        panic!("nothing but comments");
    };
    assert_eq!(next().await["tokens"][0]["state"], "live");
    fixture.advance(60_000);
    let begin = Instant::now();
    assert_eq!(next().await["tokens"][0]["state"], "expired");
    assert_eq!(begin.elapsed(), Duration::from_millis(60_100));
}

fn event(bytes: &[u8]) -> Value {
    let text = std::str::from_utf8(bytes).unwrap();
    let data = text
        .strip_prefix("event: ledger\ndata: ")
        .unwrap_or_else(|| panic!("{text}"));
    serde_json::from_str(data.trim_end()).unwrap()
}

#[tokio::test]
async fn faults_are_merged_and_null_clears_one() {
    let fixture = Fixture::new().await;
    let whole = json!({
        "token": null, "revoke": null, "lease": null, "file": null,
        "lifetimeSeconds": 3600, "tokenLength": 40, "expiresInAsString": false, "handles": false,
    });
    assert_eq!(fixture.get("/control/faults").await.json(), whole);
    fixture
        .faults(json!({ "token": { "status": 503, "retryAfter": 5, "times": 2 } }))
        .await;
    let answer = fixture
        .faults(json!({ "file": { "latencyMs": 10 }, "handles": true }))
        .await;
    let mut expected = whole.clone();
    expected["token"] = json!({ "status": 503, "retryAfter": 5, "latencyMs": 0, "times": 2 });
    expected["file"] = json!({ "latencyMs": 10 });
    expected["handles"] = json!(true);
    assert_eq!(answer.json(), expected);
    fixture.faults(json!({ "token": null, "file": null })).await;
    let answer = fixture.faults(json!({ "handles": false })).await;
    assert_eq!(answer.json(), whole);
}

#[tokio::test]
async fn a_setting_that_makes_no_sense_is_refused_and_changes_nothing() {
    let fixture = Fixture::new().await;
    let before = fixture.get("/control/faults").await.json();
    for changes in [
        json!([]),
        json!({ "tokn": null }),
        json!({ "token": { "statu": 503 } }),
        json!({ "token": { "status": 99 } }),
        json!({ "token": { "status": 1000 } }),
        json!({ "token": { "shape": "round" } }),
        json!({ "lease": { "status": 600 } }),
        json!({ "tokenLength": 39 }),
        json!({ "tokenLength": 16_385 }),
        json!({ "lifetimeSeconds": -1 }),
        json!({ "handles": true, "lifetimeSeconds": "1" }),
    ] {
        let answer = fixture.faults(changes.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{changes}");
    }
    assert_eq!(fixture.get("/control/faults").await.json(), before);
}

#[tokio::test]
async fn tokens_can_be_as_long_as_the_contract_allows() {
    let fixture = Fixture::new().await;
    for (id, length) in [("1", 1_024), ("2", 16_384), ("3", 40)] {
        fixture.faults(json!({ "tokenLength": length })).await;
        let token = fixture.mint(SESSION, id).await;
        assert_eq!(token.len(), length);
        assert!(fixture.is_alive(&token).await);
        fixture.revoke(&[("token", &token)]).await;
        assert!(!fixture.is_alive(&token).await);
    }
    fixture.faults(json!({ "tokenLength": 1_024 })).await;
    fixture.post("/control/reset").await;
    assert_eq!(fixture.mint(SESSION, "1").await.len(), 40);
}

#[tokio::test]
async fn a_fault_ends_after_its_times() {
    let fixture = Fixture::new().await;
    let fault = json!({ "status": 503, "retryAfter": 5, "times": 2 });
    fixture
        .faults(json!({ "token": fault, "revoke": fault, "file": { "status": 401, "times": 1 } }))
        .await;
    for _ in 0..2 {
        let answer = fixture.token(ask(SESSION, "1")).await;
        assert_eq!(
            answer.refusal(),
            (503, "temporarily_unavailable".to_owned())
        );
        assert_eq!(answer.header("retry-after"), Some("5"));
    }
    let token = fixture.mint(SESSION, "1").await;
    let refused = fixture.content("101", &token).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert!(
        refused
            .header("www-authenticate")
            .unwrap()
            .contains("invalid_token")
    );
    assert!(refused.body.is_empty());
    for _ in 0..2 {
        let answer = fixture.revoke(&[("token", &token)]).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(fixture.is_alive(&token).await);
    }
    assert_eq!(
        fixture.revoke(&[("token", &token)]).await.status,
        StatusCode::NO_CONTENT
    );
    let requests = &fixture.ledger().await["requests"];
    assert_eq!(
        (&requests["token"], &requests["revoke"]),
        (&json!(3), &json!(3))
    );
}

#[tokio::test]
async fn a_200_can_have_any_shape_but_the_right_one() {
    let fixture = Fixture::new().await;
    for (shape, media_type) in [
        ("text", Some("text/plain; charset=utf-8")),
        ("html", Some("text/html; charset=utf-8")),
        ("truncated", Some("application/json")),
        ("huge", Some("application/json")),
        ("empty", None),
    ] {
        fixture
            .faults(json!({ "token": { "shape": shape, "times": 1 } }))
            .await;
        let answer = token(&fixture).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (StatusCode::OK, media_type)
        );
        match shape {
            "huge" => {
                assert!(answer.body.len() > 10_000_000);
                assert_eq!(answer.json()["expires_in"], 3600);
            }
            "empty" => assert!(answer.body.is_empty()),
            _ => assert!(
                serde_json::from_slice::<Value>(&answer.body).is_err(),
                "{shape}"
            ),
        }
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    assert_eq!(fixture.ledger().await["tokens"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn latency_alone_delays_a_normal_answer() {
    let fixture = Fixture::new().await;
    fixture
        .faults(json!({ "token": { "latencyMs": 2_000, "times": 1 } }))
        .await;
    let begin = Instant::now();
    let slow = fixture.token(ask(SESSION, "1"));
    let meanwhile = async {
        tokio::time::sleep(Duration::from_millis(1_999)).await;
        // The token is there, and the page does not know it yet.
        assert_eq!(fixture.ledger().await["live"], 1);
    };
    let (answer, ()) = tokio::join!(slow, meanwhile);
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(begin.elapsed(), Duration::from_secs(2));
}

#[tokio::test]
async fn expire_kills_every_live_token_though_nobody_was_told() {
    let fixture = Fixture::new().await;
    let token = fixture.mint(SESSION, "1").await;
    assert_eq!(
        fixture.post("/control/expire").await.status,
        StatusCode::NO_CONTENT
    );
    assert!(!fixture.is_alive(&token).await);
    let ledger = fixture.ledger().await;
    assert_eq!(
        (&ledger["live"], &ledger["tokens"][0]["state"]),
        (&json!(0), &json!("expired"))
    );
    let next = fixture.mint(SESSION, "2").await;
    assert!(fixture.is_alive(&next).await);
}

#[tokio::test]
async fn reset_goes_back_to_the_start_and_leaves_the_user_signed_in() {
    let fixture = Fixture::new().await;
    let token = fixture.mint(SESSION, "1").await;
    fixture
        .faults(json!({ "token": { "status": 503 }, "handles": true, "lifetimeSeconds": 1 }))
        .await;
    assert_eq!(
        fixture.post("/control/reset").await.status,
        StatusCode::NO_CONTENT
    );
    assert!(!fixture.is_alive(&token).await);
    fixture.post("/control/reset").await;
    let ledger = fixture.ledger().await;
    assert_eq!(ledger["tokens"], json!([]));
    assert_eq!(ledger["log"], json!([]));
    assert_eq!(
        ledger["requests"],
        json!({ "token": 0, "revoke": 0, "lease": 0, "file": 0 })
    );
    let whole_session = [("session", SESSION), ("whole_session", "1")];
    fixture.revoke(&whole_session).await;
    let detail = &fixture.ledger().await["log"][0]["detail"];
    assert_eq!(detail, "dead: no reason");
    fixture.post("/control/reset").await;
    let answer = fixture.token(ask(SESSION, "1")).await;
    assert_eq!(answer.json()["expires_in"], 3600);
    assert_eq!(answer.json().get("revocation_handle"), None);
    assert_eq!(fixture.ledger().await["tokens"][0]["n"], 1);
}

#[tokio::test]
async fn a_page_on_another_site_cannot_reach_the_control_plane() {
    let fixture = Fixture::new().await;
    let request = post("/control/expire").header("sec-fetch-site", "cross-site");
    let answer = send(&fixture.demo.app, request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_ledger_lets_go_of_dead_tokens_only() {
    let fixture = Fixture::new().await;
    let dead = fixture.mint(SESSION, "dead").await;
    for id in 0..1_999 {
        fixture.mint(SESSION, &id.to_string()).await;
    }
    fixture.revoke(&[("token", &dead)]).await;
    for id in 0..2 {
        fixture.mint(OTHER_SESSION, &id.to_string()).await;
    }
    let ledger = fixture.ledger().await;
    assert_eq!(ledger["live"], 2_001);
    assert_eq!(ledger["tokens"].as_array().unwrap().len(), 2_001);
}
