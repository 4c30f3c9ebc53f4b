//! The document itself: that it says what is true, all of it.

use std::{collections::BTreeSet, sync::Arc};

use axum::{body::Body, http::header};
use downscope_backend::core::UpstreamError;
use serde_json::json;
use tower::ServiceExt;

use crate::support::{
    Answer, Fixture, SESSION, ask,
    openapi::{self, validate},
    post,
    upstream::{Next, Script},
};

/// The given statuses are checked against the document as they come in.
fn assert_complete(path: &str, answers: &[Answer]) {
    let given: BTreeSet<_> = answers
        .iter()
        .map(|answer| answer.status.as_str())
        .collect();
    let declared = openapi::statuses(path);
    assert_eq!(given, declared.iter().map(String::as_str).collect());
}

#[tokio::test]
async fn the_reference_backend_gives_every_answer_of_the_token_endpoint_that_is_declared() {
    let upstream = Arc::new(Script::new());
    let fixture = Fixture::over(Arc::clone(&upstream)).await;
    let body = |id| ask(SESSION, id).to_string();
    let mut answers = vec![
        fixture.token(ask(SESSION, "1")).await,
        fixture.token_raw(fixture.token_request(), "{").await,
        fixture.token_raw(post("/api/token"), body("2")).await,
        fixture
            .token_raw(fixture.token_request(), "x".repeat(20_000))
            .await,
        fixture
            .token_raw(
                post("/api/token")
                    .header("x-downscope", "1")
                    .header("sec-fetch-site", "same-origin")
                    .header(header::CONTENT_TYPE, "application/json"),
                body("3"),
            )
            .await,
        fixture
            .token_raw(
                post("/api/token")
                    .header("x-downscope", "1")
                    .header("sec-fetch-site", "same-origin")
                    .header(header::COOKIE, &fixture.cookie),
                body("4"),
            )
            .await,
    ];
    for error in [
        UpstreamError::Misconfigured { code: None },
        UpstreamError::RateLimited { retry_after: None },
        UpstreamError::Unavailable { retry_after: None },
    ] {
        upstream.next_exchange(Next::Fail(error));
        answers.push(fixture.token(ask(SESSION, "5")).await);
    }
    assert_complete("/api/token", &answers);
}

#[tokio::test]
async fn the_reference_backend_gives_every_answer_of_the_revoke_endpoint_that_is_declared() {
    let upstream = Arc::new(Script::new());
    let fixture = Fixture::over(Arc::clone(&upstream)).await;
    let form = "application/x-www-form-urlencoded";
    let mut answers = vec![
        fixture.revoke(&[("token", "t")]).await,
        fixture.revoke_raw(form, "").await,
        fixture.revoke_raw(form, "x".repeat(3_000_000)).await,
        fixture.revoke_raw("application/json", "{}").await,
        fixture.revoke(&[("handle", "made-up")]).await,
    ];
    let unavailable = UpstreamError::Unavailable { retry_after: None };
    upstream.next_revoke(Next::Fail(unavailable));
    answers.push(fixture.revoke(&[("token", "u")]).await);
    assert_complete("/api/revoke", &answers);
}

#[tokio::test]
async fn the_reference_backend_gives_every_answer_of_the_lease_endpoint_that_is_declared() {
    let fixture = Fixture::new().await;
    let body = json!({ "session": SESSION }).to_string();
    let request = || {
        post("/api/lease")
            .header("x-downscope", "1")
            .header("sec-fetch-site", "same-origin")
    };
    let mut answers = vec![
        fixture.lease(SESSION).await,
        fixture.lease_raw(fixture.lease_request(), "{").await,
        fixture
            .lease_raw(
                request().header(header::CONTENT_TYPE, "application/json"),
                body.clone(),
            )
            .await,
        fixture.lease_raw(post("/api/lease"), body.clone()).await,
        fixture
            .lease_raw(fixture.lease_request(), "x".repeat(5_000))
            .await,
        fixture
            .lease_raw(request().header(header::COOKIE, &fixture.cookie), body)
            .await,
    ];
    // As many pages as it takes; only the one too many is of interest.
    for page in 0..2_000 {
        let body = json!({ "session": format!("{page:022}") }).to_string();
        let request = fixture.lease_request().body(Body::from(body)).unwrap();
        let response = fixture.demo.app.clone().oneshot(request).await.unwrap();
        if !response.status().is_success() {
            break;
        }
    }
    answers.push(fixture.lease(&"x".repeat(22)).await);
    assert_complete("/api/lease", &answers);
}

#[tokio::test]
async fn every_error_shape_that_the_sdk_reads_is_declared() {
    let fixture = Fixture::new().await;
    for shape in ["oauth", "nested", "problem"] {
        for status in [400, 401, 403, 413, 415, 429, 500, 503] {
            let fault = json!({ "token": { "status": status, "shape": shape, "times": 1 } });
            fixture.faults(fault).await;
            let answer = fixture.token(ask(SESSION, "1")).await;
            assert_eq!(answer.status.as_u16(), status, "{shape}");
        }
    }
}

#[tokio::test]
async fn an_answer_whose_life_is_a_string_is_declared() {
    let fixture = Fixture::new().await;
    fixture
        .faults(json!({ "expiresInAsString": true, "handles": true }))
        .await;
    let answer = fixture.token(ask(SESSION, "1")).await;
    assert_eq!(answer.json()["expires_in"], "3600");
}

#[test]
fn every_example_in_the_document_is_valid() {
    let examples = openapi::examples();
    assert!(
        examples.len() >= 15,
        "only {} examples were found",
        examples.len()
    );
    for (example, schema) in examples {
        assert_eq!(validate(&example, &schema), Ok(()), "{example}");
    }
}

#[test]
fn the_check_of_answers_can_fail() {
    let schema = json!({ "$ref": "#/components/schemas/TokenResponse" });
    let good = json!({
        "access_token": "abc",
        "token_type": "bearer",
        "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
        "expires_in": 1.5,
    });
    assert_eq!(validate(&good, &schema), Ok(()));
    for (name, value) in [
        ("access_token", json!("a b")),
        ("access_token", json!(null)),
        ("token_type", json!("mac")),
        ("issued_token_type", json!("bearer")),
        ("expires_in", json!(-1)),
        ("expires_in", json!("soon")),
        ("scope", json!("a  b")),
        ("restricted_to", json!([{ "scope": "a" }])),
    ] {
        let mut bad = good.clone();
        bad[name] = value;
        assert!(validate(&bad, &schema).is_err(), "{bad}");
    }
}
