//! A 401 from the resource drops the token that it refused, and
//! no other.

use downscope::core::{Generation, GrantId, Input, Page as Event, REFUSAL_HOLD};

use crate::scenario::{Scenario, UNLOAD};
use crate::support::hours;

fn refuse(page: &mut Scenario, grant: GrantId, generation: Generation) {
    page.take(Input::Unauthorized { grant, generation });
}

#[test]
fn a_401_drops_the_token_that_was_refused() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    refuse(&mut page, grant, token);
    assert_eq!(page.peek(grant), None);
    let caller = page.ask(grant);
    let next = page.answer(grant, hours(1));
    assert_eq!(page.token(caller), Some(next));
}

#[test]
fn a_late_401_for_an_old_token_does_not_drop_the_new_one() {
    let mut page = Scenario::new();
    let (grant, old) = page.held("a");
    page.pass_until_request(grant);
    let new = page.answer(grant, hours(1));
    refuse(&mut page, grant, old);
    assert_eq!(page.peek(grant), Some(new));
    assert_eq!(page.requests(), 2);
}

#[test]
fn thirty_requests_refused_together_cost_one_new_token() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    let replays: Vec<_> = (0..30)
        .map(|_| {
            refuse(&mut page, grant, token);
            page.ask(grant)
        })
        .collect();
    assert_eq!(page.requests(), 2);
    let next = page.answer(grant, hours(1));
    assert!(replays.iter().all(|&one| page.token(one) == Some(next)));
}

#[test]
fn a_401_is_worth_another_request_unless_the_app_has_ended_the_token() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    let has_another = |page: &Scenario, token| page.page.machine.has_another(grant, token);
    assert!(!has_another(&page, token), "nobody has refused it");
    refuse(&mut page, grant, token);
    assert!(has_another(&page, token));
    page.ask(grant);
    let next = page.answer(grant, hours(1));
    assert!(has_another(&page, token), "it is superseded");
    page.revoke(grant);
    assert!(!has_another(&page, token) && !has_another(&page, next));
    page.ask(grant);
    let last = page.answer(grant, hours(1));
    assert!(!has_another(&page, next), "that of another sign-in");
    page.pass(REFUSAL_HOLD);
    refuse(&mut page, grant, last);
    assert!(has_another(&page, last));
}

#[test]
fn a_401_to_a_page_that_was_away_is_worth_another_request() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    page.take(Input::Page(Event::Leaving {
        persisted: true,
        told: None,
    }));
    page.take(Input::Page(Event::Shown));
    assert!(page.page.machine.has_another(grant, token));
}

#[test]
fn a_401_that_comes_after_the_new_token_costs_no_request() {
    let mut page = Scenario::new();
    let (grant, old) = page.held("a");
    refuse(&mut page, grant, old);
    page.ask(grant);
    let new = page.answer(grant, hours(1));
    refuse(&mut page, grant, old);
    let caller = page.ask(grant);
    assert_eq!(page.token(caller), Some(new));
    assert_eq!(page.requests(), 2);
}

#[test]
fn a_401_while_the_next_token_is_on_its_way_costs_no_second_request() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    page.pass_until_request(grant);
    refuse(&mut page, grant, token);
    let caller = page.ask(grant);
    assert_eq!(page.requests(), 2);
    let next = page.answer(grant, hours(1));
    assert_eq!(page.token(caller), Some(next));
}

#[test]
fn a_401_alone_asks_the_endpoint_for_nothing() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    refuse(&mut page, grant, token);
    page.pass(hours(2));
    assert_eq!(page.requests(), 1);
}

#[test]
fn a_token_that_was_refused_is_still_revoked_in_the_end() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    refuse(&mut page, grant, token);
    page.event(UNLOAD);
    assert_eq!(page.revokes()[0].tokens, [token]);
}
