//! A request that comes once, and one that comes twice.

use downscope_backend::core::{Admitted, Begin, Begun, Fingerprint, Limits};

use crate::{
    bench::{Bench, each_store, ok},
    words::*,
};

each_store! {
    a_request_is_begun_and_its_token_is_live
    a_request_that_comes_twice_while_its_token_is_minted_hears_so
    a_request_that_comes_twice_afterwards_is_given_what_was_sealed
    a_request_that_comes_twice_is_answered_through_another_instance
    the_same_name_for_something_else_is_a_mismatch
    a_request_whose_time_to_mint_ran_out_may_be_made_again
    a_request_that_was_given_up_may_be_made_again
    what_is_given_up_after_it_was_minted_stays_live
    the_same_id_of_another_page_life_is_another_request
    a_request_of_a_token_that_has_expired_may_be_made_again
    a_token_without_a_place_is_due
    a_token_that_comes_after_its_time_to_mint_is_due
    a_begin_that_is_repeated_has_the_same_answer
    an_admit_that_is_repeated_changes_nothing
    an_admit_that_is_repeated_after_a_revoke_revives_nothing
}

async fn a_request_is_begun_and_its_token_is_live(bench: Bench) {
    bench.mint(&request(PAGE, "1"), LIFE).await;
    let stats = ok(bench.store.stats()).await;
    assert_eq!((stats.live, stats.due, stats.unknown), (1, 0, 0));
}

async fn a_request_that_comes_twice_while_its_token_is_minted_hears_so(bench: Bench) {
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
    assert_eq!(bench.begin(&again("1")).await, Begun::Minting);
}

async fn a_request_that_comes_twice_afterwards_is_given_what_was_sealed(bench: Bench) {
    bench.mint(&request(PAGE, "1"), LIFE).await;
    bench.pass(1_000);
    let minted = Begun::Minted {
        sealed: sealed(PAGE, "1"),
        key: key(PAGE, "1"),
        expires_in: LIFE - 1_000,
    };
    assert_eq!(bench.begin(&again("1")).await, minted);
}

async fn a_request_that_comes_twice_is_answered_through_another_instance(bench: Bench) {
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
    assert_eq!(ok(bench.other.begin(&again("1"))).await, Begun::Minting);
    let admitted = ok(bench.other.admit(&minted(PAGE, "1", LIFE))).await;
    assert_eq!(admitted, Admitted::Live);
    let begun = bench.begin(&again("1")).await;
    assert!(matches!(begun, Begun::Minted { .. }), "{begun:?}");
}

async fn the_same_name_for_something_else_is_a_mismatch(bench: Bench) {
    let other = Begin {
        asks_for: Fingerprint::of("another file"),
        ..again("1")
    };
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
    assert_eq!(bench.begin(&other).await, Begun::Mismatch);
    assert_eq!(
        bench.admit(&minted(PAGE, "1", LIFE)).await,
        Admitted::Live,
        "the first one is none the worse for it"
    );
    assert_eq!(bench.begin(&other).await, Begun::Mismatch);
}

async fn a_request_whose_time_to_mint_ran_out_may_be_made_again(bench: Bench) {
    let minting = Limits::default().minting;
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
    bench.pass(minting - 1);
    assert_eq!(bench.begin(&again("1")).await, Begun::Minting);
    bench.pass(1);
    assert_eq!(bench.begin(&again("1")).await, Begun::Begun);
}

async fn a_request_that_was_given_up_may_be_made_again(bench: Bench) {
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
    ok(bench.store.abandon(PAGE, &key(PAGE, "1"), 0)).await;
    assert_eq!(bench.begin(&again("1")).await, Begun::Begun);
}

async fn what_is_given_up_after_it_was_minted_stays_live(bench: Bench) {
    bench.mint(&request(PAGE, "1"), LIFE).await;
    ok(bench.store.abandon(PAGE, &key(PAGE, "1"), 0)).await;
    ok(bench.store.abandon(PAGE, "no-such-key", LIFE)).await;
    assert_eq!(ok(bench.store.stats()).await.live, 1);
    let begun = bench.begin(&again("1")).await;
    assert!(matches!(begun, Begun::Minted { .. }), "{begun:?}");
}

async fn the_same_id_of_another_page_life_is_another_request(bench: Bench) {
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
    assert_eq!(bench.begin(&request(PAGE_2, "1")).await, Begun::Begun);
}

async fn a_request_of_a_token_that_has_expired_may_be_made_again(bench: Bench) {
    bench.mint(&request(PAGE, "1"), LIFE).await;
    bench.pass(LIFE);
    assert_eq!(bench.begin(&again("1")).await, Begun::Begun);
    assert_eq!(ok(bench.store.stats()).await.live, 0);
}

async fn a_token_without_a_place_is_due(bench: Bench) {
    let admitted = bench.admit(&minted(PAGE, "1", LIFE)).await;
    assert_eq!(admitted, Admitted::Due);
    let works = bench.claim(&EVERYTHING).await;
    assert_eq!(keys(&works), [key(PAGE, "1")]);
    let [work] = &*works else {
        panic!("one work");
    };
    assert_eq!(work.sealed, sealed(PAGE, "1"));
    assert_eq!(work.session.as_deref(), Some(PAGE));
    assert_eq!((&work.owner, work.expires_in), (&None, LIFE));
}

async fn a_token_that_comes_after_its_time_to_mint_is_due(bench: Bench) {
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
    bench.pass(Limits::default().minting);
    assert_eq!(bench.begin(&again("1")).await, Begun::Begun);
    let late = bench.admit(&minted(PAGE, "1", LIFE)).await;
    assert_eq!(late, Admitted::Due);
    // The one that was begun since has its place for itself.
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Minting);
    assert_eq!(keys(&bench.claim(&EVERYTHING).await), [key(PAGE, "1")]);
}

async fn a_begin_that_is_repeated_has_the_same_answer(bench: Bench) {
    // The answer was lost with its connection, and nobody else mints.
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
    assert_eq!(bench.begin(&again("1")).await, Begun::Minting);
    assert_eq!(bench.admit(&minted(PAGE, "1", LIFE)).await, Admitted::Live);
    bench.withdraw(&pending(PAGE, &["2"])).await;
    assert_eq!(bench.begin(&request(PAGE, "2")).await, Begun::Withdrawn);
}

async fn an_admit_that_is_repeated_changes_nothing(bench: Bench) {
    // Whoever admits it again has not heard the answer.
    bench.mint(&request(PAGE, "1"), LIFE).await;
    bench.pass(1_000);
    let repeated = ok(bench.other.admit(&minted(PAGE, "1", LIFE))).await;
    assert_eq!(repeated, Admitted::Live);
    let stats = ok(bench.store.stats()).await;
    assert_eq!((stats.live, stats.due), (1, 0));
    let before = Begun::Minted {
        sealed: sealed(PAGE, "1"),
        key: key(PAGE, "1"),
        expires_in: LIFE - 1_000,
    };
    assert_eq!(bench.begin(&again("1")).await, before);
    // What has no place of its own stays so.
    for _ in 0..2 {
        let placeless = bench.admit(&minted(PAGE, "2", LIFE)).await;
        assert_eq!(placeless, Admitted::Due);
    }
    let stats = ok(bench.store.stats()).await;
    assert_eq!((stats.live, stats.due), (1, 1));
}

async fn an_admit_that_is_repeated_after_a_revoke_revives_nothing(bench: Bench) {
    bench.mint(&request(PAGE, "1"), LIFE).await;
    let works = bench.withdraw(&pending(PAGE, &["1"])).await.works;
    assert_eq!(keys(&works), [key(PAGE, "1")]);
    let while_due = bench.admit(&minted(PAGE, "1", LIFE)).await;
    assert_eq!(while_due, Admitted::Due);
    bench.done(&works).await;
    let once_dead = bench.admit(&minted(PAGE, "1", LIFE)).await;
    assert_eq!(once_dead, Admitted::Due);
    let stats = ok(bench.store.stats()).await;
    assert_eq!((stats.live, stats.due), (0, 0));
}

/// Anna's request once more: each try has a key of its own.
fn again(id: &str) -> Begin {
    Begin {
        key: format!("{}-again", key(PAGE, id)),
        ..request(PAGE, id)
    }
}
