//! A store that fails for a while loses no revoke: pages send theirs once as they leave.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use downscope_backend::{
    core::{RevokeAnswer, RevokeRequest},
    store::Store,
};
use tokio::time::Instant;

use crate::{
    faulty::Faulty,
    support::{Authority, instance_over, request},
};

#[tokio::test(start_paused = true)]
async fn a_revoke_is_taken_over_once_the_store_is_there_again() {
    let (answer, took) = revoke_with(5).await;
    assert_eq!(answer, Some(RevokeAnswer::Dead));
    assert!(took < Duration::from_secs(4), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_revoke_is_refused_where_the_store_stays_away() {
    let (answer, took) = revoke_with(1_000).await;
    assert_eq!(answer, None);
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_a_store_that_is_away_is_bounded() {
    let faulty = Arc::new(Faulty::new());
    let store: Arc<dyn Store> = Arc::<Faulty>::clone(&faulty);
    let engine = instance_over(&store, Arc::new(Authority::default()));
    faulty.refuses.store(u32::MAX, Ordering::Relaxed);
    // As long as a body can be; see `ROOM` in `src/engine/revoking.rs` for how many fit.
    let ids: String = (0..6_000).map(|id| format!("pending={id}&")).collect();
    let body = ids + "session=session-of-these-tests-1";
    let asking: Vec<_> = (0..200)
        .map(|_| {
            let engine = engine.clone();
            let names = RevokeRequest::parse(body.as_bytes()).unwrap();
            tokio::spawn(async move {
                let begun = Instant::now();
                _ = engine.revoke(names).await;
                begun.elapsed()
            })
        })
        .collect();
    let mut at_once = 0;
    for one in asking {
        at_once += u32::from(one.await.unwrap() < Duration::from_secs(1));
    }
    assert!((50..150).contains(&at_once), "{at_once}");
    // Once they are gone, there is room again.
    faulty.refuses.store(0, Ordering::Relaxed);
    let names = RevokeRequest::parse(body.as_bytes()).unwrap();
    assert!(engine.revoke(names).await.is_ok());
}

async fn revoke_with(failures: u32) -> (Option<RevokeAnswer>, Duration) {
    let faulty = Arc::new(Faulty::new());
    let authority = Arc::new(Authority::default());
    let store: Arc<dyn Store> = Arc::<Faulty>::clone(&faulty);
    let engine = instance_over(&store, Arc::<Authority>::clone(&authority));
    authority.go_on.notify_one();
    let (request, owner) = request("1");
    assert!(engine.mint(request, owner, None).await.is_ok());

    faulty.refuses.store(failures, Ordering::Relaxed);
    let begun = Instant::now();
    let names = RevokeRequest::parse(b"token=FAKE-0").unwrap();
    let answer = engine.revoke(names).await.ok();
    (answer, begun.elapsed())
}
