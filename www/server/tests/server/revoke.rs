//! `POST /api/revoke`.

use std::{sync::Arc, time::Duration};

use axum::http::StatusCode;
use downscope_backend::core::UpstreamError;
use downscope_server::demo::UpstreamChoice;
use serde_json::json;
use tokio::time::sleep;

use crate::support::{
    Answer, Fixture, OTHER_SESSION, SESSION, ask,
    upstream::{Next, Script},
};

async fn states(fixture: &Fixture) -> Vec<String> {
    let ledger = fixture.ledger().await;
    let tokens = ledger["tokens"].as_array().unwrap();
    tokens
        .iter()
        .map(|token| token["state"].as_str().unwrap().to_owned())
        .collect()
}

fn assert_done(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer:?}");
}

#[tokio::test]
async fn a_revoke_kills_the_tokens_that_it_names_and_no_others() {
    let fixture = Fixture::new().await;
    let first = fixture.mint(SESSION, "1").await;
    let second = fixture.mint(SESSION, "2").await;
    let third = fixture.mint(SESSION, "3").await;
    let form = [
        ("token", &*first),
        ("token", &*third),
        ("session", SESSION),
        ("reason", "explicit"),
    ];
    assert_done(&fixture.revoke(&form).await);
    assert!(!fixture.is_alive(&first).await);
    assert!(fixture.is_alive(&second).await);
    assert!(!fixture.is_alive(&third).await);
    assert_eq!(states(&fixture).await, ["revoked", "live", "revoked"]);
}

#[tokio::test]
async fn naming_a_session_alone_revokes_nothing_of_it() {
    let fixture = Fixture::new().await;
    let first = fixture.mint(SESSION, "1").await;
    let second = fixture.mint(SESSION, "2").await;
    let form = [
        ("token", &*first),
        ("session", SESSION),
        ("reason", "logout"),
    ];
    assert_done(&fixture.revoke(&form).await);
    assert!(fixture.is_alive(&second).await);
}

#[tokio::test]
async fn each_reason_of_the_contract_is_recorded() {
    let fixture = Fixture::new().await;
    for reason in [
        "unload", "bfcache", "explicit", "logout", "evicted", "expired", "hidden", "lapsed",
        "recalled",
    ] {
        let token = fixture.mint(SESSION, reason).await;
        assert_done(
            &fixture
                .revoke(&[("token", &token), ("reason", reason)])
                .await,
        );
        let ledger = fixture.ledger().await;
        let last = ledger["tokens"].as_array().unwrap().last().unwrap();
        assert_eq!(last["revokeReason"], reason);
        assert_eq!(last["revokedAt"], ledger["now"]);
    }
}

#[tokio::test]
async fn an_unknown_reason_or_parameter_is_no_reason_to_let_a_token_live() {
    let fixture = Fixture::new().await;
    let token = fixture.mint(SESSION, "1").await;
    let form = [
        ("token", &*token),
        ("reason", "whim"),
        ("token_type_hint", "access_token"),
    ];
    assert_done(&fixture.revoke(&form).await);
    assert!(!fixture.is_alive(&token).await);
    assert_eq!(
        fixture.ledger().await["tokens"][0]["revokeReason"],
        json!(null)
    );
}

#[tokio::test]
async fn names_that_nobody_knows_are_a_success() {
    let fixture = Fixture::new().await;
    for name in ["token", "pending"] {
        let form = [(name, "unknown"), ("session", SESSION)];
        assert_done(&fixture.revoke(&form).await);
    }
    assert_done(
        &fixture
            .revoke(&[("whole_session", "1"), ("session", SESSION)])
            .await,
    );
}

#[tokio::test]
async fn of_a_handle_that_nobody_has_given_nothing_is_known() {
    let fixture = Fixture::new().await;
    let token = fixture.mint(SESSION, "1").await;
    let form = [("handle", "made-up"), ("token", &token)];
    let answer = fixture.revoke(&form).await;
    assert_eq!(
        answer.refusal(),
        (503, "temporarily_unavailable".to_owned())
    );
    assert_eq!(answer.header("retry-after"), Some("5"));
    // What is known is ended all the same.
    assert!(!fixture.is_alive(&token).await);
}

#[tokio::test]
async fn a_revoke_can_be_repeated_and_keeps_its_first_reason() {
    let fixture = Fixture::new().await;
    let token = fixture.mint(SESSION, "1").await;
    assert_done(
        &fixture
            .revoke(&[("token", &token), ("reason", "unload")])
            .await,
    );
    assert_done(
        &fixture
            .revoke(&[("token", &token), ("reason", "logout")])
            .await,
    );
    let ledger = fixture.ledger().await;
    assert_eq!(ledger["tokens"][0]["revokeReason"], "unload");
    assert_eq!(ledger["live"], 0);
}

#[tokio::test]
async fn a_dead_token_is_off_the_record() {
    let upstream = Arc::new(Script::new());
    let fixture = Fixture::over(Arc::clone(&upstream)).await;
    let token = fixture.mint(SESSION, "1").await;
    let form = [
        ("session", SESSION),
        ("pending", "1"),
        ("whole_session", "1"),
    ];
    assert_done(&fixture.revoke(&form).await);
    assert_done(&fixture.revoke(&form).await);
    assert_eq!(upstream.revoked(), [token]);
}

#[tokio::test]
async fn a_token_without_a_record_is_revoked_upstream_all_the_same() {
    let upstream = Arc::new(Script::new());
    let fixture = Fixture::over(Arc::clone(&upstream)).await;
    assert_done(&fixture.revoke(&[("token", "of-another-instance")]).await);
    assert_eq!(upstream.revoked(), ["of-another-instance"]);
}

#[tokio::test(start_paused = true)]
async fn unknown_tokens_are_looked_up_by_and_by_and_none_is_left_out() {
    let upstream = Arc::new(Script::new());
    let choice = UpstreamChoice::Other(Arc::<Script>::clone(&upstream));
    let fixture = Fixture::ticking(choice).await;
    let tokens: Vec<String> = (0..150).map(|n| format!("unknown-{n}")).collect();
    let form: Vec<_> = tokens
        .iter()
        .map(|token| ("token", token.as_str()))
        .collect();
    let answer = fixture.revoke(&form).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    let at_once = upstream.revoked().len();
    assert!((1..=20).contains(&at_once), "{at_once}");
    sleep(Duration::from_secs(10)).await;
    assert_eq!(upstream.revoked().len(), 150);
}

#[tokio::test]
async fn what_cannot_be_a_token_is_not_looked_up() {
    let upstream = Arc::new(Script::new());
    let fixture = Fixture::over(Arc::clone(&upstream)).await;
    let form = "application/x-www-form-urlencoded";
    let answer = fixture
        .revoke_raw(form, "token=a%20b&token=%0D%0A&token=%22")
        .await;
    // Nobody knows what it meant, so nobody can say that it is dead.
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(upstream.revoked(), [""; 0]);
}

#[tokio::test]
async fn a_handle_revokes_its_own_token_and_can_do_nothing_else() {
    let fixture = Fixture::new().await;
    fixture.faults(json!({ "handles": true })).await;
    let answer = fixture.token(ask(SESSION, "1")).await;
    let (token, handle) = (
        answer.text("access_token"),
        answer.text("revocation_handle"),
    );
    let other = fixture.mint(SESSION, "2").await;
    assert_ne!(token, handle);
    assert!(!fixture.is_alive(&handle).await);

    // A handle is no token, and a token is no handle.
    assert_done(&fixture.revoke(&[("token", &handle)]).await);
    let answer = fixture.revoke(&[("handle", &token)]).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(fixture.is_alive(&token).await);

    assert_done(
        &fixture
            .revoke(&[("handle", &handle), ("reason", "unload")])
            .await,
    );
    assert!(!fixture.is_alive(&token).await);
    assert!(fixture.is_alive(&other).await);
}

#[tokio::test]
async fn a_pending_request_that_was_answered_meanwhile_loses_its_token() {
    let fixture = Fixture::new().await;
    let named = fixture.mint(SESSION, "1").await;
    let other = fixture.mint(SESSION, "2").await;
    let stranger = fixture.mint(OTHER_SESSION, "1").await;
    let form = [
        ("session", SESSION),
        ("pending", "1"),
        ("pending", "9"),
        ("reason", "unload"),
    ];
    assert_done(&fixture.revoke(&form).await);
    assert!(!fixture.is_alive(&named).await);
    assert!(fixture.is_alive(&other).await);
    assert!(fixture.is_alive(&stranger).await);
}

#[tokio::test]
async fn a_whole_session_is_every_token_of_one_page_life_and_of_no_other() {
    let fixture = Fixture::new().await;
    let first = fixture.mint(SESSION, "1").await;
    let second = fixture.mint(SESSION, "2").await;
    let other_tab = fixture.mint(OTHER_SESSION, "1").await;
    let form = [
        ("session", SESSION),
        ("whole_session", "1"),
        ("reason", "unload"),
    ];
    assert_done(&fixture.revoke(&form).await);
    assert!(!fixture.is_alive(&first).await);
    assert!(!fixture.is_alive(&second).await);
    assert!(fixture.is_alive(&other_tab).await);

    // Requests of it can still be on their way, for a minute.
    let late = fixture.token(ask(SESSION, "3")).await;
    assert_eq!(late.refusal(), (503, "temporarily_unavailable".to_owned()));
    fixture.advance(60_000);
    let third = fixture.mint(SESSION, "3").await;
    assert!(fixture.is_alive(&third).await);
}

#[tokio::test]
async fn only_the_value_1_makes_it_a_whole_session() {
    let fixture = Fixture::new().await;
    let token = fixture.mint(SESSION, "1").await;
    let form = "application/x-www-form-urlencoded";
    for value in ["0", "false", "true"] {
        let body = format!("session={SESSION}&whole_session={value}");
        assert_done(&fixture.revoke_raw(form, body).await);
    }
    assert!(fixture.is_alive(&token).await);
}

#[tokio::test]
async fn a_request_that_names_nothing_is_an_invalid_request() {
    let fixture = Fixture::new().await;
    let form = "application/x-www-form-urlencoded";
    for body in ["", "token=", "reason=unload", &format!("session={SESSION}")] {
        let answer = fixture.revoke_raw(form, body.to_owned()).await;
        assert_eq!(
            answer.refusal(),
            (400, "invalid_request".to_owned()),
            "{body:?}"
        );
    }
}

#[tokio::test]
async fn pending_and_whole_session_need_a_session_that_is_one() {
    let fixture = Fixture::new().await;
    let form = "application/x-www-form-urlencoded";
    for body in [
        "pending=1",
        "whole_session=1",
        "pending=1&session=short",
        "whole_session=1&session=",
    ] {
        let answer = fixture.revoke_raw(form, body).await;
        assert_eq!(
            answer.refusal(),
            (400, "invalid_request".to_owned()),
            "{body:?}"
        );
    }
}

#[tokio::test]
async fn a_body_of_another_type_is_415() {
    let fixture = Fixture::new().await;
    for media_type in ["application/json", "text/plain;charset=UTF-8"] {
        let answer = fixture.revoke_raw(media_type, "token=t").await;
        assert_eq!(
            answer.refusal(),
            (415, "invalid_request".to_owned()),
            "{media_type}"
        );
    }
}

#[tokio::test]
async fn a_body_of_64_kib_is_read_and_a_longer_one_is_413() {
    let fixture = Fixture::new().await;
    let token = fixture.mint(SESSION, "1").await;
    let form = "application/x-www-form-urlencoded";
    let body = format!("token={token}&padding=");
    let longest = format!("{body}{}", "x".repeat(65_536 - body.len()));
    let answer = fixture.revoke_raw(form, format!("{longest}x")).await;
    assert_eq!(answer.refusal(), (413, "invalid_request".to_owned()));
    assert!(fixture.is_alive(&token).await);
    assert_done(&fixture.revoke_raw(form, longest).await);
    assert!(!fixture.is_alive(&token).await);
}

#[tokio::test(start_paused = true)]
async fn while_the_upstream_fails_the_revoke_is_taken_over_and_repeated() {
    let upstream = Arc::new(Script::new());
    let choice = UpstreamChoice::Other(Arc::<Script>::clone(&upstream));
    let fixture = Fixture::ticking(choice).await;
    for (id, error, seconds) in [
        ("1", UpstreamError::Unavailable { retry_after: None }, 1),
        (
            "2",
            UpstreamError::RateLimited {
                retry_after: Some(8),
            },
            8,
        ),
        ("3", UpstreamError::Misconfigured { code: None }, 1),
    ] {
        let token = fixture.mint(SESSION, id).await;
        upstream.next_revoke(Next::Fail(error));
        let form = [("token", &*token), ("reason", "unload")];
        let answer = fixture.revoke(&form).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{error:?}");
        assert_eq!(states(&fixture).await.last().unwrap(), "live");
        // It is on its way, whoever asks again.
        let answer = fixture.revoke(&form).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{error:?}");
        sleep(Duration::from_secs(seconds + 1)).await;
        assert_eq!(states(&fixture).await.last().unwrap(), "revoked");
        assert_done(&fixture.revoke(&form).await);
    }
}

#[tokio::test(start_paused = true)]
async fn what_could_be_revoked_is_revoked_though_the_rest_could_not() {
    let upstream = Arc::new(Script::new());
    let choice = UpstreamChoice::Other(Arc::<Script>::clone(&upstream));
    let fixture = Fixture::ticking(choice).await;
    for id in ["1", "2", "3"] {
        fixture.mint(SESSION, id).await;
    }
    upstream.next_revoke(Next::Fail(UpstreamError::Misconfigured { code: None }));
    let form = [("session", SESSION), ("whole_session", "1")];
    let answer = fixture.revoke(&form).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    assert_eq!(upstream.revoked().len(), 2);
    sleep(Duration::from_secs(2)).await;
    assert_done(&fixture.revoke(&form).await);
    assert_eq!(states(&fixture).await, ["revoked", "revoked", "revoked"]);
}

#[tokio::test(start_paused = true)]
async fn what_a_panic_has_left_undone_is_taken_up_again() {
    let upstream = Arc::new(Script::new());
    let choice = UpstreamChoice::Other(Arc::<Script>::clone(&upstream));
    let fixture = Fixture::ticking(choice).await;
    let token = fixture.mint(SESSION, "1").await;
    upstream.next_revoke(Next::Panic);
    let answer = fixture.revoke(&[("token", &token)]).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    sleep(Duration::from_secs(31)).await;
    assert_eq!(upstream.revoked(), [token]);
}
