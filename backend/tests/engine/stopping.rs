//! What a backend does before it stops.

use std::{
    sync::{Arc, Mutex, atomic::Ordering},
    time::Duration,
};

use downscope_backend::{
    core::Secret,
    engine::{Audit, Event},
    store::Store,
};

use crate::{
    faulty::Faulty,
    support::{Authority, audited_by, engine_over, recall_everything, request, store},
};

#[tokio::test(start_paused = true)]
async fn what_is_minted_while_it_stops_is_ended_before_it_has_stopped() {
    let authority = Arc::new(Authority::default());
    let engine = engine_over(&authority);
    let running = engine.run();
    let (request, owner) = request("1");
    let minting = engine.clone();
    let minting = tokio::spawn(async move { minting.mint(request, owner, None).await });
    authority.asked.notified().await;

    recall_everything(&engine).await;
    let answering = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        authority.go_on.notify_one();
    };
    tokio::join!(running.stop(Duration::from_secs(20), true), answering);

    // Whoever hears of a recall asks anew: it is no refusal for good.
    let refusal = minting.await.unwrap().unwrap_err();
    assert_eq!((refusal.status, refusal.retry_after), (503, Some(1)));
    assert_eq!(*authority.revoked.lock().unwrap(), ["FAKE-0"]);
}

/// What was left behind: whose, for which resource, and the fingerprint of the token.
#[derive(Default)]
struct LeftBehind(Mutex<Vec<[String; 3]>>);

impl Audit for LeftBehind {
    fn record(&self, event: &Event<'_>) {
        if let Event::LeftBehind {
            token,
            owner,
            resource,
            ..
        } = event
        {
            let token = token.map_or_else(String::new, |token| token.to_string());
            let told = [owner.user.clone(), (*resource).to_owned(), token];
            self.0.lock().unwrap().push(told);
        }
    }
}

/// What one over this store leaves behind that has minted a token, has asked for another one, and
/// stops.
async fn left_behind_over(store: Arc<dyn Store>, authority: Arc<Authority>) -> Vec<[String; 3]> {
    let told = Arc::new(LeftBehind::default());
    let engine = audited_by(
        Arc::<LeftBehind>::clone(&told),
        &store,
        Arc::<Authority>::clone(&authority),
    );
    let running = engine.run();
    authority.go_on.notify_one();
    let (first, owner) = request("1");
    _ = engine.mint(first, owner, None).await;
    authority.asked.notified().await;
    let (second, owner) = request("2");
    let minting = engine.clone();
    let minting = tokio::spawn(async move { minting.mint(second, owner, None).await });
    authority.asked.notified().await;
    running.stop(Duration::from_secs(5), false).await;
    minting.abort();
    let told = told.0.lock().unwrap();
    told.clone()
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_asked_for_and_has_not_come_when_it_stops_is_told_with_its_owner() {
    let told = left_behind_over(store(), Arc::default()).await;
    // The other one is on record.
    assert_eq!(told, [["u", "urn:example:a", ""]]);
}

#[tokio::test(start_paused = true)]
async fn so_is_one_that_is_on_nobodys_record_and_could_not_be_ended() {
    let faulty = Faulty::new();
    faulty.mute.store(2, Ordering::Relaxed);
    let authority = Arc::new(Authority::default());
    authority.is_away.store(true, Ordering::Relaxed);
    let told = left_behind_over(Arc::new(faulty), authority).await;
    let token = Secret::from("FAKE-0".to_owned()).fingerprint().to_string();
    let orphan = ["u".to_owned(), "urn:example:a".to_owned(), token];
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.contains(&orphan), "{told:?}");
}
