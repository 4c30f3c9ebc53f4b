//! Sleep, wake, and clocks that jump.

use downscope::core::{Code, Failure, Millis, Output, Page as Event, Status, Want};

use crate::scenario::Scenario;
use crate::support::{ANY, hours, minutes, seconds};

#[test]
fn a_token_that_died_in_its_sleep_is_not_served() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    page.sleep(hours(8));
    assert_eq!(page.peek(grant), None);
    let callers = [page.ask(grant), page.ask(grant)];
    assert_eq!(page.requests(), 2);
    let token = page.answer(grant, hours(1));
    assert!(callers.iter().all(|&one| page.token(one) == Some(token)));
}

#[test]
fn a_clock_set_back_two_hours_serves_no_dead_token() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    page.page.jump(Millis(0), -hours(2).0.cast_signed());
    page.page.advance(minutes(54));
    assert_eq!(page.peek(grant), Some(token));
    page.page.advance(minutes(1));
    assert_eq!(page.peek(grant), None);
}

#[test]
fn a_clock_set_back_does_not_stop_the_refresh() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    page.page.jump(Millis(0), -hours(2).0.cast_signed());
    page.pass_until_request(grant);
    assert_eq!(page.peek(grant), Some(token));
}

#[test]
fn a_clock_set_ahead_costs_one_token_and_no_loop() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    page.page.jump(Millis(0), hours(24).0.cast_signed());
    page.tick();
    assert_eq!(page.state(grant).status, Status::Empty);
    page.ask(grant);
    page.answer(grant, hours(1));
    page.pass(minutes(16));
    assert_eq!(page.requests(), 2);
}

#[test]
fn a_timer_that_fires_late_after_sleep_is_not_a_time_out() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let caller = page.ask(grant);
    let given_up = page.flight(grant);
    page.sleep(hours(8));
    page.tick();
    assert!(page.said().contains(&Output::AbortRequest(given_up)));
    assert_eq!((page.requests(), page.outcome(caller)), (2, None));
    assert_eq!(page.state(grant).error, None);
    let token = page.answer(grant, hours(1));
    assert_eq!(page.token(caller), Some(token));
}

#[test]
fn sleep_excuses_a_request_and_its_callers_only_once() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let caller = page.ask(grant);
    for _ in 0..2 {
        page.sleep(hours(8));
        page.tick();
    }
    assert_eq!(page.error(caller).code, Code::Timeout);
    let state = page.state(grant);
    assert_eq!((page.requests(), state.status), (2, Status::Waiting));
    assert_eq!(state.error.map(|error| error.code), Some(Code::Timeout));
}

#[test]
fn a_timer_may_be_five_seconds_late_before_the_page_counts_as_asleep() {
    for (late, was_asleep) in [(seconds(5), false), (seconds(5) + Millis(1), true)] {
        let mut page = Scenario::new();
        let grant = page.grant("a");
        page.ask(grant);
        page.page.advance(seconds(15) + late);
        page.tick();
        assert_eq!(page.state(grant).error.is_none(), was_asleep, "{late:?}");

        let hasty = Want {
            timeout: Some(seconds(3)),
            ..ANY
        };
        let other = page.grant("b");
        let caller = page.ask_for(other, hasty);
        page.page.advance(seconds(3) + late);
        page.tick();
        assert_eq!(page.outcome(caller).is_none(), was_asleep, "{late:?}");
    }
}

#[test]
fn an_answer_that_was_read_after_sleep_is_as_old_as_its_request() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let caller = page.ask(grant);
    page.sleep(hours(2));
    page.answer(grant, hours(1));
    assert_eq!((page.requests(), page.outcome(caller)), (2, None));
    let token = page.answer(grant, hours(1));
    assert_eq!(page.token(caller), Some(token));
}

#[test]
fn a_page_that_wakes_looks_at_the_clock_itself() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    page.sleep(minutes(51));
    page.event(Event::Visible);
    assert_eq!(page.requests(), 2);
    assert_eq!(page.peek(grant), Some(token));
}

#[test]
fn the_longer_of_both_ages_counts() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    page.page.jump(minutes(30), minutes(20).0.cast_signed());
    let token = page.state(grant).token;
    let ages = token.map(|token| (token.age, token.expires_in));
    assert_eq!(ages, Some((minutes(30), minutes(30))));
    page.page.jump(minutes(2), minutes(8).0.cast_signed());
    let token = page.state(grant).token;
    assert_eq!(token.map(|token| token.age), Some(minutes(38)));
}

#[test]
fn a_back_off_ends_though_the_clock_was_set_back() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask(grant);
    page.fail(grant, Failure::Network);
    page.page
        .jump(Millis(0), -hours(24 * 365 * 20).0.cast_signed());
    page.pass(seconds(3));
    assert_eq!(page.requests(), 2);
}
