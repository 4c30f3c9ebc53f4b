//! Page lives that pass from one sign-in to the next.

use downscope_backend::core::{
    Admitted, Begin, Begun, Heard, Heartbeat, Owner, Reason, Recall, RecallScope,
};

use crate::{
    bench::{Bench, each_store, ok},
    words::*,
};

each_store! {
    a_page_life_belongs_to_whom_it_was_first_heard_of_with
    who_may_not_have_it_changes_nothing
    who_takes_a_page_life_over_makes_due_what_was_the_formers
    who_takes_a_page_life_over_is_given_nothing_of_the_formers
    what_was_being_minted_for_the_former_is_due
    a_page_that_passes_on_is_told_to_drop_everything
    a_page_life_is_found_by_its_new_owner_and_not_by_the_former
    a_lease_that_passes_on_counts_for_its_new_owner
    a_request_takes_a_page_life_over_as_a_sign_of_life_does
    the_same_sign_in_under_another_name_keeps_the_page_life
}

fn by(owner: Owner, takes_over: bool) -> Heartbeat {
    Heartbeat {
        owner,
        takes_over,
        ..alive(PAGE)
    }
}

fn for_(owner: Owner, takes_over: bool) -> Begin {
    Begin {
        owner,
        takes_over,
        ..leased(PAGE, "2")
    }
}

async fn a_page_life_belongs_to_whom_it_was_first_heard_of_with(bench: Bench) {
    bench.mint(&leased(PAGE, "1"), LIFE).await;
    let owner = anna(1);
    assert_eq!(
        bench.begin(&for_(ben(), false)).await,
        Begun::NotYours {
            owner: owner.clone()
        }
    );
    assert_eq!(
        bench.begin(&for_(anna(2), false)).await,
        Begun::NotYours {
            owner: owner.clone()
        }
    );
    assert_eq!(
        bench.hear(&by(anna(2), false)).await,
        Heard::NotYours { owner }
    );
}

async fn who_may_not_have_it_changes_nothing(bench: Bench) {
    bench.mint(&leased(PAGE, "1"), LIFE).await;
    bench.almost(TERM).await;
    bench.hear(&by(ben(), false)).await;
    bench.begin(&for_(ben(), false)).await;
    // Its lease is over, and Anna's page has not been heard by it.
    assert_eq!(ok(bench.store.stats()).await.live, 1);
    let heard = bench.hear(&alive(PAGE)).await;
    assert!(matches!(heard, Heard::Renewed { is_first: true, .. }));
    assert_eq!(ok(bench.store.stats()).await.live, 0);
}

async fn who_takes_a_page_life_over_makes_due_what_was_the_formers(bench: Bench) {
    bench.mint(&leased(PAGE, "1"), LIFE).await;
    bench.hear(&by(anna(2), true)).await;
    let works = bench.claim(&EVERYTHING).await;
    assert_eq!(keys(&works), [key(PAGE, "1")]);
    assert_eq!(works[0].reason, Some(Reason::Logout));
    assert_eq!(works[0].owner, Some(anna(1)), "whose it was");
    assert_eq!(bench.begin(&for_(anna(2), false)).await, Begun::Begun);
    let former = bench.hear(&alive(PAGE)).await;
    assert_eq!(former, Heard::NotYours { owner: anna(2) });
}

async fn who_takes_a_page_life_over_is_given_nothing_of_the_formers(bench: Bench) {
    bench.mint(&leased(PAGE, "2"), LIFE).await;
    let same = for_(anna(2), true);
    assert_eq!(bench.begin(&same).await, Begun::Withdrawn);
    assert_eq!(keys(&bench.claim(&EVERYTHING).await), [key(PAGE, "2")]);
    assert_eq!(
        bench.hear(&alive(PAGE)).await,
        Heard::NotYours { owner: anna(2) }
    );
}

async fn what_was_being_minted_for_the_former_is_due(bench: Bench) {
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
    bench.hear(&by(ben(), true)).await;
    assert_eq!(bench.admit(&minted(PAGE, "1", LIFE)).await, Admitted::Due);
}

async fn a_page_that_passes_on_is_told_to_drop_everything(bench: Bench) {
    bench.hear(&alive(PAGE)).await;
    bench.recall(&recall(RecallScope::All, Recall::Stop)).await;
    let (number, _) = ok(bench.store.told_since(0)).await;
    let heard = bench.hear(&by(anna(2), true)).await;
    let passed = Heard::Renewed {
        is_first: false,
        said: String::new(),
        recalls: vec![text(&Recall::All)],
        version: 2,
    };
    assert_eq!(heard, passed, "and not what the former was to be told");
    assert_eq!(ok(bench.store.told_since(number)).await.1, [PAGE]);
}

async fn a_page_life_is_found_by_its_new_owner_and_not_by_the_former(bench: Bench) {
    bench.mint(&leased(PAGE, "1"), LIFE).await;
    bench.mint(&for_(ben(), true), LIFE).await;
    let of = |user: &str| recall(RecallScope::User(user.to_owned()), Recall::All);
    assert_eq!(bench.recall(&of("anna")).await, 0);
    assert_eq!(bench.recall(&of("ben")).await, 1);
    let of = |sign_in: &str| recall(RecallScope::SignIn(sign_in.to_owned()), Recall::All);
    let (number, _) = ok(bench.store.told_since(0)).await;
    bench.recall(&of("anna-1")).await;
    assert!(ok(bench.store.told_since(number)).await.1.is_empty());
    bench.recall(&of("ben-1")).await;
    assert_eq!(ok(bench.store.told_since(number)).await.1, [PAGE]);
}

async fn a_lease_that_passes_on_counts_for_its_new_owner(bench: Bench) {
    if bench.is_spread() {
        return;
    }
    use downscope_backend::core::Limits;
    let limits = Limits {
        leases_per_sign_in: 1,
        ..Limits::default()
    };
    let of = |page: &str, owner: Owner| Heartbeat {
        session: page.to_owned(),
        limits,
        ..by(owner, true)
    };
    let is_full = async |heartbeat| bench.hear(&heartbeat).await == Heard::Full;
    assert!(!is_full(of(PAGE, anna(1))).await);
    assert!(is_full(of(PAGE_2, anna(1))).await);
    assert!(!is_full(of(PAGE, ben())).await);
    assert!(!is_full(of(PAGE_2, anna(1))).await);
    assert!(is_full(of("another", ben())).await);
    bench.watch(TERM).await;
    assert!(!is_full(of("another", ben())).await);
}

async fn a_request_takes_a_page_life_over_as_a_sign_of_life_does(bench: Bench) {
    bench.mint(&leased(PAGE, "1"), LIFE).await;
    bench.mint(&for_(anna(2), true), LIFE).await;
    let works = bench.claim(&EVERYTHING).await;
    assert_eq!(keys(&works), [key(PAGE, "1")]);
    let heard = bench.hear(&by(anna(2), false)).await;
    let Heard::Renewed { recalls, .. } = heard else {
        panic!("not renewed: {heard:?}");
    };
    assert_eq!(recalls, [text(&Recall::All)]);
}

async fn the_same_sign_in_under_another_name_keeps_the_page_life(bench: Bench) {
    // An account was renamed, say. It is found by the name that it has now.
    bench.mint(&leased(PAGE, "1"), LIFE).await;
    let renamed = Owner {
        user: "anne".to_owned(),
        ..anna(1)
    };
    let heard = bench.hear(&by(renamed, false)).await;
    assert!(matches!(heard, Heard::Renewed { .. }), "{heard:?}");
    assert_eq!(ok(bench.store.stats()).await.live, 1);
    let of = |user: &str| recall(RecallScope::User(user.to_owned()), Recall::All);
    assert_eq!(bench.recall(&of("anna")).await, 0);
    assert_eq!(bench.recall(&of("anne")).await, 1);
}
