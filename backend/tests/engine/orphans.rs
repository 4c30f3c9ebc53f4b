//! Tokens whose entry the store has not answered.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use downscope_backend::store::Store;

use crate::{
    faulty::Faulty,
    support::{Authority, instance_over, request},
};

/// Has a token minted whose entry is not heard of so often, and then asks once more.
async fn asked_twice(mute: u32) -> (Option<u16>, Option<u16>, Arc<Authority>) {
    let authority = Arc::new(Authority::default());
    let faulty = Faulty::new();
    faulty.mute.store(mute, Ordering::Relaxed);
    let store: Arc<dyn Store> = Arc::new(faulty);
    let engine = instance_over(&store, Arc::<Authority>::clone(&authority));
    let running = engine.run();
    authority.go_on.notify_one();
    let (wanted, owner) = request("1");
    let first = engine.mint(wanted, owner, None).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    let (wanted, owner) = request("1");
    let second = engine.mint(wanted, owner, None).await;
    running.stop(Duration::from_secs(1), false).await;
    let status = |refusal: downscope_backend::core::Refusal| refusal.status;
    (first.err().map(status), second.err().map(status), authority)
}

#[tokio::test(start_paused = true)]
async fn a_token_whose_entry_was_not_heard_of_is_entered_once_more() {
    let (first, second, authority) = asked_twice(1).await;
    assert_eq!((first, second), (None, None));
    assert!(authority.revoked.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_ended_as_nobodys_is_given_to_nobody() {
    let (first, second, authority) = asked_twice(2).await;
    assert_eq!((first, second), (Some(503), Some(503)));
    let revoked = authority.revoked.lock().unwrap();
    assert!(revoked.iter().all(|token| token == "FAKE-0") && !revoked.is_empty());
}
