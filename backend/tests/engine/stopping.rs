//! What a backend does before it stops.

use std::{sync::Arc, time::Duration};

use crate::support::{Authority, engine_over, recall_everything, request};

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
