//! Who is signed out gets nothing more, also where that comes between two steps.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use downscope_backend::{
    core::{Reason, Recall, RecallOp, RecallScope},
    engine::Engine,
    store::Store,
};
use tokio::time::sleep;

use crate::{
    faulty::Faulty,
    support::{Authority, instance_over, request},
};

async fn recall(engine: &Engine, sign_in: &str) {
    let recall = RecallOp {
        scope: RecallScope::SignIn(sign_in.to_owned()),
        recall: Recall::All,
        reason: Reason::Logout,
    };
    engine.recall(&recall).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_sign_out_that_overtakes_the_record_of_a_request_ends_it() {
    let store = Arc::new(Faulty::new());
    let shared: Arc<dyn Store> = Arc::<Faulty>::clone(&store);
    let authority = Arc::new(Authority::default());
    let engine = instance_over(&shared, Arc::<Authority>::clone(&authority));
    store.takes.store(50, Ordering::Relaxed);
    for (signed_out, status) in [("s", 503), ("another", 200)] {
        authority.go_on.notify_one();
        let asking = tokio::spawn({
            let engine = engine.clone();
            let (request, owner) = request(signed_out);
            async move { engine.mint(request, owner, None).await }
        });
        sleep(Duration::from_millis(10)).await;
        recall(&engine, signed_out).await;
        let answer = asking.await.unwrap();
        let answered = answer.map_or_else(|refusal| refusal.status, |_| 200);
        assert_eq!(answered, status, "{signed_out}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_comes_after_it_was_asked_who_it_is_does_so_too() {
    let store = Arc::new(Faulty::new());
    let shared: Arc<dyn Store> = Arc::<Faulty>::clone(&store);
    let authority = Arc::new(Authority::default());
    let engine = instance_over(&shared, Arc::<Authority>::clone(&authority));
    let asked = engine.moment();
    recall(&engine, "s").await;
    authority.go_on.notify_one();
    let (first, owner) = request("1");
    let refusal = engine.mint_since(asked, first, owner, None).await.err();
    assert_eq!(refusal.map(|refusal| refusal.status), Some(503));
    assert_eq!(store.stats().await.unwrap().live, 0);
    // Who is found to be signed in afterwards is.
    let (second, owner) = request("2");
    assert!(engine.mint(second, owner, None).await.is_ok());
}
