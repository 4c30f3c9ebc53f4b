//! An authorization server that is away is left alone, and what is due dies once it is back.

use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use downscope_backend::{
    core::{RevokeAnswer, RevokeRequest, UpstreamError},
    engine::{Audit, Engine, Event},
};
use tokio::time::sleep;

use crate::support::{Authority, audited_by, engine_over, recall_everything, request, store};

const TOKENS: usize = 100;

#[tokio::test(start_paused = true)]
async fn an_authorization_server_that_is_away_is_tried_now_and_then_by_one_call() {
    let authority = Arc::new(Authority::default());
    let engine = engine_over(&authority);
    let running = engine.run();
    for id in 0..TOKENS {
        authority.go_on.notify_one();
        let (request, owner) = request(&id.to_string());
        assert!(engine.mint(request, owner, None).await.is_ok());
    }
    authority.is_away.store(true, Ordering::Relaxed);
    recall_everything(&engine).await;

    // Those that were under way together when the first one failed.
    sleep(Duration::from_secs(5)).await;
    let first = authority.calls.swap(0, Ordering::Relaxed);
    assert!(first <= 80, "{first}");
    sleep(Duration::from_secs(300)).await;
    let calls = authority.calls.load(Ordering::Relaxed);
    assert!((30..=60).contains(&calls), "{calls} in 300 s");

    authority.is_away.store(false, Ordering::Relaxed);
    sleep(Duration::from_secs(35)).await;
    assert_eq!(authority.revoked.lock().unwrap().len(), TOKENS);
    drop(running);
}

/// Counts how often the authorization server was left alone over its refusal of the client.
#[derive(Default)]
struct Pauses(AtomicU32);

impl Audit for Pauses {
    fn record(&self, event: &Event<'_>) {
        if let Event::Paused { error, wait } = event {
            assert_eq!(*error, UpstreamError::Misconfigured { code: None });
            assert!((500..=10_000).contains(wait), "{wait}");
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_refuses_the_client_is_tried_now_and_then_by_one_call_too() {
    let authority = Arc::new(Authority::default());
    let pauses = Arc::new(Pauses::default());
    let engine = audited_by(
        Arc::<Pauses>::clone(&pauses),
        &store(),
        Arc::<Authority>::clone(&authority),
    );
    let running = engine.run();
    mint(&engine, &authority, TOKENS).await;
    authority.refuses_the_client.store(true, Ordering::Relaxed);
    recall_everything(&engine).await;

    sleep(Duration::from_secs(5)).await;
    let first = authority.calls.swap(0, Ordering::Relaxed);
    assert!(first <= 80, "{first}");
    let early = pauses.0.swap(0, Ordering::Relaxed);
    assert!((1..=5).contains(&early), "{early}");
    sleep(Duration::from_secs(300)).await;
    let calls = authority.calls.load(Ordering::Relaxed);
    assert!((30..=60).contains(&calls), "{calls} in 300 s");
    // Each of them is a pause, and each pause is told once.
    assert_eq!(pauses.0.load(Ordering::Relaxed), calls);

    // Somebody has mended the secret.
    authority.refuses_the_client.store(false, Ordering::Relaxed);
    sleep(Duration::from_secs(35)).await;
    assert_eq!(authority.revoked.lock().unwrap().len(), TOKENS);
    drop(running);
}

#[tokio::test(start_paused = true)]
async fn who_has_waited_for_a_call_that_failed_makes_none() {
    let authority = Arc::new(Authority::default());
    let engine = engine_over(&authority);
    mint(&engine, &authority, 5 * UNDER_WAY).await;
    // It answers nothing, and that takes long enough for all of them to line up.
    authority.is_away.store(true, Ordering::Relaxed);
    authority.takes.store(10_000, Ordering::Relaxed);
    revoke_at_once(&engine, 0..5 * UNDER_WAY);
    sleep(Duration::from_secs(60)).await;
    let calls = authority.calls.load(Ordering::Relaxed);
    assert!(usize::try_from(calls).unwrap() <= UNDER_WAY, "{calls}");
}

#[tokio::test(start_paused = true)]
async fn of_many_that_may_try_at_once_whether_it_is_back_one_does() {
    let authority = Arc::new(Authority::default());
    let engine = engine_over(&authority);
    mint(&engine, &authority, 1 + UNDER_WAY).await;
    authority.is_away.store(true, Ordering::Relaxed);
    revoke_at_once(&engine, 0..1);
    sleep(Duration::from_secs(20)).await;
    authority.calls.store(0, Ordering::Relaxed);
    revoke_at_once(&engine, 1..1 + UNDER_WAY);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(authority.calls.load(Ordering::Relaxed), 1);
}

/// How many calls are under way at a time; see `CALLS` in `src/engine/mod.rs`.
const UNDER_WAY: usize = 64;

async fn mint(engine: &Engine, authority: &Authority, count: usize) {
    for id in 0..count {
        authority.go_on.notify_one();
        let (request, owner) = request(&id.to_string());
        assert!(engine.mint(request, owner, None).await.is_ok());
    }
}

/// Each by a page of its own.
fn revoke_at_once(engine: &Engine, numbers: Range<usize>) {
    for number in numbers {
        let engine = engine.clone();
        let request = RevokeRequest::parse(format!("token=FAKE-{number}").as_bytes());
        tokio::spawn(async move { engine.revoke(request.unwrap()).await });
    }
}

#[tokio::test(start_paused = true)]
async fn what_somebody_makes_up_stops_nothing_that_is_on_record() {
    let authority = Arc::new(Authority::default());
    authority.fails_over_unknown.store(true, Ordering::Relaxed);
    let engine = engine_over(&authority);
    let running = engine.run();
    for id in 0..TOKENS {
        authority.go_on.notify_one();
        let (request, owner) = request(&id.to_string());
        assert!(engine.mint(request, owner, None).await.is_ok());
    }
    let revoke = async |names: String| {
        let request = RevokeRequest::parse(names.as_bytes()).unwrap();
        engine.revoke(request).await
    };
    for number in 0..TOKENS {
        let made_up = revoke(format!("token=made-up-{number}")).await;
        assert_eq!(made_up, Ok(RevokeAnswer::TakenOver));
        sleep(Duration::from_millis(500)).await;
        let authentic = revoke(format!("token=FAKE-{number}")).await;
        assert_eq!(authentic, Ok(RevokeAnswer::Dead), "{number}");
    }
    // And it is left alone over what it fails over.
    let calls = authority.calls.load(Ordering::Relaxed);
    assert!(calls < 2 * 100, "{calls}");
    drop(running);
}
