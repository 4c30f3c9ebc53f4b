//! Where a page that can no longer be seen counts as one that may be gone.

use downscope::core::{
    Code, Config, GrantId, Input, Millis, Notice, Output, Page as Event, Reason, RevokeOutcome,
    Scope, Sending, Status, Want,
};

use crate::scenario::{INTO_CACHE, LEASING, Scenario, UNLOAD, busy, renew_after};
use crate::support::{ANY, hours, issued, minutes, seconds};

fn page() -> Scenario {
    Scenario::with(Config {
        revoke_when_hidden: true,
        ..Config::default()
    })
}

fn with_lease() -> Scenario {
    let config = Config {
        revoke_when_hidden: true,
        ..Config::default()
    };
    Scenario::of(config, LEASING, 1)
}

fn hide_and_show(page: &mut Scenario) {
    page.event(Event::Hidden);
    page.event(Event::Visible);
}

#[test]
fn hiding_sends_one_revoke_first_of_all_and_begins_another_session() {
    let mut page = page();
    let (grant, superseded) = page.held("a");
    page.ask_for(grant, Want { force: true, ..ANY });
    let current = page.answer(grant, hours(1));
    let waited_for = page.grant("b");
    page.ask(waited_for);
    let flight = page.flight(waited_for);
    page.event(Event::Hidden);
    assert!(matches!(page.said()[0], Output::Revoke { .. }));
    assert_eq!(page.revokes().len(), 1);
    let last = page.last_revoke();
    assert_eq!(last.tokens, [superseded, current]);
    assert_eq!(last.pending, [flight]);
    assert_eq!(last.reason, Reason::Hidden);
    assert_eq!(last.sending, Sending::Unload);
    assert_eq!(page.page.shell.sessions, 2);
    assert_eq!(page.peek(grant), None);
    let told = page.notices(grant);
    assert_eq!(told.last(), Some(&Notice::Revoked(Reason::Hidden)));
}

#[test]
fn the_revoke_is_on_its_way_before_an_aborted_request_or_a_listener_runs() {
    let mut page = page();
    page.held("a");
    let grant = page.grant("b");
    page.ask(grant);
    page.event(Event::Hidden);
    let place = |what: fn(&Output) -> bool| page.said().iter().position(what);
    let revoke = place(|one| matches!(one, Output::Revoke { .. }));
    let abort = place(|one| matches!(one, Output::AbortRequest(_)));
    let renew = place(|one| matches!(one, Output::RenewSession));
    let notice = place(|one| matches!(one, Output::Notify(..)));
    assert!(revoke < abort && abort < renew && renew < notice);
}

#[test]
fn a_revoke_that_is_not_confirmed_goes_along_once_more() {
    let mut page = page();
    let (grant, unconfirmed) = page.held("a");
    let caller = page.revoke(grant);
    page.event(Event::Hidden);
    assert_eq!(page.last_revoke().tokens, [unconfirmed]);
    let answer = page.revoked(caller).map(|one| one.confirmed);
    assert_eq!(answer, Some(false));
}

#[test]
fn a_hidden_page_asks_for_nothing_however_much_is_wanted() {
    let mut page = with_lease();
    let (grant, _) = page.held("a");
    page.event(Event::Hidden);
    let caller = page.ask(grant);
    let other = page.grant("b");
    page.ask(other);
    page.event(Event::Online);
    page.take(Input::Resume);
    page.pass(seconds(29));
    assert_eq!((page.requests(), page.lease_requests()), (1, 1));
    assert_eq!(page.outcome(caller), None);
}

#[test]
fn who_waits_while_the_page_is_hidden_is_served_once_it_is_seen() {
    let mut page = page();
    let grant = page.grant("a");
    let before = page.ask(grant);
    page.event(Event::Hidden);
    let meanwhile = page.ask(grant);
    page.pass(seconds(10));
    page.event(Event::Visible);
    assert_eq!(page.requests(), 2);
    let token = page.answer(grant, hours(1));
    assert_eq!(page.token(before), Some(token));
    assert_eq!(page.token(meanwhile), Some(token));
}

#[test]
fn who_waits_while_the_page_is_hidden_does_not_wait_for_ever() {
    let mut page = page();
    let (grant, _) = page.held("a");
    page.event(Event::Hidden);
    let caller = page.ask(grant);
    page.pass(seconds(30) - Millis(1));
    assert_eq!(page.outcome(caller), None);
    page.pass(Millis(1));
    assert_eq!(page.error(caller).code, Code::Timeout);
    assert_eq!(page.timer(), None);
}

#[test]
fn a_back_off_that_ends_while_the_page_is_hidden_wakes_nobody() {
    let mut page = page();
    let grant = page.grant("a");
    let caller = page.ask(grant);
    page.fail(grant, busy(seconds(5)));
    page.event(Event::Hidden);
    page.pass(seconds(6));
    assert_eq!(page.requests(), 1);
    page.event(Event::Visible);
    let token = page.answer(grant, hours(1));
    assert_eq!(page.token(caller), Some(token));
}

#[test]
fn what_was_in_use_is_asked_for_again_once_the_page_is_seen() {
    let mut page = page();
    let (grant, _) = page.held("a");
    let idle = page.grant("b");
    page.event(Event::Hidden);
    page.pass(hours(1));
    page.event(Event::Visible);
    assert_eq!(page.state(grant).status, Status::Fetching);
    assert_eq!(page.state(idle).status, Status::Empty);
    page.answer(grant, hours(1));
    hide_and_show(&mut page);
    assert_eq!(page.requests(), 2, "nobody has used it since");
}

#[test]
fn what_was_in_use_is_asked_for_once_and_not_each_time_the_page_is_seen() {
    let mut page = page();
    let (grant, _) = page.held("a");
    hide_and_show(&mut page);
    assert_eq!(page.state(grant).status, Status::Fetching);
    hide_and_show(&mut page);
    assert_eq!(page.requests(), 2, "nobody waits for it");
}

#[test]
fn what_was_in_use_is_asked_for_again_after_a_trip_into_the_cache_too() {
    let mut page = page();
    let (grant, _) = page.held("a");
    page.event(Event::Hidden);
    page.event(INTO_CACHE);
    page.event(Event::Shown);
    assert_eq!(page.requests(), 1, "it cannot be seen yet");
    page.event(Event::Visible);
    assert_eq!(page.state(grant).status, Status::Fetching);
}

#[test]
fn what_was_in_use_is_asked_for_after_its_back_off() {
    let mut page = page();
    let (grant, _) = page.held("a");
    page.ask_for(grant, Want { force: true, ..ANY });
    page.fail(grant, busy(minutes(1)));
    hide_and_show(&mut page);
    assert_eq!(page.requests(), 2, "the back-off lasts");
    page.pass(minutes(2));
    page.event(Event::Visible);
    assert_eq!(page.requests(), 3);
}

/// A grant whose token the app has given back.
fn given_back(page: &mut Scenario, give_back: impl Fn(&mut Scenario, GrantId)) -> GrantId {
    let (grant, _) = page.held("a");
    give_back(page, grant);
    page.answer_revokes(RevokeOutcome::Confirmed);
    grant
}

#[test]
fn what_the_app_has_revoked_is_not_asked_for_when_the_page_is_seen_or_is_back() {
    for scope in [None, Some(Scope::All), Some(Scope::EveryTab)] {
        let mut page = page();
        let grant = given_back(&mut page, |page, grant| {
            page.revoke_scope(scope.unwrap_or(Scope::Grant(grant)));
        });
        page.event(Event::Visible);
        hide_and_show(&mut page);
        page.event(INTO_CACHE);
        page.event(Event::Shown);
        assert_eq!(page.requests(), 1, "{scope:?}");
        page.ask(grant);
        assert_eq!(page.requests(), 2);
    }
}

#[test]
fn leaving_a_page_that_is_hidden_sends_nothing_more() {
    let mut page = page();
    let (grant, _) = page.held("a");
    page.event(Event::Hidden);
    page.ask(grant);
    page.event(UNLOAD);
    assert_eq!(page.revokes().len(), 1);
}

#[test]
fn hiding_twice_sends_one_revoke() {
    let mut page = page();
    page.held("a");
    page.event(Event::Hidden);
    page.event(Event::Hidden);
    assert_eq!(page.revokes().len(), 1);
}

#[test]
fn an_answer_from_before_the_page_was_hidden_is_revoked_and_not_used() {
    let mut page = page();
    let grant = page.grant("a");
    let caller = page.ask(grant);
    let before = page.flight(grant);
    page.event(Event::Hidden);
    page.answer_to(grant, before, Ok(issued(hours(1))));
    assert_eq!(page.last_revoke().tokens, [before]);
    assert_eq!(page.outcome(caller), None);
    page.event(Event::Visible);
    page.answer_to(grant, before, Ok(issued(hours(1))));
    assert_eq!(page.peek(grant), None);
}

#[test]
fn hiding_ends_the_lease_and_being_seen_takes_a_new_one() {
    let mut page = with_lease();
    page.held("a");
    page.lease_answer(renew_after(seconds(5)));
    page.event(Event::Hidden);
    page.pass(minutes(10));
    assert_eq!((page.lease_requests(), page.timer()), (1, None));
    page.event(Event::Visible);
    assert_eq!(page.lease_requests(), 2);
}

#[test]
fn a_page_that_is_left_before_it_is_hidden_is_left_once() {
    let mut page = page();
    page.held("a");
    page.event(UNLOAD);
    page.event(Event::Hidden);
    assert_eq!(page.revokes().len(), 1);
    assert_eq!(page.last_revoke().reason, Reason::Unload);
    assert_eq!(page.page.shell.sessions, 2);
}

#[test]
fn without_the_option_hiding_keeps_tokens_and_being_seen_asks_for_none() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    let (given_up, _) = page.held("b");
    page.revoke(given_up);
    page.answer_revokes(RevokeOutcome::Confirmed);
    hide_and_show(&mut page);
    assert_eq!(page.peek(grant), Some(token));
    assert_eq!(page.revokes().len(), 1);
    assert_eq!((page.requests(), page.page.shell.sessions), (2, 1));
}
