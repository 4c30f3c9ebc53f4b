//! A backend that keeps no record: what it answers is what has happened by then.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use downscope_backend::{
    core::{Handles, Refusal, RevokeAnswer, RevokeRequest},
    engine::Engine,
    store::{Store, stateless::Stateless},
};
use tokio::time::{Instant, sleep};

use crate::support::{Authority, instance_over, request};

/// Two instances, of which each request has one of its own, over `authority`.
fn instances(authority: &Arc<Authority>) -> [Engine; 2] {
    let since = Instant::now();
    let now = move || u64::try_from(since.elapsed().as_millis()).unwrap();
    let store: Arc<dyn Store> = Arc::new(Stateless::new(now));
    [(); 2].map(|()| {
        let engine = instance_over(&store, Arc::<Authority>::clone(authority));
        engine.change(|settings| settings.handles = Handles::Sealed);
        engine
    })
}

async fn revoke(engine: &Engine, form: &str) -> Result<RevokeAnswer, Refusal> {
    let request = RevokeRequest::parse(form.as_bytes()).unwrap();
    engine.revoke(request).await
}

/// The handle of a token that was minted there.
async fn handle_of(engine: &Engine, authority: &Authority) -> String {
    authority.go_on.notify_one();
    let (request, owner) = request("1");
    let answer = engine.mint(request, owner, None).await.unwrap();
    answer.handle.unwrap().expose().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_sealed_handle_ends_its_token_at_an_instance_that_knows_nothing() {
    let authority = Arc::new(Authority::default());
    let [one, other] = instances(&authority);
    let handle = handle_of(&one, &authority).await;
    let answer = revoke(&other, &format!("handle={handle}")).await;
    assert_eq!(answer.unwrap(), RevokeAnswer::Dead);
    assert_eq!(*authority.revoked.lock().unwrap(), ["FAKE-0"]);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_ended_is_not_taken_over() {
    let authority = Arc::new(Authority::default());
    let [one, other] = instances(&authority);
    let handle = handle_of(&one, &authority).await;
    authority.is_away.store(true, Ordering::Relaxed);
    let by_name = "session=session-of-these-tests-1";
    for form in [
        format!("handle={handle}"),
        format!("{by_name}&pending=1"),
        format!("{by_name}&whole_session=1"),
        "token=FAKE-0".to_owned(),
    ] {
        let refusal = revoke(&other, &form).await.unwrap_err();
        assert_eq!(refusal.status, 503, "{form}");
        assert!(refusal.retry_after.is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_handle_names_is_repeated_as_long_as_its_page_waits() {
    let authority = Arc::new(Authority::default());
    let [one, other] = instances(&authority);
    let handle = handle_of(&one, &authority).await;
    authority.is_away.store(true, Ordering::Relaxed);
    let form = format!("handle={handle}");
    let (answer, ()) = tokio::join!(revoke(&other, &form), async {
        sleep(Duration::from_secs(3)).await;
        authority.is_away.store(false, Ordering::Relaxed);
    });
    assert_eq!(answer.unwrap(), RevokeAnswer::Dead);
}

#[tokio::test(start_paused = true)]
async fn made_up_tokens_are_looked_up_at_one_rate_whoever_names_them() {
    let authority = Arc::new(Authority::default());
    let engines = instances(&authority);
    for number in 0..50 {
        let names = (0..100).map(|one| format!("token=made-up-{number}-{one}"));
        let names: Vec<_> = names.collect();
        let [one, other] = &engines;
        let engine = if number % 2 == 0 { one } else { other };
        assert_eq!(
            revoke(engine, &names.join("&")).await.unwrap_err().status,
            503
        );
    }
    let calls = authority.calls.load(Ordering::Relaxed);
    assert!((1..=20).contains(&calls), "{calls} calls");
}

#[tokio::test(start_paused = true)]
async fn a_few_unknown_tokens_are_looked_up_at_once() {
    let authority = Arc::new(Authority::default());
    let [one, _] = instances(&authority);
    let answer = revoke(&one, "token=made-up-1&token=made-up-2&token=made-up-3").await;
    assert_eq!(answer.unwrap(), RevokeAnswer::Dead);
}
