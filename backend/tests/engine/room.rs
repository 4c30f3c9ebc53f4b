//! Lease requests are held within bounds: each is a connection.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use downscope_backend::{
    core::{LeaseRequest, Owner},
    engine::Engine,
    store::Store,
};
use tokio::time::sleep;

use crate::{
    faulty::Faulty,
    support::{Authority, instance_over},
};

/// Of one sign-in; see `PER_SIGN_IN` in `src/engine/held.rs`.
const HELD: usize = 2;

#[tokio::test(start_paused = true)]
async fn of_pages_that_ask_at_once_no_more_are_held_than_there_is_room_for() {
    let store = Arc::new(Faulty::new());
    let shared: Arc<dyn Store> = Arc::<Faulty>::clone(&store);
    let engine = instance_over(&shared, Arc::new(Authority::default()));
    // The first request of a page life is not held.
    for page in 0..5 {
        assert_eq!(renew(&engine, page).await, 0);
    }

    // While the store takes its time for one, the others ask whether there is room.
    store.takes.store(50, Ordering::Relaxed);
    let asking: Vec<_> = (0..5)
        .map(|page| {
            let engine = engine.clone();
            tokio::spawn(async move { renew(&engine, page).await })
        })
        .collect();
    sleep(Duration::from_secs(1)).await;

    assert_eq!(engine.held_requests(), HELD);
    let mut later = Vec::new();
    for one in asking {
        later.push(one.await.unwrap());
    }
    let told_to_wait = later.iter().filter(|renew_in| **renew_in > 0).count();
    assert_eq!(told_to_wait, 5 - HELD);
}

/// Sends a lease request of this page life: when the page is to send the next, in milliseconds.
async fn renew(engine: &Engine, page: u32) -> u64 {
    let body = format!(r#"{{"session":"session-of-these-tests-{page}"}}"#);
    let owner = Owner {
        user: "u".to_owned(),
        sign_in: "s".to_owned(),
    };
    let request = LeaseRequest::parse(body.as_bytes()).unwrap();
    engine.renew(request, owner).await.unwrap().renew_in
}
