//! What is said to a page life.

use downscope_backend::core::{Heard, Recall, RecallScope, Say};

use crate::{
    bench::{Bench, each_store, ok},
    words::*,
};

each_store! {
    what_is_said_takes_the_place_of_what_was
    what_is_said_in_another_state_is_not_noted
    what_was_recalled_meanwhile_is_not_taken_in
    nothing_is_said_to_a_page_life_without_a_lease
    what_is_said_lasts_from_one_term_to_the_next
}

fn say(version: u64, said: &str, recalls: u32) -> Say {
    Say {
        session: PAGE.to_owned(),
        version,
        said: said.to_owned(),
        recalls,
    }
}

fn heard(said: &str, recalls: &[Recall], version: u64) -> Heard {
    Heard::Renewed {
        is_first: false,
        said: said.to_owned(),
        recalls: recalls.iter().map(text).collect(),
        version,
    }
}

async fn recalled(bench: &Bench, what: Recall) {
    bench.hear(&alive(PAGE)).await;
    let scope = RecallScope::Session(PAGE.to_owned());
    bench.recall(&recall(scope, what)).await;
}

async fn what_is_said_takes_the_place_of_what_was(bench: Bench) {
    recalled(&bench, Recall::All).await;
    assert_eq!(bench.hear(&alive(PAGE)).await, heard("", &[Recall::All], 1));
    assert!(ok(bench.other.say(&say(1, "one", 1))).await);
    assert_eq!(bench.hear(&alive(PAGE)).await, heard("one", &[], 2));
    assert!(ok(bench.store.say(&say(2, "", 0))).await);
    assert_eq!(bench.hear(&alive(PAGE)).await, heard("", &[], 3));
}

async fn what_is_said_in_another_state_is_not_noted(bench: Bench) {
    recalled(&bench, Recall::All).await;
    assert!(!ok(bench.store.say(&say(0, "one", 1))).await);
    assert!(!ok(bench.store.say(&say(2, "one", 1))).await);
    assert!(ok(bench.store.say(&say(1, "one", 1))).await);
    assert!(!ok(bench.other.say(&say(1, "two", 1))).await, "once");
    assert_eq!(bench.hear(&alive(PAGE)).await, heard("one", &[], 2));
}

async fn what_was_recalled_meanwhile_is_not_taken_in(bench: Bench) {
    recalled(&bench, Recall::All).await;
    recalled(&bench, Recall::Stop).await;
    // Its version is that of both, and it takes in the first alone.
    assert!(ok(bench.store.say(&say(2, "one", 1))).await);
    let stop = [Recall::Stop];
    assert_eq!(bench.hear(&alive(PAGE)).await, heard("one", &stop, 3));
    assert!(ok(bench.store.say(&say(3, "two", 9))).await);
    assert_eq!(bench.hear(&alive(PAGE)).await, heard("two", &[], 4));
}

async fn nothing_is_said_to_a_page_life_without_a_lease(bench: Bench) {
    assert!(!ok(bench.store.say(&say(0, "one", 0))).await);
    bench.mint(&request(PAGE, "1"), LIFE).await;
    assert!(!ok(bench.store.say(&say(0, "one", 0))).await);
}

async fn what_is_said_lasts_from_one_term_to_the_next(bench: Bench) {
    bench.hear(&alive(PAGE)).await;
    assert!(ok(bench.store.say(&say(0, "{\"word\":\"ä\"}", 0))).await);
    for _ in 0..3 {
        bench.watch(TERM - 1).await;
        let renewed = heard("{\"word\":\"ä\"}", &[], 1);
        assert_eq!(bench.hear(&alive(PAGE)).await, renewed);
    }
}
