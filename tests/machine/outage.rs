//! A backend that is not there for ten minutes, and a page that keeps a lease.

use downscope::core::{Config, Failure, LEASE_GAP, Millis, RevokeOutcome};

use crate::scenario::{LEASING, Scenario, TERM, renew_after, status};
use crate::support::{hours, minutes, seconds};

/// Whatever is asked is refused, and somebody wants a token every second. How much was
/// asked in that time.
fn outage(page: &mut Scenario, time: Millis) -> usize {
    let asked = |page: &Scenario| page.requests() + page.lease_requests() + page.revokes().len();
    let before = asked(page);
    let grant = page.grant("a");
    let began = page.page.now;
    while page.page.now.since(began) < time {
        page.ask(grant);
        if page.page.shell.lease.under_way().is_some() {
            page.lease_fail(status(503));
        }
        if page.page.shell.flight(grant).is_some() {
            page.fail(grant, status(503));
        }
        page.answer_revokes(RevokeOutcome::TryAgain(None));
        page.pass(seconds(1));
    }
    asked(page) - before
}

/// A page whose lease request was held, and is cut off.
fn cut_off(seed: u64) -> Scenario {
    let mut page = Scenario::of(Config::default(), LEASING, seed);
    page.held("a");
    page.lease_answer(renew_after(LEASE_GAP));
    page.pass(LEASE_GAP);
    page.pass(seconds(10));
    page.lease_fail(Failure::Network);
    page
}

#[test]
fn in_ten_minutes_a_page_asks_eight_times_at_the_most() {
    for seed in 0..200 {
        let mut page = cut_off(seed);
        let asked = outage(&mut page, minutes(10));
        assert!((3..=8).contains(&asked), "{seed}: {asked}");
    }
}

#[test]
fn a_lease_request_that_was_cut_off_is_made_again_within_seventeen_seconds_and_not_with_all_others()
{
    let again = |seed| {
        let mut page = cut_off(seed);
        let began = page.page.now;
        while page.page.shell.lease.under_way().is_none() {
            page.pass(page.timer().unwrap_or(LEASE_GAP));
        }
        page.page.now.since(began)
    };
    let mut waits: Vec<_> = (0..200).map(again).collect();
    waits.sort_unstable();
    assert!(waits[199] <= Millis(17_250), "{:?}", waits[199]);
    assert!(waits[199] - waits[0] > seconds(12), "{:?}", waits[0]);
}

#[test]
fn once_the_lease_has_lapsed_it_is_asked_for_anew_when_a_token_has_arrived() {
    let mut page = cut_off(1);
    outage(&mut page, TERM);
    let grant = page.grant("a");
    assert_eq!(page.peek(grant), None);
    let leases = page.lease_requests();
    outage(&mut page, minutes(5));
    assert_eq!(page.lease_requests(), leases, "not with each token request");
    while page.page.shell.flight(grant).is_none() {
        page.ask(grant);
        page.pass(seconds(1));
    }
    page.answer(grant, hours(1));
    page.pass(Millis(1));
    assert_eq!(page.lease_requests(), leases + 1);
}

#[test]
fn a_lease_that_fails_for_reasons_of_its_own_tells_no_caller_of_one_lost_token_request() {
    let mut page = Scenario::at(LEASING);
    page.held("a");
    page.lease_fail(status(503));
    page.pass(LEASE_GAP);
    page.lease_fail(status(503));
    let grant = page.grant("b");
    let caller = page.ask(grant);
    page.fail(grant, Failure::Network);
    assert_eq!(page.outcome(caller), None);
    page.pass(seconds(2));
    page.answer(grant, hours(1));
    assert!(page.token(caller).is_some());
}

#[test]
fn the_back_off_of_tokens_goes_on_from_that_of_a_lease_that_fails() {
    let mut page = cut_off(1);
    outage(&mut page, seconds(60));
    let grant = page.grant("b");
    page.ask(grant);
    page.fail(grant, status(503));
    page.pass(seconds(2));
    page.fail(grant, status(503));
    let error = page.state(grant).error;
    let wait = error.and_then(|error| error.retry_after);
    assert!(wait > Some(seconds(10)), "{wait:?}");
}
