//! What is withdrawn: before it came, while it is minted, and afterwards.

use downscope_backend::core::{Admitted, Begun, Fate, Fingerprint, Limits, Reason, Withdraw};

use crate::{
    bench::{Bench, each_store, ok},
    words::*,
};

each_store! {
    a_request_that_was_withdrawn_before_it_came_mints_nothing
    it_is_remembered_for_as_long_as_a_request_can_be_late_and_not_longer
    a_page_life_that_was_withdrawn_before_it_came_mints_nothing
    a_page_life_is_withdrawn_for_as_long_as_a_request_can_be_late_and_not_longer
    nothing_is_remembered_where_nothing_can_be_late
    the_same_names_again_are_no_more_names
    a_token_that_was_withdrawn_while_it_was_minted_is_due
    what_is_withdrawn_while_it_is_minted_has_its_time_anew
    what_was_withdrawn_while_it_was_minted_and_given_up_leaves_nothing_due
    what_was_withdrawn_while_it_was_minted_and_given_up_comes_to_nothing_when_it_comes_again
    a_page_life_is_withdrawn_with_all_that_it_has
    a_token_is_found_by_its_name_its_handle_and_its_request
    a_page_life_that_only_speaks_loses_nothing
    what_is_named_in_three_ways_is_due_once
    a_revoke_finds_a_token_of_another_page_life
    what_has_expired_is_not_on_record
    a_withdrawn_request_stays_withdrawn_until_its_token_would_have_expired
}

async fn a_request_that_was_withdrawn_before_it_came_mints_nothing(bench: Bench) {
    let withdrawn = bench.withdraw(&pending(PAGE, &["1"])).await;
    assert!(!withdrawn.is_refused);
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Withdrawn);
    assert_eq!(bench.begin(&request(PAGE, "2")).await, Begun::Begun);
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Withdrawn);
    assert_eq!(bench.begin(&request(PAGE_2, "1")).await, Begun::Begun);
}

async fn it_is_remembered_for_as_long_as_a_request_can_be_late_and_not_longer(bench: Bench) {
    let tombstone = Limits::default().tombstone;
    bench.withdraw(&pending(PAGE, &["1"])).await;
    bench.pass(tombstone - 1);
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Withdrawn);
    bench.pass(1);
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
}

async fn a_page_life_that_was_withdrawn_before_it_came_mints_nothing(bench: Bench) {
    let withdrawn = bench.withdraw(&whole(PAGE)).await;
    assert!(!withdrawn.is_refused);
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Withdrawn);
    assert_eq!(bench.begin(&request(PAGE_2, "1")).await, Begun::Begun);
}

async fn a_page_life_is_withdrawn_for_as_long_as_a_request_can_be_late_and_not_longer(
    bench: Bench,
) {
    let tombstone = Limits::default().tombstone;
    bench.withdraw(&whole(PAGE)).await;
    bench.pass(tombstone - 1);
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Withdrawn);
    bench.pass(1);
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
}

async fn nothing_is_remembered_where_nothing_can_be_late(bench: Bench) {
    let limits = Limits {
        tombstone: 0,
        ..Limits::default()
    };
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
    for page in [PAGE, PAGE_2] {
        let names = Withdraw {
            whole_session: true,
            limits,
            ..pending(page, &["2"])
        };
        bench.withdraw(&names).await;
        assert_eq!(bench.begin(&request(page, "2")).await, Begun::Begun);
    }
    let admitted = bench.admit(&minted(PAGE, "1", LIFE)).await;
    assert_eq!(admitted, Admitted::Due, "it was on record");
}

async fn the_same_names_again_are_no_more_names(bench: Bench) {
    // The last request of a page comes twice.
    let limits = Limits {
        named_tombstones: 2,
        named_by_strangers: 2,
        ..Limits::default()
    };
    let names = Withdraw {
        limits,
        ..pending(PAGE, &["1", "2"])
    };
    bench.withdraw(&names).await;
    bench.withdraw(&names).await;
    assert_eq!(bench.begin(&request(PAGE, "3")).await, Begun::Begun);
    // What is forgotten leaves its room.
    bench.pass(limits.tombstone);
    let others = Withdraw {
        limits,
        ..pending(PAGE, &["4", "5"])
    };
    bench.withdraw(&others).await;
    assert_eq!(bench.begin(&request(PAGE, "6")).await, Begun::Begun);
    assert_eq!(bench.begin(&request(PAGE, "4")).await, Begun::Withdrawn);
}

async fn a_token_that_was_withdrawn_while_it_was_minted_is_due(bench: Bench) {
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
    let withdrawn = bench.withdraw(&pending(PAGE, &["1"])).await;
    assert_eq!(withdrawn.minting, [key(PAGE, "1")]);
    assert_eq!((withdrawn.works.len(), withdrawn.due), (0, 0));
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Withdrawn);
    assert_eq!(bench.admit(&minted(PAGE, "1", LIFE)).await, Admitted::Due);
    let works = bench.claim(&EVERYTHING).await;
    assert_eq!(keys(&works), [key(PAGE, "1")]);
    let [work] = &*works else {
        panic!("one work");
    };
    assert_eq!(work.reason, Some(Reason::Unload));
    assert_eq!(work.owner, Some(anna(1)));
    assert_eq!(work.session.as_deref(), Some(PAGE));
    assert_eq!((work.attempts, work.expires_in), (1, LIFE));
}

async fn what_is_withdrawn_while_it_is_minted_has_its_time_anew(bench: Bench) {
    let minting = Limits::default().minting;
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
    bench.pass(minting - 1);
    bench.withdraw(&pending(PAGE, &["1"])).await;
    bench.pass(minting - 1);
    let keys = [key(PAGE, "1")];
    assert_eq!(ok(bench.store.fates(PAGE, &keys)).await, [Fate::Alive]);
    // Whoever mints it has died or hangs, and nobody knows what became of it.
    bench.pass(1);
    assert_eq!(ok(bench.store.fates(PAGE, &keys)).await, [Fate::Alive]);
}

async fn what_was_withdrawn_while_it_was_minted_and_given_up_leaves_nothing_due(bench: Bench) {
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
    bench.withdraw(&pending(PAGE, &["1"])).await;
    ok(bench.store.abandon(PAGE, &key(PAGE, "1"), 0)).await;
    assert!(bench.claim(&EVERYTHING).await.is_empty());
    let keys = [key(PAGE, "1")];
    assert_eq!(ok(bench.store.fates(PAGE, &keys)).await, [Fate::Dead]);
}

async fn what_was_withdrawn_while_it_was_minted_and_given_up_comes_to_nothing_when_it_comes_again(
    bench: Bench,
) {
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
    bench.withdraw(&pending(PAGE, &["1"])).await;
    ok(bench.store.abandon(PAGE, &key(PAGE, "1"), 0)).await;
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Withdrawn);
    bench.pass(Limits::default().tombstone);
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
}

async fn a_page_life_is_withdrawn_with_all_that_it_has(bench: Bench) {
    for id in ["1", "2"] {
        bench.mint(&request(PAGE, id), LIFE).await;
        bench.mint(&request(PAGE_2, id), LIFE).await;
    }
    assert_eq!(bench.begin(&request(PAGE, "3")).await, Begun::Begun);
    let withdrawn = bench.withdraw(&whole(PAGE)).await;
    assert_eq!(keys(&withdrawn.works), [key(PAGE, "1"), key(PAGE, "2")]);
    assert_eq!(withdrawn.minting, [key(PAGE, "3")]);
    let stats = ok(bench.store.stats()).await;
    assert_eq!((stats.live, stats.due), (2, 2));
}

async fn a_token_is_found_by_its_name_its_handle_and_its_request(bench: Bench) {
    for id in ["1", "2", "3"] {
        bench.mint(&request(PAGE, id), LIFE).await;
    }
    for names in [
        tokens(Some(PAGE), &[token(PAGE, "1")]),
        handles(Some(PAGE), &[handle(PAGE, "2")]),
        pending(PAGE, &["3"]),
    ] {
        let withdrawn = bench.withdraw(&names).await;
        assert_eq!(withdrawn.works.len(), 1, "{names:?}");
        assert!(withdrawn.unknown_tokens.is_empty() && withdrawn.unknown_handles.is_empty());
    }
    let three = ["1", "2", "3"].map(|id| key(PAGE, id));
    let fates = ok(bench.store.fates(PAGE, &three)).await;
    assert_eq!(fates, [Fate::Alive; 3]);
}

async fn a_page_life_that_only_speaks_loses_nothing(bench: Bench) {
    bench.mint(&request(PAGE, "1"), LIFE).await;
    bench.withdraw(&pending(PAGE, &[])).await;
    assert_eq!(ok(bench.store.stats()).await.live, 1);
    assert_eq!(bench.begin(&request(PAGE, "2")).await, Begun::Begun);
}

async fn what_is_named_in_three_ways_is_due_once(bench: Bench) {
    bench.mint(&request(PAGE, "1"), LIFE).await;
    let names = Withdraw {
        tokens: vec![token(PAGE, "1"), Fingerprint::of("FAKE"), token(PAGE, "1")],
        handles: vec![Fingerprint::of("FAKE"), handle(PAGE, "1")],
        whole_session: true,
        ..pending(PAGE, &["1", "1"])
    };
    let withdrawn = bench.withdraw(&names).await;
    assert_eq!(keys(&withdrawn.works), [key(PAGE, "1")]);
    assert_eq!(withdrawn.unknown_tokens, [1]);
    assert_eq!(withdrawn.unknown_handles, [0]);
}

async fn a_revoke_finds_a_token_of_another_page_life(bench: Bench) {
    // A page has a new name after it was away; and one may not say who it is.
    for id in ["1", "2"] {
        bench.mint(&request(PAGE, id), LIFE).await;
    }
    let by_token = tokens(Some(PAGE_2), &[token(PAGE, "1")]);
    let by_handle = handles(None, &[handle(PAGE, "2")]);
    for (names, id) in [(by_token, "1"), (by_handle, "2")] {
        let withdrawn = bench.withdraw(&names).await;
        assert_eq!(keys(&withdrawn.works), [key(PAGE, id)]);
        assert!(withdrawn.unknown_tokens.is_empty() && withdrawn.unknown_handles.is_empty());
    }
}

async fn what_has_expired_is_not_on_record(bench: Bench) {
    bench.mint(&request(PAGE, "1"), LIFE).await;
    bench.pass(LIFE);
    let names = Withdraw {
        tokens: vec![token(PAGE, "1")],
        handles: vec![handle(PAGE, "1")],
        ..pending(PAGE, &["1"])
    };
    let withdrawn = bench.withdraw(&names).await;
    assert_eq!(withdrawn.unknown_tokens, [0]);
    assert_eq!(withdrawn.unknown_handles, [0]);
    assert!(withdrawn.works.is_empty());
}

async fn a_withdrawn_request_stays_withdrawn_until_its_token_would_have_expired(bench: Bench) {
    bench.mint(&request(PAGE, "1"), LIFE).await;
    let works = bench.withdraw(&pending(PAGE, &["1"])).await.works;
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Withdrawn);
    bench.done(&works).await;
    bench.pass(LIFE - 1);
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Withdrawn);
    bench.pass(1);
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
}
