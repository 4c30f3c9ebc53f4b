//! Those who hold the old string can go on with it for a while.

use downscope::core::{Millis, Output, Reason, RevokeOutcome, Want};

use crate::scenario::Scenario;
use crate::support::{ANY, hours, minutes};

const FORCE: Want = Want { force: true, ..ANY };

#[test]
fn a_refresh_revokes_nothing() {
    let mut page = Scenario::new();
    let (grant, old) = page.held("a");
    page.pass_until_request(grant);
    page.answer(grant, hours(1));
    assert_eq!(page.revokes(), []);
    assert!(page.holds(old));
}

#[test]
fn a_superseded_token_that_dies_by_itself_is_dropped_and_not_revoked() {
    let mut page = Scenario::new();
    let (grant, old) = page.held("a");
    page.pass_until_request(grant);
    page.answer(grant, hours(1));
    page.pass(minutes(44));
    assert!(page.said().contains(&Output::Forget(old)));
    assert_eq!(page.revokes(), []);
}

#[test]
fn superseded_tokens_are_kept_until_the_next_margin() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask(grant);
    let old = page.answer(grant, hours(24));
    page.ask_for(grant, FORCE);
    let new = page.answer(grant, hours(1));
    page.pass(minutes(55) - Millis(1));
    assert!(page.holds(old));
    assert_eq!(page.revokes(), []);
    page.pass(Millis(1));
    assert_eq!(page.revokes()[0].tokens, [old]);
    assert_eq!(page.revokes()[0].reason, Reason::Expired);
    page.answer_revokes(RevokeOutcome::Confirmed);
    assert!(!page.holds(old));
    assert!(page.holds(new), "until it is dead, five minutes later");
}

#[test]
fn at_most_four_superseded_tokens_are_kept() {
    let mut page = Scenario::new();
    let (grant, first) = page.held("a");
    for _ in 0..4 {
        page.ask_for(grant, FORCE);
        page.answer(grant, hours(1));
    }
    assert_eq!(page.revokes(), []);
    page.ask_for(grant, FORCE);
    page.answer(grant, hours(1));
    assert_eq!(page.revokes()[0].tokens, [first]);
    assert_eq!(page.revokes()[0].reason, Reason::Evicted);
}

#[test]
fn closing_revokes_superseded_tokens_too() {
    let mut page = Scenario::new();
    let (grant, old) = page.held("a");
    page.ask_for(grant, FORCE);
    let new = page.answer(grant, hours(1));
    page.close();
    assert_eq!(page.revokes()[0].tokens, [old, new]);
}
