//! Callers share a request and nothing else.

use downscope::core::{CallerId, Code, GrantId, Input, Page as Event, Want};

use crate::scenario::{INTO_CACHE, Scenario};
use crate::support::{ANY, hours, seconds};

fn cancel(page: &mut Scenario, grant: GrantId, caller: CallerId) {
    page.take(Input::Cancel { grant, caller });
}

#[test]
fn a_caller_who_gives_up_leaves_the_others_their_request() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let (first, second) = (page.ask(grant), page.ask(grant));
    cancel(&mut page, grant, first);
    assert_eq!(page.error(first).code, Code::Aborted);
    let token = page.answer(grant, hours(1));
    assert_eq!(page.token(second), Some(token));
}

#[test]
fn a_request_that_all_gave_up_still_brings_its_token() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let caller = page.ask(grant);
    cancel(&mut page, grant, caller);
    let token = page.answer(grant, hours(1));
    assert_eq!(page.peek(grant), Some(token));
}

#[test]
fn who_gives_up_after_the_answer_changes_nothing() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let caller = page.ask(grant);
    let token = page.answer(grant, hours(1));
    cancel(&mut page, grant, caller);
    assert_eq!(page.token(caller), Some(token));
}

#[test]
fn each_caller_waits_for_as_long_as_it_said() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let hasty = page.ask_for(
        grant,
        Want {
            timeout: Some(seconds(3)),
            ..ANY
        },
    );
    let patient = page.ask(grant);
    page.pass(seconds(3));
    assert_eq!(page.error(hasty).code, Code::Timeout);
    let token = page.answer(grant, hours(1));
    assert_eq!(page.token(patient), Some(token));
}

#[test]
fn nobody_waits_longer_than_thirty_seconds_unless_told_to() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let caller = page.ask(grant);
    page.pass(seconds(29));
    assert_eq!(page.outcome(caller), None);
    page.pass(seconds(1));
    assert_eq!(page.error(caller).code, Code::Timeout);
}

#[test]
fn a_caller_of_a_grant_that_is_not_there_is_told_so_at_once() {
    let mut page = Scenario::new();
    let caller = page.ask(GrantId::from_number(7.0));
    assert_eq!(page.error(caller).code, Code::Revoked);
}

#[test]
fn who_waits_when_the_client_is_closed_is_told_so() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let waiting = page.ask(grant);
    page.close();
    let later = page.ask(grant);
    for caller in [waiting, later] {
        assert_eq!(page.error(caller).code, Code::Closed);
    }
}

#[test]
fn who_waits_while_the_page_is_away_is_not_timed_out() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let caller = page.ask(grant);
    page.event(INTO_CACHE);
    page.page.advance(hours(1));
    page.event(Event::Shown);
    page.pass(seconds(10));
    let token = page.answer(grant, hours(1));
    assert_eq!(page.token(caller), Some(token));
}
