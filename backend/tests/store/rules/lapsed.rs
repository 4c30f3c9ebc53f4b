//! Page lives that fall silent.

use downscope_backend::core::{Admitted, Begun, Heard, Lapsed, Limits, Reason};

use crate::{
    bench::{Bench, each_store, ok},
    words::*,
};

each_store! {
    a_page_life_that_is_silent_for_a_term_ends
    a_page_life_that_was_heard_has_another_term
    what_is_minted_when_a_lease_ends_is_due
    a_page_life_without_a_lease_is_not_missed
    no_more_page_lives_end_at_a_time_than_was_asked_for
    the_first_to_fall_silent_ends_first
    nothing_lapses_for_a_term_after_nobody_has_watched
    nothing_lapses_late_either_after_nobody_has_watched
    who_is_heard_in_the_meantime_lives_on
    word_ends_with_the_lease
    who_watches_in_time_waits_for_nothing
}

async fn lapse(bench: &Bench) -> Lapsed {
    ok(bench.store.lapse(TERM, 100, &Limits::default())).await
}

fn lapsed(sessions: u32, due: u32) -> Lapsed {
    Lapsed {
        sessions,
        due,
        is_waiting: false,
    }
}

const WAITING: Lapsed = Lapsed {
    sessions: 0,
    due: 0,
    is_waiting: true,
};

async fn a_page_life_that_is_silent_for_a_term_ends(bench: Bench) {
    for id in ["1", "2"] {
        bench.mint(&leased(PAGE, id), LIFE).await;
    }
    bench.watch(TERM - 1).await;
    assert_eq!(ok(bench.store.stats()).await.live, 2);
    bench.pass(1);
    assert_eq!(lapse(&bench).await, lapsed(1, 2));
    let works = bench.claim(&EVERYTHING).await;
    assert!(works.iter().all(|one| one.reason == Some(Reason::Lapsed)));
    assert_eq!(works.len(), 2);
    assert_eq!(lapse(&bench).await, lapsed(0, 0));
    assert_eq!(ok(bench.store.stats()).await.leases, 0);
}

async fn a_page_life_that_was_heard_has_another_term(bench: Bench) {
    bench.mint(&leased(PAGE, "1"), LIFE).await;
    bench.watch(TERM - 1).await;
    bench.hear(&alive(PAGE)).await;
    bench.watch(TERM - 1).await;
    assert_eq!(ok(bench.store.stats()).await.live, 1);
    bench.pass(1);
    assert_eq!(lapse(&bench).await, lapsed(1, 1));
}

async fn what_is_minted_when_a_lease_ends_is_due(bench: Bench) {
    bench.hear(&alive(PAGE)).await;
    bench.watch(TERM - 1).await;
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
    bench.pass(1);
    assert_eq!(lapse(&bench).await, lapsed(1, 0));
    assert_eq!(bench.admit(&minted(PAGE, "1", LIFE)).await, Admitted::Due);
    let works = bench.claim(&EVERYTHING).await;
    assert_eq!(works[0].reason, Some(Reason::Lapsed));
}

async fn a_page_life_without_a_lease_is_not_missed(bench: Bench) {
    bench.mint(&request(PAGE, "1"), LIFE).await;
    bench.watch(2 * TERM).await;
    assert_eq!(ok(bench.store.stats()).await.live, 1);
}

async fn no_more_page_lives_end_at_a_time_than_was_asked_for(bench: Bench) {
    for page in ["p1", "p2", "p3"] {
        bench.mint(&leased(page, "1"), LIFE).await;
    }
    bench.almost(TERM).await;
    let limits = Limits::default();
    assert_eq!(ok(bench.store.lapse(TERM, 2, &limits)).await, lapsed(2, 2));
    assert_eq!(ok(bench.other.lapse(TERM, 2, &limits)).await, lapsed(1, 1));
}

async fn the_first_to_fall_silent_ends_first(bench: Bench) {
    for page in ["p2", "p1", "p3"] {
        bench.mint(&leased(page, "1"), LIFE).await;
        bench.pass(1);
    }
    bench.almost(TERM).await;
    ok(bench.store.lapse(TERM, 1, &Limits::default())).await;
    assert_eq!(keys(&bench.claim(&EVERYTHING).await), [key("p2", "1")]);
}

async fn nothing_lapses_for_a_term_after_nobody_has_watched(bench: Bench) {
    bench.mint(&leased(PAGE, "1"), LIFE).await;
    bench.pass(2 * TERM);
    assert_eq!(lapse(&bench).await, WAITING);
    let step = Limits::default().watch_gap;
    for _ in 1..TERM / step {
        bench.pass(step);
        assert_eq!(lapse(&bench).await, WAITING);
    }
    bench.pass(step);
    assert_eq!(lapse(&bench).await, lapsed(1, 1));
}

async fn nothing_lapses_late_either_after_nobody_has_watched(bench: Bench) {
    bench.mint(&leased(PAGE, "1"), LIFE).await;
    bench.hear(&alive(PAGE)).await;
    bench.pass(2 * TERM);
    // The first that is heard since, before anybody has looked.
    let heard = bench.hear(&alive(PAGE)).await;
    assert!(matches!(
        heard,
        Heard::Renewed {
            is_first: false,
            ..
        }
    ));
    assert_eq!(ok(bench.store.stats()).await.live, 1);
    assert_eq!(lapse(&bench).await, WAITING);
}

async fn who_is_heard_in_the_meantime_lives_on(bench: Bench) {
    for page in [PAGE, PAGE_2] {
        bench.mint(&leased(page, "1"), LIFE).await;
    }
    bench.pass(2 * TERM);
    assert_eq!(lapse(&bench).await, WAITING);
    bench.watch(TERM - 1).await;
    bench.hear(&alive(PAGE_2)).await;
    bench.pass(1);
    assert_eq!(lapse(&bench).await, lapsed(1, 1));
    assert_eq!(keys(&bench.claim(&EVERYTHING).await), [key(PAGE, "1")]);
}

async fn word_ends_with_the_lease(bench: Bench) {
    use downscope_backend::core::{Recall, RecallScope};
    bench.hear(&alive(PAGE)).await;
    bench.recall(&recall(RecallScope::All, Recall::Stop)).await;
    bench.watch(TERM).await;
    let heard = bench.hear(&alive(PAGE)).await;
    assert!(
        matches!(&heard, Heard::Renewed { is_first: true, recalls, version: 0, .. } if recalls.is_empty()),
        "{heard:?}"
    );
}

async fn who_watches_in_time_waits_for_nothing(bench: Bench) {
    for _ in 0..20 {
        bench.pass(Limits::default().watch_gap);
        assert_eq!(lapse(&bench).await, lapsed(0, 0));
    }
    bench.pass(Limits::default().watch_gap + 1);
    assert_eq!(lapse(&bench).await, WAITING);
}
