//! What is taken back from page lives, sign-ins, users and everybody.

use downscope_backend::core::{
    Admitted, Begin, Begun, Heard, Limits, Owner, Reason, Recall, RecallOp, RecallScope,
};

use crate::{
    bench::{Bench, each_store, ok},
    words::*,
};

each_store! {
    a_recall_makes_due_what_it_is_about
    a_recall_of_a_sign_in_is_about_its_page_lives
    a_recall_of_a_user_is_about_all_of_their_sign_ins
    a_recall_of_everybody_is_about_everybody
    a_recall_of_requests_leaves_the_others
    a_recall_of_nobody_is_about_nothing
    what_is_being_minted_is_recalled_too
    what_is_dead_is_not_recalled
    a_page_life_may_mint_again_after_a_recall
    word_is_left_for_page_lives_that_keep_a_lease
    each_recall_is_a_word_of_its_own
    an_instance_hears_for_whom_word_was_left
    a_page_life_is_its_owners_while_there_is_anything_of_it
}

/// Anna at two sign-ins, one of them with two page lives, and Ben; a token each.
async fn people(bench: &Bench) {
    let of = |page: &str, owner: Owner| Begin {
        owner,
        ..request(page, "1")
    };
    for (page, owner) in [("a1", anna(1)), ("a1-too", anna(1)), ("a2", anna(2))] {
        bench.mint(&of(page, owner), LIFE).await;
    }
    bench.mint(&of("b", ben()), LIFE).await;
}

/// Recalls from `people`, and says whom it met.
async fn met(bench: &Bench, scope: RecallScope) -> Vec<String> {
    people(bench).await;
    let due = bench.recall(&recall(scope, Recall::All)).await;
    let works = bench.claim(&EVERYTHING).await;
    assert_eq!(usize::try_from(due), Ok(works.len()));
    assert!(works.iter().all(|one| one.reason == Some(Reason::Recalled)));
    let mut met: Vec<_> = works.into_iter().filter_map(|one| one.session).collect();
    met.sort();
    met
}

async fn a_recall_makes_due_what_it_is_about(bench: Bench) {
    let scope = RecallScope::Session("a1-too".to_owned());
    assert_eq!(met(&bench, scope).await, ["a1-too"]);
}

async fn a_recall_of_a_sign_in_is_about_its_page_lives(bench: Bench) {
    let scope = RecallScope::SignIn("anna-1".to_owned());
    assert_eq!(met(&bench, scope).await, ["a1", "a1-too"]);
}

async fn a_recall_of_a_user_is_about_all_of_their_sign_ins(bench: Bench) {
    let scope = RecallScope::User("anna".to_owned());
    assert_eq!(met(&bench, scope).await, ["a1", "a1-too", "a2"]);
}

async fn a_recall_of_everybody_is_about_everybody(bench: Bench) {
    assert_eq!(
        met(&bench, RecallScope::All).await,
        ["a1", "a1-too", "a2", "b"]
    );
}

async fn a_recall_of_requests_leaves_the_others(bench: Bench) {
    for id in ["1", "2", "3"] {
        bench.mint(&leased(PAGE, id), LIFE).await;
    }
    let ids = ["1", "3", "9"].map(str::to_owned);
    let some = Recall::Requests(ids.into());
    let scope = RecallScope::Session(PAGE.to_owned());
    assert_eq!(bench.recall(&recall(scope, some.clone())).await, 2);
    let works = bench.claim(&EVERYTHING).await;
    assert_eq!(keys(&works), ["1", "3"].map(|id| key(PAGE, id)));
    assert_eq!(words(&bench, PAGE).await, [text(&some)]);
}

async fn a_recall_of_nobody_is_about_nothing(bench: Bench) {
    people(&bench).await;
    for scope in [
        RecallScope::Session("nobody".to_owned()),
        RecallScope::SignIn("anna".to_owned()),
        RecallScope::User("anna-1".to_owned()),
    ] {
        assert_eq!(bench.recall(&recall(scope, Recall::All)).await, 0);
    }
    assert_eq!(ok(bench.store.stats()).await.live, 4);
}

async fn what_is_being_minted_is_recalled_too(bench: Bench) {
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Begun);
    let op = recall(RecallScope::User("anna".to_owned()), Recall::All);
    assert_eq!(bench.recall(&op).await, 0, "it is not out yet");
    assert_eq!(bench.admit(&minted(PAGE, "1", LIFE)).await, Admitted::Due);
    let works = bench.claim(&EVERYTHING).await;
    assert_eq!(works[0].reason, Some(Reason::Recalled));
}

async fn what_is_dead_is_not_recalled(bench: Bench) {
    bench.mint(&request(PAGE, "1"), LIFE).await;
    bench.mint(&request(PAGE, "2"), LIFE).await;
    let works = bench.withdraw(&pending(PAGE, &["1"])).await.works;
    bench.done(&works).await;
    assert_eq!(
        bench.recall(&recall(RecallScope::All, Recall::All)).await,
        1
    );
    assert_eq!(
        bench.recall(&recall(RecallScope::All, Recall::All)).await,
        0
    );
    assert_eq!(ok(bench.store.stats()).await.due, 1);
}

async fn a_page_life_may_mint_again_after_a_recall(bench: Bench) {
    // Whom it is to refuse, the backend refuses at the token endpoint.
    bench.mint(&request(PAGE, "1"), LIFE).await;
    bench.recall(&recall(RecallScope::All, Recall::Stop)).await;
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Withdrawn);
    bench.mint(&request(PAGE, "2"), LIFE).await;
}

/// What a page life hears that was recalled.
async fn words(bench: &Bench, page: &str) -> Vec<String> {
    let heard = bench.hear(&alive(page)).await;
    let Heard::Renewed { recalls, .. } = heard else {
        panic!("not renewed: {heard:?}");
    };
    recalls
}

async fn word_is_left_for_page_lives_that_keep_a_lease(bench: Bench) {
    bench.mint(&leased(PAGE, "1"), LIFE).await;
    bench.mint(&request(PAGE_2, "1"), LIFE).await;
    let op = recall(RecallScope::User("anna".to_owned()), Recall::Stop);
    assert_eq!(bench.recall(&op).await, 2);
    assert_eq!(ok(bench.store.told_since(0)).await.1, [PAGE]);
    assert_eq!(words(&bench, PAGE).await, [text(&Recall::Stop)]);
    assert!(words(&bench, PAGE_2).await.is_empty(), "nobody listened");
}

async fn each_recall_is_a_word_of_its_own(bench: Bench) {
    bench.hear(&alive(PAGE)).await;
    for what in [Recall::All, Recall::Stop, Recall::All] {
        bench.recall(&recall(RecallScope::All, what)).await;
    }
    let all = [Recall::All, Recall::Stop, Recall::All].map(|one| text(&one));
    assert_eq!(words(&bench, PAGE).await, all);
    assert_eq!(words(&bench, PAGE).await, all, "until it is said");
}

async fn an_instance_hears_for_whom_word_was_left(bench: Bench) {
    if bench.is_spread() {
        return;
    }
    for page in [PAGE, PAGE_2] {
        bench.hear(&alive(page)).await;
    }
    let of = |page: &str| RecallOp {
        scope: RecallScope::Session(page.to_owned()),
        ..recall(RecallScope::All, Recall::All)
    };
    let (start, _) = ok(bench.store.told_since(0)).await;
    bench.recall(&of(PAGE)).await;
    let (next, told) = ok(bench.other.told_since(start)).await;
    assert_eq!(told, [PAGE]);
    assert_eq!(ok(bench.other.told_since(next)).await, (next, vec![]));
    bench.recall(&of(PAGE_2)).await;
    bench.recall(&of(PAGE)).await;
    let (last, told) = ok(bench.other.told_since(next)).await;
    assert_eq!(told, [PAGE_2, PAGE]);
    assert_eq!(ok(bench.store.told_since(last)).await.1.len(), 0);
    // A number of before the store was lost.
    assert_eq!(ok(bench.store.told_since(u64::MAX)).await, (last, vec![]));
}

async fn a_page_life_is_its_owners_while_there_is_anything_of_it(bench: Bench) {
    let minting = Limits::default().minting;
    let op = recall(RecallScope::User("anna".to_owned()), Recall::All);
    bench.mint(&request(PAGE, "1"), LIFE).await;
    bench.pass(LIFE - minting);
    bench.mint(&request(PAGE, "2"), LIFE).await;
    bench.pass(minting);
    assert_eq!(bench.recall(&op).await, 1);
    // Then it may be anybody's.
    bench.pass(LIFE);
    let bens = Begin {
        owner: ben(),
        ..request(PAGE, "3")
    };
    bench.mint(&bens, LIFE).await;
    assert_eq!(bench.recall(&op).await, 0);
    let op = recall(RecallScope::User("ben".to_owned()), Recall::All);
    assert_eq!(bench.recall(&op).await, 1);
}
