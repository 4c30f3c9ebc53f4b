//! Whether what is not on record was never minted.

use downscope_backend::core::{Begin, Begun, Fate, Limits};

use crate::{
    bench::{Bench, each_store, ok},
    words::*,
};

each_store! {
    a_store_that_is_the_first_is_complete
    another_store_is_complete_after_the_longest_life
    another_object_on_the_same_store_goes_back_as_far
    what_was_lost_with_its_instance_is_missing_from_its_page_life
    what_was_lost_is_missing_for_as_long_as_it_may_live
    how_long_it_may_live_is_told_with_the_request
    what_was_given_up_is_not_missing
    what_was_given_up_is_missing_for_as_long_as_it_may_live_all_the_same
}

async fn a_store_that_is_the_first_is_complete(bench: Bench) {
    assert!(bench.withdraw(&pending(PAGE, &["1"])).await.is_complete);
    assert!(bench.withdraw(&tokens(None, &[])).await.is_complete);
    assert!(ok(bench.other.withdraw(&whole(PAGE))).await.is_complete);
}

async fn another_store_is_complete_after_the_longest_life(bench: Bench) {
    let bench = later(&bench).await;
    let longest = Limits::default().longest_life;
    assert!(!bench.withdraw(&pending(PAGE, &["1"])).await.is_complete);
    assert!(!bench.withdraw(&tokens(None, &[])).await.is_complete);
    bench.pass(longest - 1);
    assert!(!bench.withdraw(&pending(PAGE, &["1"])).await.is_complete);
    bench.pass(1);
    assert!(bench.withdraw(&pending(PAGE, &["1"])).await.is_complete);
    assert!(bench.withdraw(&tokens(None, &[])).await.is_complete);
}

async fn another_object_on_the_same_store_goes_back_as_far(bench: Bench) {
    let bench = later(&bench).await;
    bench.pass(Limits::default().longest_life);
    assert!(ok(bench.other.withdraw(&whole(PAGE))).await.is_complete);
}

/// A store that was loaded anew, or has lost its memory.
async fn later(bench: &Bench) -> Bench {
    let Some(later) = Bench::open(bench.kind, false).await else {
        panic!("one was there before");
    };
    later
}

async fn what_was_lost_with_its_instance_is_missing_from_its_page_life(bench: Bench) {
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
    bench.mint(&request(PAGE, "2"), LIFE).await;
    bench.pass(Limits::default().minting);
    for names in [pending(PAGE, &["1"]), pending(PAGE, &["3"]), whole(PAGE)] {
        assert!(!bench.withdraw(&names).await.is_complete, "{names:?}");
    }
    assert!(bench.withdraw(&whole(PAGE_2)).await.is_complete);
    let named = tokens(Some(PAGE), &[token(PAGE, "2")]);
    assert!(bench.withdraw(&named).await.is_complete);
}

async fn what_was_lost_is_missing_for_as_long_as_it_may_live(bench: Bench) {
    let Limits {
        longest_life,
        minting,
        ..
    } = Limits::default();
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
    bench.pass(minting);
    assert!(!bench.withdraw(&whole(PAGE)).await.is_complete);
    bench.pass(longest_life - 1);
    assert!(!bench.withdraw(&whole(PAGE)).await.is_complete);
    bench.pass(1);
    assert!(bench.withdraw(&whole(PAGE)).await.is_complete);
}

async fn how_long_it_may_live_is_told_with_the_request(bench: Bench) {
    for (page, longest_life) in [(PAGE, LIFE), (PAGE_2, 72 * LIFE)] {
        let limits = Limits {
            longest_life,
            ..Limits::default()
        };
        let begin = Begin {
            limits,
            ..request(page, "1")
        };
        assert_eq!(bench.begin(&begin).await, Begun::Begun);
        bench.pass(limits.minting);
        let record = [key(page, "1")];
        assert_eq!(ok(bench.store.fates(page, &record)).await, [Fate::Alive]);
        bench.pass(longest_life - 1);
        assert!(!bench.withdraw(&whole(page)).await.is_complete, "{page}");
        assert_eq!(ok(bench.store.fates(page, &record)).await, [Fate::Alive]);
        bench.pass(1);
        assert!(bench.withdraw(&whole(page)).await.is_complete, "{page}");
        assert_eq!(ok(bench.store.fates(page, &record)).await, [Fate::Dead]);
    }
}

async fn what_was_given_up_is_not_missing(bench: Bench) {
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
    ok(bench.store.abandon(PAGE, &key(PAGE, "1"), 0)).await;
    bench.pass(Limits::default().minting);
    assert!(bench.withdraw(&whole(PAGE)).await.is_complete);
}

async fn what_was_given_up_is_missing_for_as_long_as_it_may_live_all_the_same(bench: Bench) {
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
    let record = key(PAGE, "1");
    // Whoever waits for its end is not told that it has come.
    let met = bench.withdraw(&pending(PAGE, &["1"])).await;
    assert_eq!(met.minting, [&*record]);
    ok(bench.store.abandon(PAGE, &record, LIFE)).await;
    // Once more makes it no longer.
    bench.pass(1);
    ok(bench.other.abandon(PAGE, &record, LIFE)).await;
    bench.pass(LIFE - 2);
    for names in [pending(PAGE, &["1"]), whole(PAGE)] {
        assert!(!bench.withdraw(&names).await.is_complete, "{names:?}");
    }
    assert!(bench.withdraw(&whole(PAGE_2)).await.is_complete);
    let fates = ok(bench.store.fates(PAGE, std::slice::from_ref(&record))).await;
    assert_eq!(fates, [Fate::Alive]);
    bench.pass(1);
    assert!(bench.withdraw(&whole(PAGE)).await.is_complete);
    let fates = ok(bench.store.fates(PAGE, &[record])).await;
    assert_eq!(fates, [Fate::Dead]);
}
