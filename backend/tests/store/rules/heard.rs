//! Page lives that are heard.

use downscope_backend::core::{
    Admitted, Begin, Begun, Heard, Heartbeat, Limits, Owner, Reason, Sign,
};

use crate::{
    bench::{Bench, each_store, ok},
    words::*,
};

each_store! {
    a_lease_begins_with_the_first_sign_of_life
    a_lease_begins_with_a_token_request
    a_page_learns_the_term_once
    a_request_that_was_held_begins_no_lease
    a_look_renews_nothing
    a_token_request_without_a_lease_renews_none
    a_token_request_renews_the_lease
    a_lease_that_ended_stays_ended_for_a_request_that_was_held
    a_late_sign_of_life_revives_nothing_and_begins_anew
    a_late_token_request_revives_nothing_and_begins_anew
    the_same_request_again_is_given_nothing_of_a_lease_that_has_ended
    a_late_page_life_that_has_nothing_else_keeps_what_it_asks_for
    there_are_so_many_page_lives_of_a_sign_in
    there_are_so_many_page_lives_in_all
    a_page_life_that_has_a_lease_is_not_too_many
}

async fn renewed(bench: &Bench, heartbeat: &Heartbeat) -> bool {
    let heard = bench.hear(heartbeat).await;
    let Heard::Renewed { is_first, .. } = heard else {
        panic!("not renewed: {heard:?}");
    };
    is_first
}

fn held(page: &str) -> Heartbeat {
    Heartbeat {
        sign: Sign::Renews,
        ..alive(page)
    }
}

async fn a_lease_begins_with_the_first_sign_of_life(bench: Bench) {
    let first = Heard::Renewed {
        is_first: true,
        said: String::new(),
        recalls: vec![],
        version: 0,
    };
    assert_eq!(bench.hear(&alive(PAGE)).await, first);
    assert_eq!(ok(bench.store.stats()).await.leases, 1);
}

async fn a_lease_begins_with_a_token_request(bench: Bench) {
    bench.mint(&leased(PAGE, "1"), LIFE).await;
    assert_eq!(ok(bench.store.stats()).await.leases, 1);
    assert!(renewed(&bench, &held(PAGE)).await, "the term is news to it");
    assert_eq!(ok(bench.store.stats()).await.leases, 1);
}

async fn a_page_learns_the_term_once(bench: Bench) {
    assert!(renewed(&bench, &alive(PAGE)).await);
    assert!(!renewed(&bench, &alive(PAGE)).await);
    assert!(!renewed(&bench, &held(PAGE)).await);
}

async fn a_look_renews_nothing(bench: Bench) {
    let look = Heartbeat {
        sign: Sign::Looks,
        ..alive(PAGE)
    };
    assert_eq!(bench.hear(&look).await, Heard::Ended);
    bench.hear(&alive(PAGE)).await;
    bench.watch(TERM - 1).await;
    let seen = bench.hear(&look).await;
    assert!(!matches!(seen, Heard::Ended), "{seen:?}");
    bench.watch(1).await;
    assert_eq!(bench.hear(&look).await, Heard::Ended);
}

async fn a_request_that_was_held_begins_no_lease(bench: Bench) {
    assert_eq!(bench.hear(&held(PAGE)).await, Heard::Ended);
    bench.mint(&request(PAGE, "1"), LIFE).await;
    assert_eq!(bench.hear(&held(PAGE)).await, Heard::Ended);
    assert_eq!(ok(bench.store.stats()).await.leases, 0);
}

async fn a_token_request_without_a_lease_renews_none(bench: Bench) {
    bench.hear(&alive(PAGE)).await;
    bench.almost(TERM).await;
    bench.mint(&request(PAGE, "1"), LIFE).await;
    let lapsed = ok(bench.store.lapse(TERM, 100, &Limits::default())).await;
    assert_eq!((lapsed.sessions, lapsed.due), (1, 1));
}

async fn a_token_request_renews_the_lease(bench: Bench) {
    bench.hear(&alive(PAGE)).await;
    bench.watch(TERM - 1_000).await;
    bench.mint(&leased(PAGE, "1"), LIFE).await;
    bench.watch(TERM - 1).await;
    assert_eq!(ok(bench.store.stats()).await.live, 1);
    bench.watch(1).await;
    let stats = ok(bench.store.stats()).await;
    assert_eq!((stats.live, stats.due, stats.leases), (0, 1, 0));
}

async fn a_lease_that_ended_stays_ended_for_a_request_that_was_held(bench: Bench) {
    bench.mint(&leased(PAGE, "1"), LIFE).await;
    bench.watch(TERM).await;
    assert_eq!(bench.hear(&held(PAGE)).await, Heard::Ended);
    assert_eq!(keys(&bench.claim(&EVERYTHING).await), [key(PAGE, "1")]);
}

async fn a_late_sign_of_life_revives_nothing_and_begins_anew(bench: Bench) {
    bench.mint(&leased(PAGE, "1"), LIFE).await;
    bench.begin(&leased(PAGE, "2")).await;
    bench.hear(&alive(PAGE)).await;
    bench.almost(TERM).await;
    // Nobody has ended it yet.
    assert_eq!(ok(bench.store.stats()).await.leases, 1);
    assert!(renewed(&bench, &alive(PAGE)).await, "another lease");
    let works = bench.claim(&EVERYTHING).await;
    assert_eq!(keys(&works), [key(PAGE, "1")]);
    assert_eq!(works[0].reason, Some(Reason::Lapsed));
    let stats = ok(bench.store.stats()).await;
    assert_eq!((stats.live, stats.leases), (0, 1));
}

async fn a_late_token_request_revives_nothing_and_begins_anew(bench: Bench) {
    bench.mint(&leased(PAGE, "1"), LIFE).await;
    bench.almost(TERM).await;
    bench.mint(&leased(PAGE, "2"), LIFE).await;
    assert_eq!(keys(&bench.claim(&EVERYTHING).await), [key(PAGE, "1")]);
    let stats = ok(bench.store.stats()).await;
    assert_eq!((stats.live, stats.leases), (1, 1));
}

async fn the_same_request_again_is_given_nothing_of_a_lease_that_has_ended(bench: Bench) {
    bench.mint(&leased(PAGE, "1"), LIFE).await;
    bench.almost(TERM).await;
    assert_eq!(bench.begin(&leased(PAGE, "1")).await, Begun::Withdrawn);
    assert_eq!(keys(&bench.claim(&EVERYTHING).await), [key(PAGE, "1")]);
}

async fn a_late_page_life_that_has_nothing_else_keeps_what_it_asks_for(bench: Bench) {
    // Its lease was all that was known of it.
    bench.hear(&alive(PAGE)).await;
    bench.almost(TERM).await;
    assert_eq!(bench.begin(&leased(PAGE, "1")).await, Begun::Begun);
    assert_eq!(bench.admit(&minted(PAGE, "1", LIFE)).await, Admitted::Live);
    assert_eq!(ok(bench.store.stats()).await.leases, 1);
    let withdrawn = bench.withdraw(&pending(PAGE, &["1"])).await;
    assert_eq!(keys(&withdrawn.works), [key(PAGE, "1")]);
}

async fn there_are_so_many_page_lives_of_a_sign_in(bench: Bench) {
    let limits = Limits {
        leases_per_sign_in: 2,
        ..Limits::default()
    };
    let of = |page: &str, owner: Owner| Heartbeat {
        limits,
        owner,
        ..alive(page)
    };
    renewed(&bench, &of("p1", anna(1))).await;
    renewed(&bench, &of("p2", anna(1))).await;
    assert_eq!(bench.hear(&of("p3", anna(1))).await, Heard::Full);
    let begin = Begin {
        limits,
        ..leased("p3", "1")
    };
    assert_eq!(bench.begin(&begin).await, Begun::Full);
    assert_eq!(bench.hear(&of("p3", ben())).await, first());
    renewed(&bench, &of("p4", anna(2))).await;
    // Those that end leave their room.
    bench.watch(TERM).await;
    renewed(&bench, &of("p5", anna(1))).await;
}

fn first() -> Heard {
    Heard::Renewed {
        is_first: true,
        said: String::new(),
        recalls: vec![],
        version: 0,
    }
}

async fn there_are_so_many_page_lives_in_all(bench: Bench) {
    if bench.is_spread() {
        return;
    }
    let of = |page: &str, owner: Owner| Heartbeat {
        limits: Limits {
            records: 2,
            ..Limits::default()
        },
        owner,
        ..alive(page)
    };
    renewed(&bench, &of("p1", anna(1))).await;
    renewed(&bench, &of("p2", anna(2))).await;
    assert_eq!(bench.hear(&of("p3", ben())).await, Heard::Full);
}

async fn a_page_life_that_has_a_lease_is_not_too_many(bench: Bench) {
    let limits = Limits {
        leases_per_sign_in: 1,
        ..Limits::default()
    };
    let heartbeat = Heartbeat {
        limits,
        ..alive(PAGE)
    };
    renewed(&bench, &heartbeat).await;
    renewed(&bench, &heartbeat).await;
    let begin = Begin {
        limits,
        ..leased(PAGE, "1")
    };
    bench.mint(&begin, LIFE).await;
}
