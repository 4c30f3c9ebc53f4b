//! What the backend tells pages through their leases.

use std::{sync::Arc, time::Duration};

use axum::http::StatusCode;
use downscope_backend::core::UpstreamError;
use downscope_server::demo::UpstreamChoice;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::support::{
    Answer, Fixture, OTHER_SESSION, SESSION, ask_leased,
    upstream::{Next, Script},
};

const MILLI: Duration = Duration::from_millis(1);

async fn ticking() -> Fixture {
    Fixture::ticking(UpstreamChoice::Embedded).await
}

async fn recall(fixture: &Fixture, command: Value) {
    let answer = fixture.recall(command).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer:?}");
}

/// The answer of a lease request that is held when `command` is given.
async fn held_at(fixture: &Fixture, command: Value) -> Answer {
    let soon_after = async {
        sleep(MILLI).await;
        recall(fixture, command).await;
    };
    let begin = Instant::now();
    let (answer, ()) = tokio::join!(fixture.lease(SESSION), soon_after);
    assert_eq!(begin.elapsed(), MILLI, "at once");
    answer
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
async fn a_recall_revokes_and_answers_the_held_request_at_once() {
    for (revoke, both) in [
        (json!("all"), true),
        (json!("stop"), true),
        (json!(["2"]), false),
    ] {
        let fixture = ticking().await;
        let first = fixture.mint_leased(SESSION, "1").await;
        let second = fixture.mint_leased(SESSION, "2").await;
        let without_lease = fixture.mint(OTHER_SESSION, "9").await;
        fixture.lease(SESSION).await;
        let answer = held_at(&fixture, json!({ "revoke": revoke })).await;
        assert_eq!(answer.json()["revoke"], revoke);
        assert!(
            answer.json()["held"]
                .as_f64()
                .is_some_and(|held| held < 55.0)
        );
        fixture.dies(&second).await;
        if both {
            fixture.dies(&first).await;
            fixture.dies(&without_lease).await;
        }
        assert_eq!(fixture.is_alive(&first).await, !both);
        assert_eq!(fixture.is_alive(&without_lease).await, !both);
        assert_eq!(reasons(&fixture).await[1], "recalled");
        // Said once; and nothing else has changed.
        let answer = fixture.lease(SESSION).await;
        assert_eq!(answer.json()["revoke"], Value::Null);
        let next = fixture.mint_leased(SESSION, "3").await;
        assert!(fixture.is_alive(&next).await);
    }
}

#[tokio::test(start_paused = true)]
async fn a_recall_of_one_page_life_reaches_no_other() {
    let fixture = ticking().await;
    let token = fixture.mint_leased(SESSION, "1").await;
    let other = fixture.mint_leased(OTHER_SESSION, "1").await;
    fixture.lease(SESSION).await;
    fixture.lease(OTHER_SESSION).await;
    let command = json!({ "revoke": "all", "session": SESSION });
    let (held, _) = tokio::join!(fixture.lease(OTHER_SESSION), held_at(&fixture, command));
    assert_eq!(held.json().get("revoke"), None);
    fixture.dies(&token).await;
    assert!(fixture.is_alive(&other).await);
}

#[tokio::test(start_paused = true)]
async fn a_recall_without_a_held_request_waits_for_the_next_one() {
    let fixture = ticking().await;
    let token = fixture.mint_leased(SESSION, "1").await;
    fixture.lease(SESSION).await;
    recall(&fixture, json!({ "revoke": ["1"] })).await;
    recall(&fixture, json!({ "revoke": ["7"], "session": SESSION })).await;
    fixture.dies(&token).await;
    let meanwhile = fixture.mint_leased(SESSION, "2").await;
    let begin = Instant::now();
    let answer = fixture.lease(SESSION).await;
    assert_eq!(answer.json()["revoke"], json!(["1", "7"]));
    assert_eq!(begin.elapsed(), Duration::ZERO);
    assert!(fixture.is_alive(&meanwhile).await);
    // Said once.
    let answer = fixture.lease(SESSION).await;
    assert_eq!(answer.json().get("revoke"), None);
}

#[tokio::test(start_paused = true)]
async fn word_that_was_lost_with_its_answer_is_said_again_at_once_until_it_is_heard() {
    for revoke in [json!("all"), json!("stop"), json!(["1"])] {
        let fixture = ticking().await;
        fixture.mint_leased(SESSION, "1").await;
        fixture.lease(SESSION).await;
        let lost = async {
            sleep(MILLI).await;
            recall(&fixture, json!({ "revoke": revoke })).await;
        };
        let (lost, ()) = tokio::join!(fixture.lease_in_vain(SESSION), lost);
        let word = lost.text("word");
        let begin = Instant::now();
        for answer in [
            fixture.lease_in_vain(SESSION).await,
            fixture.lease(SESSION).await,
        ] {
            assert_eq!(answer.json()["revoke"], revoke);
            assert_eq!(answer.text("word"), word);
        }
        assert_eq!(begin.elapsed(), Duration::ZERO);
        // Heard: the next one is held, and what is minted stays.
        let next = fixture.mint_leased(SESSION, "2").await;
        let answer = fixture.lease(SESSION).await;
        assert!(answer.json()["held"].as_f64() >= Some(27.5), "{answer:?}");
        assert!(fixture.is_alive(&next).await);
    }
}

#[tokio::test(start_paused = true)]
async fn word_that_was_lost_is_said_with_what_is_new() {
    let fixture = ticking().await;
    fixture.mint_leased(SESSION, "1").await;
    recall(&fixture, json!({ "revoke": ["1"] })).await;
    let lost = fixture.lease_in_vain(SESSION).await;
    recall(&fixture, json!({ "revoke": ["7"] })).await;
    let answer = fixture.lease(SESSION).await;
    assert_eq!(answer.json()["revoke"], json!(["1", "7"]));
    assert_ne!(answer.text("word"), lost.text("word"));
    recall(&fixture, json!({ "revoke": ["8"] })).await;
    let answer = fixture.lease(SESSION).await;
    assert_eq!(answer.json()["revoke"], json!(["8"]));
}

#[tokio::test(start_paused = true)]
async fn a_page_that_knows_no_words_hears_the_same_three_times_more_and_is_then_held() {
    let fixture = ticking().await;
    fixture.mint_leased(SESSION, "1").await;
    recall(&fixture, json!({ "revoke": "all" })).await;
    let begin = Instant::now();
    for _ in 0..4 {
        let answer = fixture.lease_in_vain(SESSION).await;
        assert_eq!(answer.text("revoke"), "all");
    }
    assert_eq!(begin.elapsed(), Duration::ZERO);
    let answer = fixture.lease_in_vain(SESSION).await;
    assert!(answer.json()["held"].as_f64() >= Some(27.5), "{answer:?}");
}

#[tokio::test(start_paused = true)]
async fn a_page_that_drops_what_it_got_since_a_lost_word_leaves_nothing_alive() {
    let fixture = ticking().await;
    fixture.mint_leased(SESSION, "1").await;
    recall(&fixture, json!({ "revoke": "all" })).await;
    fixture.lease_in_vain(SESSION).await;
    let meanwhile = fixture.mint_leased(SESSION, "2").await;
    assert_eq!(fixture.lease(SESSION).await.text("revoke"), "all");
    sleep(MILLI).await;
    fixture.dies(&meanwhile).await;
}

#[tokio::test]
async fn a_word_that_the_backend_has_not_given_is_no_error_and_says_nothing() {
    let fixture = Fixture::new().await;
    fixture.mint_leased(SESSION, "1").await;
    recall(&fixture, json!({ "revoke": "all" })).await;
    let word = fixture.lease_in_vain(SESSION).await.text("word");
    for heard in [json!("x"), json!("x".repeat(4_000)), json!(7), json!(null)] {
        // At once each time, and never let go of: word comes in between.
        recall(&fixture, json!({ "revoke": ["1"] })).await;
        let body = json!({ "session": SESSION, "heard": heard }).to_string();
        let answer = fixture.lease_raw(fixture.lease_request(), body).await;
        assert_eq!(answer.text("revoke"), "all", "{heard}");
        assert_ne!(answer.text("word"), word);
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_page_drops_unseen_with_the_rest_is_revoked_with_the_rest() {
    for word in ["all", "stop"] {
        let fixture = ticking().await;
        fixture.mint_leased(SESSION, "1").await;
        recall(&fixture, json!({ "revoke": word })).await;
        let meanwhile = fixture.mint_leased(SESSION, "2").await;
        assert_eq!(fixture.lease(SESSION).await.text("revoke"), word);
        sleep(MILLI).await;
        fixture.dies(&meanwhile).await;
        assert_eq!(reasons(&fixture).await, ["recalled", "recalled"]);
    }
}

#[tokio::test(start_paused = true)]
async fn word_that_waits_goes_when_the_lease_ends() {
    let fixture = ticking().await;
    fixture.mint_leased(SESSION, "1").await;
    recall(&fixture, json!({ "revoke": "all" })).await;
    sleep(Duration::from_secs(91)).await;
    let answer = fixture.lease(SESSION).await;
    assert_eq!(answer.json(), json!({ "renew_in": 0, "term": 90 }));
}

#[tokio::test]
async fn a_recall_withdraws_what_is_being_minted() {
    for revoke in [json!("all"), json!(["7"])] {
        let upstream = Arc::new(Script::gated());
        let fixture = Fixture::over(Arc::clone(&upstream)).await;
        let in_between = async {
            upstream.exchange_begun().await;
            recall(&fixture, json!({ "revoke": revoke })).await;
            upstream.let_exchange_through();
        };
        let (answer, ()) = tokio::join!(fixture.token(ask_leased(SESSION, "7")), in_between);
        assert_eq!(
            answer.refusal(),
            (503, "temporarily_unavailable".to_owned())
        );
        upstream.revoke_ended().await;
        assert_eq!(upstream.revoked(), ["SECRET-token-1"], "{revoke}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_page_hears_at_once_though_the_upstream_fails() {
    let upstream = Arc::new(Script::new());
    let choice = UpstreamChoice::Other(Arc::<Script>::clone(&upstream));
    let fixture = Fixture::ticking(choice).await;
    let token = fixture.mint_leased(SESSION, "1").await;
    fixture.lease(SESSION).await;
    upstream.next_revoke(Next::Fail(UpstreamError::Unavailable { retry_after: None }));
    let begin = Instant::now();
    let told = async {
        let answer = fixture.lease(SESSION).await;
        assert_eq!(answer.text("revoke"), "all");
        assert_eq!(begin.elapsed(), MILLI);
    };
    let recalled = async {
        sleep(MILLI).await;
        recall(&fixture, json!({ "revoke": "all" })).await;
    };
    tokio::join!(told, recalled);
    assert_eq!(begin.elapsed(), MILLI);
    upstream.revoke_ended().await;
    upstream.revoke_ended().await;
    assert_eq!(upstream.revoked(), [token]);
}

#[tokio::test]
async fn a_page_life_without_a_lease_can_be_recalled_by_name_and_is_told_nothing() {
    let fixture = Fixture::new().await;
    let token = fixture.mint(SESSION, "1").await;
    recall(&fixture, json!({ "revoke": "all", "session": SESSION })).await;
    fixture.dies(&token).await;
    let answer = fixture.lease(SESSION).await;
    assert_eq!(answer.json().get("revoke"), None);
}

#[tokio::test]
async fn a_recall_that_makes_no_sense_is_refused() {
    let fixture = Fixture::new().await;
    let token = fixture.mint_leased(SESSION, "1").await;
    for command in [
        json!({}),
        json!([]),
        json!({ "revoke": "some" }),
        json!({ "revoke": [] }),
        json!({ "revoke": "all", "session": 7 }),
        json!({ "revoke": "all", "sesion": SESSION }),
    ] {
        let answer = fixture.recall(command.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{command}");
    }
    assert!(fixture.is_alive(&token).await);
}
