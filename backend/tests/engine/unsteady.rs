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
