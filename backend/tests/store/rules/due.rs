//! What is due: claimed, done, tried again.

use downscope_backend::core::{Claim, Fate, Withdraw};

use crate::{
    bench::{Bench, each_store, ok},
    words::*,
};

each_store! {
    the_longest_life_is_claimed_first
    of_the_same_life_the_first_key_is_claimed_first
    no_more_is_claimed_than_was_asked_for
    what_is_claimed_is_nobody_elses_until_it_becomes_visible
    what_is_claimed_again_was_tried_once_more
    a_revoke_carries_out_no_more_than_it_may_and_leaves_the_rest_due
    a_revoke_that_comes_again_finds_nothing_due_that_is_dead
    a_revoke_that_comes_again_leaves_what_is_claimed_to_its_claimant
    a_revoke_takes_what_an_earlier_one_has_left
    a_revoke_takes_what_its_claimant_has_not_done_in_time
    what_is_done_is_dead
    what_is_done_twice_is_done
    what_failed_is_claimed_again_when_it_is_time
    what_was_done_meanwhile_is_not_tried_again
    what_is_due_is_forgotten_when_its_token_has_expired
    a_life_without_a_length_is_still_claimed
}

async fn withdraw_all(bench: &Bench, lives: &[(&str, u64)]) {
    for (id, life) in lives {
        bench.mint(&request(PAGE, id), *life).await;
    }
    let names = Withdraw {
        claim: NOTHING,
        ..whole(PAGE)
    };
    let withdrawn = bench.withdraw(&names).await;
    assert_eq!(usize::try_from(withdrawn.due), Ok(lives.len()));
}

async fn the_longest_life_is_claimed_first(bench: Bench) {
    withdraw_all(&bench, &[("1", 2_000), ("2", 3_000), ("3", 1_000)]).await;
    let works = bench.claim(&EVERYTHING).await;
    assert_eq!(keys(&works), ["2", "1", "3"].map(|id| key(PAGE, id)));
    assert_eq!(works[0].expires_in, 3_000);
    assert_eq!(works[0].sealed, sealed(PAGE, "2"));
}

async fn of_the_same_life_the_first_key_is_claimed_first(bench: Bench) {
    withdraw_all(&bench, &[("2", LIFE), ("3", LIFE), ("1", LIFE)]).await;
    let works = bench.claim(&EVERYTHING).await;
    assert_eq!(keys(&works), ["1", "2", "3"].map(|id| key(PAGE, id)));
}

async fn no_more_is_claimed_than_was_asked_for(bench: Bench) {
    withdraw_all(&bench, &[("1", 3_000), ("2", 2_000), ("3", 1_000)]).await;
    let two = Claim {
        most: 2,
        ..EVERYTHING
    };
    assert_eq!(bench.claim(&two).await.len(), 2);
    let rest = ok(bench.other.claim(&two)).await;
    assert_eq!(keys(&rest), [key(PAGE, "3")]);
    assert!(bench.claim(&two).await.is_empty());
}

async fn what_is_claimed_is_nobody_elses_until_it_becomes_visible(bench: Bench) {
    withdraw_all(&bench, &[("1", LIFE)]).await;
    assert_eq!(bench.claim(&EVERYTHING).await.len(), 1);
    bench.pass(EVERYTHING.visibility - 1);
    assert!(ok(bench.other.claim(&EVERYTHING)).await.is_empty());
    assert_eq!(ok(bench.store.stats()).await.due, 1);
    bench.pass(1);
    assert_eq!(ok(bench.other.claim(&EVERYTHING)).await.len(), 1);
}

async fn what_is_claimed_again_was_tried_once_more(bench: Bench) {
    withdraw_all(&bench, &[("1", LIFE)]).await;
    for attempts in 1..4 {
        let works = bench.claim(&EVERYTHING).await;
        assert_eq!(works[0].attempts, attempts);
        bench.pass(EVERYTHING.visibility);
    }
}

async fn a_revoke_carries_out_no_more_than_it_may_and_leaves_the_rest_due(bench: Bench) {
    for (id, life) in [("1", 1_000), ("2", 3_000), ("3", 2_000)] {
        bench.mint(&request(PAGE, id), life).await;
    }
    let names = Withdraw {
        claim: Claim {
            most: 2,
            ..EVERYTHING
        },
        ..whole(PAGE)
    };
    let withdrawn = bench.withdraw(&names).await;
    assert_eq!(keys(&withdrawn.works), ["2", "3"].map(|id| key(PAGE, id)));
    assert_eq!(withdrawn.due, 1);
    assert_eq!(keys(&bench.claim(&EVERYTHING).await), [key(PAGE, "1")]);
}

async fn a_revoke_that_comes_again_finds_nothing_due_that_is_dead(bench: Bench) {
    bench.mint(&request(PAGE, "1"), LIFE).await;
    let names = Withdraw {
        tokens: vec![token(PAGE, "1")],
        handles: vec![handle(PAGE, "1")],
        ..pending(PAGE, &["1"])
    };
    let first = bench.withdraw(&names).await;
    bench.done(&first.works).await;
    let second = bench.withdraw(&names).await;
    assert_eq!((second.works.len(), second.due), (0, 0));
    assert!(second.unknown_tokens.is_empty() && second.unknown_handles.is_empty());
    assert!(second.minting.is_empty());
}

async fn a_revoke_that_comes_again_leaves_what_is_claimed_to_its_claimant(bench: Bench) {
    bench.mint(&request(PAGE, "1"), LIFE).await;
    assert_eq!(bench.withdraw(&whole(PAGE)).await.works.len(), 1);
    let second = bench.withdraw(&whole(PAGE)).await;
    assert_eq!((second.works.len(), second.due), (0, 1));
}

async fn a_revoke_takes_what_an_earlier_one_has_left(bench: Bench) {
    withdraw_all(&bench, &[("1", LIFE)]).await;
    let withdrawn = bench.withdraw(&pending(PAGE, &["1"])).await;
    assert_eq!((withdrawn.works.len(), withdrawn.due), (1, 0));
}

async fn a_revoke_takes_what_its_claimant_has_not_done_in_time(bench: Bench) {
    withdraw_all(&bench, &[("1", LIFE), ("2", LIFE)]).await;
    let works = bench.claim(&EVERYTHING).await;
    bench.pass(EVERYTHING.visibility);
    let withdrawn = bench.withdraw(&pending(PAGE, &["1"])).await;
    assert_eq!((withdrawn.works.len(), withdrawn.due), (1, 0));
    assert_eq!(withdrawn.works[0].attempts, 2);
    // Its claimant has no say in it any more, nor in what is anybody's now.
    let after = |work| (work, 2 * EVERYTHING.visibility);
    let later = works.into_iter().map(after).collect::<Vec<_>>();
    ok(bench.store.retry(&later[1..])).await;
    assert_eq!(keys(&bench.claim(&EVERYTHING).await), [key(PAGE, "2")]);
}

async fn what_is_done_is_dead(bench: Bench) {
    withdraw_all(&bench, &[("1", LIFE), ("2", LIFE)]).await;
    let both = ["1", "2"].map(|id| key(PAGE, id));
    assert_eq!(ok(bench.store.fates(PAGE, &both)).await, [Fate::Alive; 2]);
    let works = bench.claim(&EVERYTHING).await;
    bench.done(&works[..1]).await;
    let fates = ok(bench.other.fates(PAGE, &both)).await;
    assert_eq!(fates, [Fate::Dead, Fate::Alive]);
    assert_eq!(ok(bench.store.stats()).await.due, 1);
    bench.pass(EVERYTHING.visibility);
    assert_eq!(keys(&bench.claim(&EVERYTHING).await), [key(PAGE, "2")]);
}

async fn what_is_done_twice_is_done(bench: Bench) {
    withdraw_all(&bench, &[("1", LIFE), ("2", LIFE)]).await;
    let works = bench.claim(&EVERYTHING).await;
    bench.done(&works).await;
    bench.done(&works).await;
    let stats = ok(bench.store.stats()).await;
    assert_eq!((stats.live, stats.due), (0, 0));
    // It may have been done by one whose claim had run out.
    bench.mint(&request(PAGE_2, "1"), LIFE).await;
    let mut works = bench.withdraw(&whole(PAGE_2)).await.works;
    bench.pass(EVERYTHING.visibility);
    works.extend(bench.claim(&EVERYTHING).await);
    assert_eq!(works.len(), 2);
    bench.done(&works).await;
    assert_eq!(ok(bench.store.stats()).await.due, 0);
}

async fn what_failed_is_claimed_again_when_it_is_time(bench: Bench) {
    withdraw_all(&bench, &[("1", LIFE), ("2", LIFE)]).await;
    let works = bench.claim(&EVERYTHING).await;
    let later = works.into_iter().zip([1_000, 60_000]).collect::<Vec<_>>();
    ok(bench.store.retry(&later)).await;
    bench.pass(999);
    assert!(bench.claim(&EVERYTHING).await.is_empty());
    bench.pass(1);
    let works = bench.claim(&EVERYTHING).await;
    assert_eq!(keys(&works), [key(PAGE, "1")]);
    assert_eq!(works[0].attempts, 2);
    bench.done(&works).await;
    // Later than it would have become visible.
    bench.pass(58_999);
    assert!(bench.claim(&EVERYTHING).await.is_empty());
    bench.pass(1);
    assert_eq!(keys(&bench.claim(&EVERYTHING).await), [key(PAGE, "2")]);
}

async fn what_was_done_meanwhile_is_not_tried_again(bench: Bench) {
    withdraw_all(&bench, &[("1", LIFE)]).await;
    let works = bench.claim(&EVERYTHING).await;
    bench.done(&works).await;
    let again = works.into_iter().map(|work| (work, 0)).collect::<Vec<_>>();
    ok(bench.store.retry(&again)).await;
    bench.pass(1);
    assert!(bench.claim(&EVERYTHING).await.is_empty());
    assert_eq!(ok(bench.store.stats()).await.due, 0);
}

async fn what_is_due_is_forgotten_when_its_token_has_expired(bench: Bench) {
    withdraw_all(&bench, &[("1", 2_000), ("2", 2_001), ("3", 60_000)]).await;
    let one = Claim {
        most: 1,
        visibility: 1_000,
        ..EVERYTHING
    };
    // Be it claimed or not.
    assert_eq!(keys(&bench.claim(&one).await), [key(PAGE, "3")]);
    bench.pass(2_000);
    assert_eq!(ok(bench.store.stats()).await.due, 2);
    let works = bench.claim(&EVERYTHING).await;
    assert_eq!(keys(&works), ["3", "2"].map(|id| key(PAGE, id)));
    assert_eq!(works[1].expires_in, 1);
    bench.pass(58_000);
    assert_eq!(ok(bench.store.stats()).await.due, 0);
    assert!(bench.claim(&EVERYTHING).await.is_empty());
}

async fn a_life_without_a_length_is_still_claimed(bench: Bench) {
    // An authorization server may say so: neither is a reason to let a token live on.
    withdraw_all(&bench, &[("1", 0), ("2", u64::MAX)]).await;
    let works = bench.claim(&EVERYTHING).await;
    assert_eq!(keys(&works), ["2", "1"].map(|id| key(PAGE, id)));
}
