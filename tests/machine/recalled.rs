//! What the backend wants back, it gets.

use downscope::core::{
    Code, Config, Failure, Generation, Input, Notice, Page as Event, Reason, Recall, RevokeOutcome,
    Status, Want,
};

use crate::scenario::{INTO_CACHE, LEASING, Scenario, renew_after, status};
use crate::support::{ANY, hours, issued, minutes, seconds};

fn leased() -> Scenario {
    Scenario::at(LEASING)
}

#[test]
fn who_waits_in_an_outage_is_told_why_nothing_comes() {
    let mut page = Scenario::at(LEASING);
    let grant = page.grant("a");
    page.ask(grant);
    page.fail(grant, Failure::Network);
    page.take(Input::Recalled(Recall::All));
    assert_eq!(
        page.notices(grant).last(),
        Some(&Notice::Revoked(Reason::Recalled))
    );
}

#[test]
fn all_of_it_is_dropped_and_revoked_once_more() {
    let mut page = leased();
    let (grant, token) = page.held("a");
    let waited_for = page.grant("b");
    let caller = page.ask(waited_for);
    let flight = page.flight(waited_for);
    page.recall(Recall::All);
    assert_eq!(page.peek(grant), None);
    assert_eq!(page.error(caller).code, Code::Revoked);
    let last = page.last_revoke();
    assert_eq!(last.reason, Reason::Recalled);
    assert_eq!((last.tokens, last.pending), (vec![token], vec![flight]));
    let told = page.notices(grant);
    assert_eq!(told.last(), Some(&Notice::Revoked(Reason::Recalled)));
}

#[test]
fn what_was_recalled_can_be_asked_for_again_and_is_not_by_itself() {
    let mut page = leased();
    let (grant, _) = page.held("a");
    page.recall(Recall::All);
    page.pass(minutes(10));
    page.event(Event::Hidden);
    page.event(Event::Visible);
    assert_eq!(page.requests(), 1);
    page.ask(grant);
    assert_eq!(page.requests(), 2);
}

#[test]
fn one_token_that_is_recalled_leaves_the_others_alone() {
    let mut page = leased();
    let (grant, token) = page.held("a");
    let (other, kept) = page.held("b");
    page.recall(Recall::Token(token));
    assert_eq!(page.peek(grant), None);
    assert_eq!(page.peek(other), Some(kept));
    let last = page.last_revoke();
    assert_eq!((last.tokens, last.reason), (vec![token], Reason::Recalled));
    assert_eq!(page.requests(), 2, "nobody waits");
    let told = page.notices(grant);
    assert_eq!(told.last(), Some(&Notice::Revoked(Reason::Recalled)));
}

#[test]
fn a_superseded_token_that_is_recalled_leaves_the_current_one() {
    let mut page = leased();
    let (grant, superseded) = page.held("a");
    page.ask_for(grant, Want { force: true, ..ANY });
    let current = page.answer(grant, hours(1));
    page.recall(Recall::Token(superseded));
    assert_eq!(page.peek(grant), Some(current));
    assert_eq!(page.last_revoke().tokens, [superseded]);
    page.answer_revokes(RevokeOutcome::Confirmed);
    assert!(!page.holds(superseded) && page.holds(current));
}

#[test]
fn a_request_that_is_recalled_is_made_again_for_who_waits() {
    let mut page = leased();
    let grant = page.grant("a");
    let caller = page.ask(grant);
    let flight = page.flight(grant);
    page.recall(Recall::Token(flight));
    assert_eq!(page.last_revoke().pending, [flight]);
    assert_ne!(page.flight(grant), flight);
    page.answer_to(grant, flight, Ok(issued(hours(1))));
    assert_eq!(
        page.outcome(caller),
        None,
        "what was recalled serves nobody"
    );
    let fresh = page.answer(grant, hours(1));
    assert_eq!(page.token(caller), Some(fresh));
}

#[test]
fn a_refresh_that_is_recalled_leaves_the_token_that_is_held() {
    let mut page = leased();
    let (grant, token) = page.held("a");
    page.lease_fail(status(404));
    page.ask_for(grant, Want { force: true, ..ANY });
    let flight = page.flight(grant);
    page.recall(Recall::Token(flight));
    assert_eq!(page.last_revoke().pending, [flight]);
    assert_eq!(page.last_revoke().tokens, []);
    assert_eq!(page.peek(grant), Some(token));
}

#[test]
fn a_token_that_was_never_here_or_is_gone_already_changes_nothing() {
    let mut page = leased();
    let (grant, token) = page.held("a");
    page.recall(Recall::Token(Generation(1_000)));
    assert_eq!(page.said(), []);
    page.revoke(grant);
    page.recall(Recall::Token(token));
    assert_eq!(page.said(), []);
}

#[test]
fn a_page_that_is_told_to_stop_drops_everything_and_asks_for_nothing() {
    let mut page = leased();
    let (grant, token) = page.held("a");
    page.lease_answer(renew_after(seconds(5)));
    page.recall(Recall::Stop);
    assert_eq!(page.last_revoke().tokens, [token]);
    assert_eq!(page.state(grant).status, Status::Stopped);
    let new = page.grant("b");
    for grant in [grant, new] {
        let caller = page.ask(grant);
        assert_eq!(page.error(caller).code, Code::Stopped);
    }
    page.event(Event::Online);
    page.event(Event::Hidden);
    page.event(Event::Visible);
    page.pass(hours(1));
    assert_eq!((page.requests(), page.lease_requests()), (1, 1));
}

#[test]
fn whoever_waits_when_the_page_is_told_to_stop_is_told_so() {
    let mut page = leased();
    let grant = page.grant("a");
    let caller = page.ask(grant);
    let flight = page.flight(grant);
    page.recall(Recall::Stop);
    assert!(page.outcome(caller).is_some());
    page.answer_to(grant, flight, Ok(issued(hours(1))));
    assert_eq!(page.last_revoke().tokens, [flight], "minted all the same");
    let caller = page.ask(grant);
    assert_eq!(page.error(caller).code, Code::Stopped);
}

#[test]
fn the_app_lets_a_page_that_was_told_to_stop_go_on() {
    let mut page = leased();
    let (grant, _) = page.held("a");
    page.recall(Recall::Stop);
    let new = page.grant("b");
    page.take(Input::Resume);
    for (grant, scope) in [(grant, "a"), (new, "b"), (page.grant("c"), "c")] {
        page.ask(grant);
        let token = page.answer(grant, hours(1));
        assert_eq!(page.peek(grant), Some(token), "{scope}");
    }
}

#[test]
fn a_new_page_life_may_ask_again_after_a_stop() {
    let mut page = leased();
    let (grant, _) = page.held("a");
    page.recall(Recall::Stop);
    page.event(INTO_CACHE);
    page.event(Event::Shown);
    page.ask(grant);
    let token = page.answer(grant, hours(1));
    assert_eq!(page.peek(grant), Some(token));
    let new = page.grant("b");
    page.ask(new);
    page.answer(new, hours(1));
}

#[test]
fn a_stop_holds_through_a_change_of_tab() {
    let config = Config {
        revoke_when_hidden: true,
        ..Config::default()
    };
    let mut page = Scenario::of(config, LEASING, 1);
    let (grant, _) = page.held("a");
    page.recall(Recall::Stop);
    page.event(Event::Hidden);
    page.event(Event::Visible);
    let caller = page.ask(grant);
    assert_eq!(page.error(caller).code, Code::Stopped);
    assert_eq!(page.requests(), 1);
}
