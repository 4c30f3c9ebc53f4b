//! A resource that refuses a new token like the one before it: no other is
//! minted for it every few seconds.

use downscope::core::{Code, Generation, GrantId, Input, Millis, Notice, REFUSAL_HOLD, Want};

use crate::scenario::{Scenario, UNLOAD};
use crate::support::{ANY, hours, seconds};

const ONE_MILLISECOND: Millis = Millis(1);

const FORCED: Want = Want { force: true, ..ANY };

fn refuse(page: &mut Scenario, grant: GrantId, generation: Generation) {
    page.take(Input::Unauthorized { grant, generation });
}

/// A page whose token was refused, and the next one has come.
fn refused_once() -> (Scenario, GrantId, Generation) {
    let mut page = Scenario::new();
    let (grant, first) = page.held("a");
    refuse(&mut page, grant, first);
    page.ask(grant);
    let second = page.answer(grant, hours(1));
    (page, grant, second)
}

/// What the app was told of refusals: for how long no other token is asked for.
fn told(page: &Scenario, grant: GrantId) -> Vec<Option<Millis>> {
    let refusals = page.notices(grant).into_iter().filter_map(|notice| {
        if let Notice::Failed(error) = notice
            && error.code == Code::TokenRefused
        {
            assert_eq!(error.status, Some(401));
            Some(error.retry_after)
        } else {
            None
        }
    });
    refusals.collect()
}

#[test]
fn the_second_refusal_leaves_the_token_and_is_told_once() {
    for passed in [Millis(0), seconds(7), seconds(30) - ONE_MILLISECOND] {
        let (mut page, grant, token) = refused_once();
        assert_eq!(told(&page, grant), [], "the first is nobody's fault");
        page.pass(passed);
        for _ in 0..10 {
            refuse(&mut page, grant, token);
        }
        assert_eq!(page.peek(grant), Some(token), "{passed:?}");
        assert_eq!(told(&page, grant), [Some(REFUSAL_HOLD - passed)]);
        let caller = page.ask(grant);
        assert_eq!(page.token(caller), Some(token));
        assert_eq!(page.requests(), 2);
        assert_eq!(page.state(grant).error, None, "the endpoint did not fail");
    }
}

#[test]
fn after_thirty_seconds_the_next_refusal_drops_the_token() {
    let (mut page, grant, second) = refused_once();
    refuse(&mut page, grant, second);
    page.pass(REFUSAL_HOLD - ONE_MILLISECOND);
    refuse(&mut page, grant, second);
    assert_eq!(page.peek(grant), Some(second));
    page.pass(ONE_MILLISECOND);
    refuse(&mut page, grant, second);
    assert_eq!(page.peek(grant), None);
    page.ask(grant);
    let third = page.answer(grant, hours(1));
    refuse(&mut page, grant, third);
    assert_eq!(page.peek(grant), Some(third));
    assert_eq!(
        told(&page, grant),
        [Some(REFUSAL_HOLD), Some(REFUSAL_HOLD)],
        "once for each time"
    );
}

#[test]
fn whatever_callers_do_a_resource_that_refuses_everything_costs_two_tokens_a_minute() {
    for want in [ANY, FORCED] {
        let (mut page, grant, _) = refused_once();
        for _ in 0..600 {
            if let Some(token) = page.peek(grant) {
                refuse(&mut page, grant, token);
            }
            page.ask_for(grant, want);
            if page.page.shell.flight(grant).is_some() {
                page.answer(grant, hours(1));
            }
            page.pass(Millis(100));
        }
        assert!((3..=5).contains(&page.requests()), "{}", page.requests());
    }
}

#[test]
fn force_mints_until_the_app_was_told_and_after_the_thirty_seconds() {
    let (mut page, grant, _) = refused_once();
    page.ask_for(grant, FORCED);
    assert_eq!(page.requests(), 3, "nothing was told");
    let third = page.answer(grant, hours(1));
    refuse(&mut page, grant, third);
    let caller = page.ask_for(grant, FORCED);
    assert_eq!((page.requests(), page.token(caller)), (3, Some(third)));
    page.pass(REFUSAL_HOLD - ONE_MILLISECOND);
    page.ask_for(grant, FORCED);
    assert_eq!(page.requests(), 3);
    page.pass(ONE_MILLISECOND);
    page.ask_for(grant, FORCED);
    assert_eq!(page.requests(), 4);
}

#[test]
fn a_grant_without_a_token_mints_whatever_was_told() {
    let (mut page, grant, token) = refused_once();
    refuse(&mut page, grant, token);
    page.revoke(grant);
    let caller = page.ask_for(grant, FORCED);
    let next = page.answer(grant, hours(1));
    assert_eq!(page.token(caller), Some(next));
}

#[test]
fn a_late_refusal_of_an_older_token_is_neither_counted_nor_told() {
    let mut page = Scenario::new();
    let (grant, old) = page.held("a");
    page.ask_for(grant, FORCED);
    let new = page.answer(grant, hours(1));
    refuse(&mut page, grant, old);
    refuse(&mut page, grant, new);
    assert_eq!(page.peek(grant), None, "it is the first that counts");
    page.ask(grant);
    let newer = page.answer(grant, hours(1));
    for late in [old, new] {
        refuse(&mut page, grant, late);
    }
    assert_eq!(
        (page.peek(grant), told(&page, grant)),
        (Some(newer), vec![])
    );
}

#[test]
fn the_refusals_of_one_grant_say_nothing_of_another() {
    let (mut page, grant, token) = refused_once();
    let (other, its_token) = page.held("b");
    refuse(&mut page, grant, token);
    refuse(&mut page, other, its_token);
    assert_eq!(page.peek(other), None);
    assert_eq!(told(&page, other), []);
    page.ask_for(other, FORCED);
    assert_eq!(page.requests(), 4);
}

#[test]
fn a_token_that_was_refused_again_is_refreshed_and_revoked_as_ever() {
    let (mut page, grant, token) = refused_once();
    refuse(&mut page, grant, token);
    page.pass_until_request(grant);
    let next = page.answer(grant, hours(1));
    assert_eq!(page.peek(grant), Some(next));
    page.event(UNLOAD);
    assert!(page.last_revoke().tokens.contains(&token));
}
