//! What has become of records, and how much there is.

use downscope_backend::core::{Fate, Limits, Stats};

use crate::{
    bench::{Bench, each_store, ok},
    words::*,
};

each_store! {
    what_is_minted_or_live_or_due_is_alive_and_the_rest_is_dead
    of_what_was_lost_while_it_was_minted_nobody_knows
    an_empty_store_has_nothing
    each_thing_is_counted_once
}

async fn what_is_minted_or_live_or_due_is_alive_and_the_rest_is_dead(bench: Bench) {
    for id in ["live", "due", "dead"] {
        bench.mint(&request(PAGE, id), LIFE).await;
    }
    bench.begin(&request(PAGE, "minting")).await;
    let works = bench.withdraw(&pending(PAGE, &["dead"])).await.works;
    bench.done(&works).await;
    bench.withdraw(&pending(PAGE, &["due"])).await;
    let keys = ["minting", "dead", "live", "none", "due"].map(|id| key(PAGE, id));
    let fates = ok(bench.store.fates(PAGE, &keys)).await;
    let (alive, dead) = (Fate::Alive, Fate::Dead);
    assert_eq!(fates, [alive, dead, alive, dead, alive]);
    assert!(ok(bench.store.fates(PAGE, &[])).await.is_empty());
}

async fn of_what_was_lost_while_it_was_minted_nobody_knows(bench: Bench) {
    bench.begin(&request(PAGE, "1")).await;
    bench.withdraw(&pending(PAGE, &["1"])).await;
    bench.pass(Limits::default().minting);
    let keys = [key(PAGE, "1")];
    assert_eq!(ok(bench.store.fates(PAGE, &keys)).await, [Fate::Alive]);
    bench.begin(&request(PAGE, "2")).await;
    assert_eq!(ok(bench.store.fates(PAGE, &keys)).await, [Fate::Alive]);
}

async fn an_empty_store_has_nothing(bench: Bench) {
    assert_eq!(ok(bench.store.stats()).await, Stats::default());
    assert!(bench.claim(&EVERYTHING).await.is_empty());
    assert!(bench.claim(&EVERYTHING_UNKNOWN).await.is_empty());
    assert_eq!(ok(bench.store.told_since(0)).await, (0, vec![]));
    bench.done(&[]).await;
    ok(bench.store.retry(&[])).await;
}

async fn each_thing_is_counted_once(bench: Bench) {
    for id in ["1", "2", "3", "4"] {
        bench.mint(&leased(PAGE, id), LIFE).await;
    }
    bench.begin(&leased(PAGE, "5")).await;
    bench.hear(&alive(PAGE_2)).await;
    let works = bench.withdraw(&pending(PAGE, &["1", "2"])).await.works;
    bench.done(&works[..1]).await;
    let counted = Stats {
        live: 2,
        due: 1,
        leases: 2,
        unknown: 0,
    };
    assert_eq!(ok(bench.other.stats()).await, counted);
    bench.pass(LIFE);
    assert_eq!(ok(bench.store.stats()).await.live, 0);
}
