//! What an instance had claimed that was killed is another's soon, and what it still works on
//! is nobody else's.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use downscope_backend::engine::Engine;
use tokio::time::{Instant, sleep};

use crate::support::{Authority, instance_over, recall_everything, request, store};

const HOURS: u64 = 10 * 60 * 60 * 1_000;

async fn mint(engine: &Engine, authority: &Authority, id: &str) {
    authority.go_on.notify_one();
    let (request, owner) = request(id);
    assert!(engine.mint(request, owner, None).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_two_killed_instances_had_is_dead_within_10_s_of_the_revoke() {
    let store = store();
    // Nobody hears of its calls: as if it had been killed before they went out.
    let lost = Arc::new(Authority::default());
    lost.takes.store(HOURS, Ordering::Relaxed);
    let first = instance_over(&store, Arc::<Authority>::clone(&lost));
    let running = first.run();
    mint(&first, &lost, "1").await;
    let begun = Instant::now();
    recall_everything(&first).await;
    sleep(Duration::from_millis(100)).await;
    drop(running);
    assert_eq!(lost.calls.load(Ordering::Relaxed), 1);

    let second = instance_over(&store, Arc::<Authority>::clone(&lost)).run();
    while lost.calls.load(Ordering::Relaxed) == 1 {
        sleep(Duration::from_millis(10)).await;
    }
    drop(second);

    let authority = Arc::new(Authority::default());
    let third = instance_over(&store, Arc::<Authority>::clone(&authority)).run();
    while authority.revoked.lock().unwrap().is_empty() {
        sleep(Duration::from_millis(10)).await;
    }
    let after = begun.elapsed();
    assert!(after < Duration::from_secs(10), "{after:?}");
    drop(third);
}

#[tokio::test(start_paused = true)]
async fn what_takes_long_is_not_done_by_another_one_as_well() {
    const TOKENS: u32 = 100;
    let store = store();
    let slow = Arc::new(Authority::default());
    let first = instance_over(&store, Arc::<Authority>::clone(&slow));
    let running = first.run();
    for id in 0..TOKENS {
        mint(&first, &slow, &id.to_string()).await;
    }
    slow.takes.store(9_000, Ordering::Relaxed);
    recall_everything(&first).await;
    sleep(Duration::from_millis(100)).await;

    let other = Arc::new(Authority::default());
    let second = instance_over(&store, Arc::<Authority>::clone(&other)).run();
    sleep(Duration::from_secs(60)).await;
    assert_eq!(store.stats().await.unwrap().due, 0);
    let calls = [slow, other].map(|one| one.calls.load(Ordering::Relaxed));
    assert_eq!(calls.iter().sum::<u32>(), TOKENS, "{calls:?}");
    drop((running, second));
}
