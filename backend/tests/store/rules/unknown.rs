//! Tokens of which nothing is on record.

use downscope_backend::core::{Class, Enlist, Fate, Limits, Reason};

use crate::{
    bench::{Bench, each_store, ok},
    words::*,
};

each_store! {
    an_unknown_token_is_told_by_its_place
    an_unknown_token_that_is_enlisted_is_due
    an_unknown_token_is_enlisted_once
    unknown_tokens_wait_in_a_queue_of_their_own
    there_is_room_for_so_many_unknown_tokens
    what_a_handle_has_proven_is_never_refused
    each_class_is_carried_out_as_far_as_it_may
    an_unknown_token_that_is_done_leaves_its_room
    an_unknown_token_that_expires_leaves_its_room
    a_proven_token_that_is_done_stays_dead
    an_unknown_token_that_is_named_again_has_no_more_of_a_budget
    what_is_proven_leaves_the_line_of_the_unknown
    what_is_named_twice_is_proven_by_either
    the_longest_life_of_what_is_enlisted_is_claimed_first
    unknown_tokens_are_looked_up_from_both_ends_of_their_line
    nobody_overtakes_what_waits_to_be_looked_up
}

async fn an_unknown_token_is_told_by_its_place(bench: Bench) {
    bench.mint(&request(PAGE, "1"), LIFE).await;
    let [a, b] = ["FAKE-a", "FAKE-b"].map(|text| listed(text, Class::Unknown, LIFE).token);
    let names = tokens(Some(PAGE), &[a, token(PAGE, "1"), b]);
    let withdrawn = bench.withdraw(&names).await;
    assert_eq!(withdrawn.unknown_tokens, [0, 2]);
    assert_eq!(withdrawn.works.len(), 1);
}

async fn an_unknown_token_that_is_enlisted_is_due(bench: Bench) {
    let item = listed("FAKE", Class::Unknown, LIFE);
    let enlisted = bench.enlist(&enlist(vec![item.clone()])).await;
    assert_eq!((enlisted.works.len(), enlisted.due), (0, 1));
    assert_eq!(enlisted.refused, 0);
    let stats = ok(bench.store.stats()).await;
    assert_eq!((stats.live, stats.due, stats.unknown), (0, 1, 1));
    let works = bench.claim(&EVERYTHING_UNKNOWN).await;
    let [work] = &*works else {
        panic!("one work");
    };
    assert_eq!((&work.key, &work.sealed), (&item.key, &item.sealed));
    assert_eq!((work.attempts, work.expires_in), (1, LIFE));
    assert_eq!(work.class, Class::Unknown);
    assert_eq!(work.reason, Some(Reason::Unload));
    assert_eq!((&work.owner, &work.session), (&None, &None));
}

async fn an_unknown_token_is_enlisted_once(bench: Bench) {
    let item = listed("FAKE", Class::Unknown, LIFE);
    let both = enlist(vec![item.clone(), item.clone()]);
    assert_eq!(bench.enlist(&both).await.due, 1);
    assert_eq!(ok(bench.store.stats()).await.unknown, 1);
    assert_eq!(bench.claim(&EVERYTHING_UNKNOWN).await.len(), 1);
    // It is claimed: whoever names it now waits for that.
    let again = Enlist {
        claim_unknown: EVERYTHING_UNKNOWN,
        ..enlist(vec![item])
    };
    let enlisted = bench.enlist(&again).await;
    assert_eq!((enlisted.works.len(), enlisted.due), (0, 1));
    assert_eq!(ok(bench.store.stats()).await.due, 1);
}

async fn unknown_tokens_wait_in_a_queue_of_their_own(bench: Bench) {
    bench
        .enlist(&enlist(vec![listed("FAKE", Class::Unknown, LIFE)]))
        .await;
    assert!(bench.claim(&EVERYTHING).await.is_empty());
    bench.mint(&request(PAGE, "1"), LIFE).await;
    bench.withdraw(&whole(PAGE)).await;
    bench.pass(EVERYTHING.visibility);
    assert_eq!(keys(&bench.claim(&EVERYTHING).await), [key(PAGE, "1")]);
    assert_eq!(bench.claim(&EVERYTHING_UNKNOWN).await.len(), 1);
    // And what was claimed comes back to its own.
    bench.pass(EVERYTHING.visibility);
    assert_eq!(bench.claim(&EVERYTHING_UNKNOWN).await.len(), 1);
    assert_eq!(keys(&bench.claim(&EVERYTHING).await), [key(PAGE, "1")]);
}

fn bounded(texts: &[&str], class: Class, unknown: u32) -> Enlist {
    let items = texts.iter().map(|text| listed(text, class, LIFE));
    Enlist {
        limits: Limits {
            unknown,
            ..Limits::default()
        },
        ..enlist(items.collect())
    }
}

async fn there_is_room_for_so_many_unknown_tokens(bench: Bench) {
    let first = bench
        .enlist(&bounded(&["a", "b", "c"], Class::Unknown, 2))
        .await;
    assert_eq!((first.due, first.refused), (2, 1));
    // What is there already takes no more room.
    let second = bench
        .enlist(&bounded(&["b", "c", "a"], Class::Unknown, 2))
        .await;
    assert_eq!((second.due, second.refused), (2, 1));
    assert_eq!(ok(bench.store.stats()).await.unknown, 2);
}

async fn what_a_handle_has_proven_is_never_refused(bench: Bench) {
    let enlisted = bench.enlist(&bounded(&["a", "b"], Class::Known, 0)).await;
    assert_eq!((enlisted.due, enlisted.refused), (2, 0));
    assert_eq!(ok(bench.store.stats()).await.unknown, 0);
    assert_eq!(bench.claim(&EVERYTHING).await.len(), 2);
}

async fn each_class_is_carried_out_as_far_as_it_may(bench: Bench) {
    let known = ["a", "b"].map(|text| listed(text, Class::Known, LIFE));
    let unknown = ["c", "d"].map(|text| listed(text, Class::Unknown, LIFE));
    let op = Enlist {
        claim: EVERYTHING,
        claim_unknown: downscope_backend::core::Claim {
            most: 1,
            ..EVERYTHING_UNKNOWN
        },
        ..enlist([known, unknown].concat())
    };
    let enlisted = bench.enlist(&op).await;
    let known = enlisted
        .works
        .iter()
        .filter(|work| work.class == Class::Known);
    assert_eq!(known.count(), 2);
    assert_eq!((enlisted.works.len(), enlisted.due), (3, 1));
}

async fn an_unknown_token_that_is_done_leaves_its_room(bench: Bench) {
    bench.enlist(&bounded(&["a"], Class::Unknown, 1)).await;
    let works = bench.claim(&EVERYTHING_UNKNOWN).await;
    bench.done(&works).await;
    let stats = ok(bench.store.stats()).await;
    assert_eq!((stats.live, stats.due, stats.unknown), (0, 0, 0));
    let keys = [works[0].key.clone()];
    assert_eq!(ok(bench.store.fates(PAGE, &keys)).await, [Fate::Dead]);
    // Whoever makes names up must not fill the record with them, so it is unknown again.
    let named = tokens(Some(PAGE), &[listed("a", Class::Unknown, LIFE).token]);
    assert_eq!(bench.withdraw(&named).await.unknown_tokens, [0]);
    let other = bench.enlist(&bounded(&["b"], Class::Unknown, 1)).await;
    assert_eq!((other.due, other.refused), (1, 0));
}

async fn an_unknown_token_that_expires_leaves_its_room(bench: Bench) {
    bench.enlist(&bounded(&["a"], Class::Unknown, 1)).await;
    bench.pass(LIFE);
    let other = bench.enlist(&bounded(&["b"], Class::Unknown, 1)).await;
    assert_eq!((other.due, other.refused), (1, 0));
    assert_eq!(bench.claim(&EVERYTHING_UNKNOWN).await.len(), 1);
}

async fn a_proven_token_that_is_done_stays_dead(bench: Bench) {
    bench.enlist(&bounded(&["a"], Class::Known, 0)).await;
    let works = bench.claim(&EVERYTHING).await;
    bench.done(&works).await;
    let again = bench.enlist(&bounded(&["a"], Class::Known, 0)).await;
    assert_eq!((again.works.len(), again.due, again.refused), (0, 0, 0));
    let named = tokens(Some(PAGE), &[listed("a", Class::Known, LIFE).token]);
    let withdrawn = bench.withdraw(&named).await;
    assert!(withdrawn.unknown_tokens.is_empty() && withdrawn.works.is_empty());
}

async fn an_unknown_token_that_is_named_again_has_no_more_of_a_budget(bench: Bench) {
    // It is on record now, and still only somebody's word.
    bench
        .enlist(&enlist(vec![listed("FAKE", Class::Unknown, LIFE)]))
        .await;
    let named = tokens(Some(PAGE), &[listed("FAKE", Class::Unknown, LIFE).token]);
    let withdrawn = bench.withdraw(&named).await;
    assert_eq!(withdrawn.unknown_tokens, [0]);
    assert_eq!((withdrawn.works.len(), withdrawn.due), (0, 0));
    let again = Enlist {
        claim: EVERYTHING,
        ..enlist(vec![listed("FAKE", Class::Unknown, LIFE)])
    };
    let enlisted = bench.enlist(&again).await;
    assert_eq!((enlisted.works.len(), enlisted.due), (0, 1));
    assert_eq!(bench.claim(&EVERYTHING_UNKNOWN).await.len(), 1);
}

async fn what_is_proven_leaves_the_line_of_the_unknown(bench: Bench) {
    let [waiting, claimed] = ["a", "b"];
    bench.enlist(&bounded(&[claimed], Class::Unknown, 2)).await;
    assert_eq!(bench.claim(&EVERYTHING_UNKNOWN).await.len(), 1);
    bench.enlist(&bounded(&[waiting], Class::Unknown, 2)).await;
    let proven = Enlist {
        claim: EVERYTHING,
        ..bounded(&[waiting, claimed], Class::Known, 2)
    };
    let enlisted = bench.enlist(&proven).await;
    let key = |text| listed(text, Class::Known, LIFE).key;
    assert_eq!(keys(&enlisted.works), [key(waiting)]);
    assert!(enlisted.works.iter().all(|work| work.class == Class::Known));
    assert_eq!((enlisted.due, enlisted.refused), (1, 0));
    let stats = ok(bench.store.stats()).await;
    assert_eq!((stats.due, stats.unknown), (2, 0));
    // There is room for others, and what was claimed comes back to its new line.
    let others = bench.enlist(&bounded(&["c", "d"], Class::Unknown, 2)).await;
    assert_eq!(others.refused, 0);
    bench.pass(EVERYTHING.visibility);
    assert_eq!(bench.claim(&EVERYTHING).await.len(), 2);
}

async fn what_is_named_twice_is_proven_by_either(bench: Bench) {
    let [word, proof] = [Class::Unknown, Class::Known].map(|class| listed("a", class, LIFE));
    for items in [vec![word.clone(), proof.clone()], vec![proof, word]] {
        let none = Limits {
            unknown: 0,
            ..Limits::default()
        };
        let both = Enlist {
            limits: none,
            ..enlist(items)
        };
        let enlisted = bench.enlist(&both).await;
        assert_eq!((enlisted.due, enlisted.refused), (1, 0));
    }
    assert_eq!(bench.claim(&EVERYTHING).await.len(), 1);
}

async fn the_longest_life_of_what_is_enlisted_is_claimed_first(bench: Bench) {
    let items = [("a", 1_000), ("b", 3_000), ("c", 2_000)];
    let items = items.map(|(text, life)| listed(text, Class::Known, life));
    let op = Enlist {
        claim: downscope_backend::core::Claim {
            most: 1,
            ..EVERYTHING
        },
        ..enlist(items.to_vec())
    };
    let enlisted = bench.enlist(&op).await;
    assert_eq!(keys(&enlisted.works), [items[1].key.as_str()]);
    let rest = bench.claim(&EVERYTHING).await;
    assert_eq!(keys(&rest), [items[2].key.as_str(), items[0].key.as_str()]);
}

/// They are enlisted one after the other, a millisecond apart.
async fn named_in_turn(bench: &Bench, texts: &[&str]) -> Vec<String> {
    let mut keys = Vec::new();
    for text in texts {
        let item = listed(text, Class::Unknown, LIFE);
        keys.push(item.key.clone());
        assert_eq!(bench.enlist(&enlist(vec![item])).await.due, 1);
        bench.pass(1);
    }
    keys
}

async fn unknown_tokens_are_looked_up_from_both_ends_of_their_line(bench: Bench) {
    if bench.is_spread() {
        return;
    }
    let named = named_in_turn(&bench, &["a", "b", "c", "d"]).await;
    let one = downscope_backend::core::Claim {
        most: 1,
        ..EVERYTHING_UNKNOWN
    };
    let mut works = bench.claim(&one).await;
    bench.pass(1);
    works.extend(bench.claim(&one).await);
    works.sort_by_key(|work| work.key != named[0]);
    assert_eq!(keys(&works), [named[0].as_str(), named[3].as_str()]);
    // One that has failed stands behind whoever has come meanwhile.
    ok(bench.store.retry(&[(works.remove(0), 5)])).await;
    let later = named_in_turn(&bench, &["e"]).await;
    bench.pass(5);
    let mut works = bench.claim(&EVERYTHING_UNKNOWN).await;
    if works.first().is_some_and(|work| work.key == named[0]) {
        works.reverse();
    }
    let order = [&named[1], &named[2], &later[0], &named[0]];
    assert_eq!(keys(&works), order.map(String::as_str));
}

async fn nobody_overtakes_what_waits_to_be_looked_up(bench: Bench) {
    if bench.is_spread() {
        return;
    }
    let named = named_in_turn(&bench, &["a"]).await;
    let b = listed("b", Class::Unknown, LIFE);
    let op = Enlist {
        claim_unknown: EVERYTHING_UNKNOWN,
        ..enlist(vec![b.clone()])
    };
    let enlisted = bench.enlist(&op).await;
    assert_eq!((enlisted.works.len(), enlisted.due), (0, 1));
    let works = bench.claim(&EVERYTHING_UNKNOWN).await;
    assert_eq!(works.len(), named.len() + 1);
}
