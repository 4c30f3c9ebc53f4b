//! A failure costs the backend little and the callers less.

use downscope::core::{
    Code, Config, FLOOR, Failure, Input, Millis, Notice, Page as Event, Status, Want,
};

use crate::scenario::{Scenario, busy, status};
use crate::support::{ANY, hours, minutes, seconds};

const PATIENT: Want = Want {
    timeout: Some(hours(2)),
    ..ANY
};

#[test]
fn a_failed_refresh_never_takes_a_valid_token_away() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    while page
        .state(grant)
        .token
        .is_some_and(|held| held.age < minutes(55))
    {
        assert_eq!(page.peek(grant), Some(token));
        if page.state(grant).status == Status::Refreshing {
            page.fail(grant, status(503));
        }
        page.pass(seconds(1));
    }
    assert_eq!(page.peek(grant), None);
    assert!(page.notices(grant).contains(&Notice::Expired));
    assert!(page.requests() > 3);
}

#[test]
fn a_refresh_that_failed_is_tried_again_when_half_of_what_is_left_has_passed() {
    for seed in 0..50 {
        let mut page = Scenario::seeded(Config::default(), seed);
        let (grant, token) = page.held("a");
        page.pass_until_request(grant);
        let usable = |page: &Scenario| {
            let held = page.state(grant).token;
            held.map_or(Millis(0), |held| held.expires_in - minutes(5))
        };
        let before = usable(&page);
        page.fail(grant, status(503));
        page.pass(before / 2 - Millis(1));
        let caller = page.ask(grant);
        assert_eq!(page.token(caller), Some(token));
        assert_eq!(page.requests(), 2, "callers who have a token hurry nothing");
        page.pass_until_request(grant);
        let left = usable(&page);
        assert!(
            left <= before / 2 && left >= before / 4 - Millis(1),
            "{seed}: {left:?}"
        );
    }
}

#[test]
fn whoever_needs_another_token_waits_no_longer_for_a_refresh_that_failed_than_for_any() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    page.pass_until_request(grant);
    page.fail(grant, status(503));
    let forced = page.ask_for(grant, Want { force: true, ..ANY });
    page.pass(FLOOR + seconds(1));
    let new = page.answer(grant, hours(1));
    assert_eq!(page.token(forced), Some(new));
}

#[test]
fn a_refresh_that_was_refused_for_good_leaves_the_token_in_use() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    page.pass_until_request(grant);
    page.fail(grant, status(401));
    let caller = page.ask(grant);
    assert_eq!(page.token(caller), Some(token));
    page.pass(minutes(40));
    let caller = page.ask(grant);
    assert_eq!(page.error(caller).code, Code::LoginRequired);
    assert_eq!(page.requests(), 2);
}

#[test]
fn the_endpoint_sees_one_request_per_back_off_step_whatever_the_number_of_callers() {
    let outage = |callers_a_second: u32| {
        let mut page = Scenario::new();
        let grant = page.grant("a");
        for _ in 0..600 {
            for _ in 0..callers_a_second {
                page.ask(grant);
            }
            if page.state(grant).status == Status::Fetching {
                page.fail(grant, status(503));
            }
            page.pass(seconds(1));
        }
        page.requests()
    };
    let requests = outage(1);
    assert!((6..=8).contains(&requests), "{requests}");
    assert_eq!(outage(50), requests);
}

#[test]
fn no_request_follows_a_failure_sooner_than_the_floor() {
    for seed in 0..100 {
        let mut page = Scenario::seeded(Config::default(), seed);
        let grant = page.grant("a");
        page.ask_for(grant, PATIENT);
        page.fail(grant, Failure::Network);
        page.pass(FLOOR - Millis(1));
        assert_eq!(page.requests(), 1);
        page.pass(seconds(1) + Millis(1));
        assert_eq!(page.requests(), 2);
    }
}

#[test]
fn the_first_failure_is_kept_from_those_who_wait() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let caller = page.ask(grant);
    page.fail(grant, status(503));
    assert_eq!(page.outcome(caller), None);
    page.pass(seconds(3));
    let token = page.answer(grant, hours(1));
    assert_eq!(page.token(caller), Some(token));
}

#[test]
fn the_second_failure_is_told_to_all_and_remembered_for_those_who_come_later() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let early = [page.ask(grant), page.ask_for(grant, PATIENT)];
    page.fail(grant, status(503));
    page.pass(seconds(3));
    page.fail(grant, status(503));
    let late = page.ask(grant);
    for caller in early.into_iter().chain([late]) {
        let error = page.error(caller);
        assert_eq!(error.code, Code::Unavailable);
        assert_eq!(error.status, Some(503));
        assert!(error.retry_after >= Some(FLOOR));
    }
    assert_eq!(page.requests(), 2);
}

#[test]
fn retry_after_is_waited_out_to_the_end() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let caller = page.ask_for(grant, PATIENT);
    page.fail(grant, busy(minutes(2)));
    page.pass(minutes(2) - Millis(1));
    assert_eq!(page.requests(), 1);
    page.pass(Millis(1));
    let token = page.answer(grant, hours(1));
    assert_eq!(page.token(caller), Some(token));
}

#[test]
fn who_cannot_wait_for_retry_after_is_told_at_once() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let caller = page.ask(grant);
    page.fail(grant, busy(minutes(2)));
    let error = page.error(caller);
    assert_eq!(error.code, Code::Unavailable);
    assert_eq!(error.retry_after, Some(minutes(2)));
}

#[test]
fn who_comes_during_the_back_off_is_told_what_is_left_of_it() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask(grant);
    page.fail(grant, busy(minutes(2)));
    page.pass(seconds(50));
    let late = page.ask(grant);
    assert_eq!(page.error(late).retry_after, Some(seconds(70)));
}

#[test]
fn a_retry_after_of_a_day_is_believed_for_an_hour() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask_for(grant, PATIENT);
    page.fail(grant, busy(hours(24)));
    page.pass(hours(1));
    assert_eq!(page.requests(), 2);
}

#[test]
fn a_session_that_is_over_is_not_asked_again_until_the_app_says_so() {
    for (answer, code) in [
        (status(401), Code::LoginRequired),
        (status(403), Code::AccessDenied),
        (status(400), Code::RequestRefused),
        (status(404), Code::RequestRefused),
        (Failure::Final, Code::RequestRefused),
    ] {
        let mut page = Scenario::new();
        let grant = page.grant("a");
        let first = page.ask_for(grant, PATIENT);
        page.fail(grant, answer);
        assert_eq!(page.error(first).code, code);
        assert_eq!(page.state(grant).status, Status::Stopped);
        page.pass(hours(24));
        page.event(Event::Online);
        page.event(Event::Visible);
        let later = page.ask_for(grant, PATIENT);
        assert_eq!(page.error(later).code, code);
        assert_eq!((page.requests(), page.timer()), (1, None));
        page.take(Input::Resume);
        let signed_in = page.ask(grant);
        let token = page.answer(grant, hours(1));
        assert_eq!(page.token(signed_in), Some(token));
    }
}

#[test]
fn resuming_asks_at_once_for_what_is_already_wanted() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    page.pass_until_request(grant);
    page.fail(grant, status(401));
    page.take(Input::Resume);
    assert_eq!(page.requests(), 3);
}

#[test]
fn resuming_asks_at_once_for_what_is_due_though_no_timer_has_fired() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    page.page.advance(minutes(51));
    page.take(Input::Resume);
    assert_eq!(page.requests(), 2);
    assert_eq!(page.peek(grant), Some(token));
}

#[test]
fn a_success_ends_the_back_off() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask(grant);
    page.fail(grant, status(503));
    page.pass(seconds(3));
    page.answer(grant, hours(1));
    assert_eq!(page.state(grant).error, None);
    let forced = page.ask_for(grant, Want { force: true, ..ANY });
    page.fail(grant, status(503));
    assert_eq!(page.outcome(forced), None, "this is a first failure again");
}

#[test]
fn a_network_that_is_back_is_tried_once_the_floor_is_past_which_grows_four_times() {
    for (failures, floors) in [(1, 1), (2, 2), (3, 3), (4, 4), (5, 4), (9, 4)] {
        for seed in 0..20 {
            let mut page = Scenario::seeded(Config::default(), seed);
            let (grant, _) = page.held("a");
            for _ in 0..failures {
                page.event(Event::Online);
                page.pass_until_request(grant);
                page.fail(grant, Failure::Network);
            }
            let error = page.state(grant).error;
            let planned = error.and_then(|error| error.retry_after);
            let wait = planned.map(|planned| planned.min(FLOOR * floors));
            let before = page.requests();
            page.event(Event::Online);
            page.pass(wait.unwrap_or_default() - Millis(1));
            page.event(Event::Online);
            assert_eq!(page.requests(), before, "{failures} {wait:?}");
            page.pass(Millis(1));
            assert_eq!(page.requests(), before + 1, "{failures} {wait:?}");
        }
    }
}

#[test]
fn a_network_that_is_back_long_after_the_last_failure_is_tried_at_once() {
    let mut page = Scenario::seeded(Config::default(), 2);
    let (grant, _) = page.held("a");
    for _ in 0..9 {
        page.event(Event::Online);
        page.pass_until_request(grant);
        page.fail(grant, Failure::Network);
    }
    page.pass(FLOOR * 4);
    let before = page.requests();
    page.event(Event::Online);
    assert_eq!(page.requests(), before + 1);
}

#[test]
fn a_network_that_is_back_is_not_tried_before_the_floor_is_past() {
    for failure in [Failure::Network, Failure::Timeout, Failure::Thrown] {
        let mut page = Scenario::new();
        let grant = page.grant("a");
        let caller = page.ask(grant);
        page.fail(grant, failure);
        page.event(Event::Online);
        page.pass(FLOOR - Millis(1));
        page.event(Event::Online);
        assert_eq!(page.requests(), 1, "{failure:?}");
        page.pass(Millis(1));
        let token = page.answer(grant, hours(1));
        assert_eq!(page.token(caller), Some(token));
    }
}

#[test]
fn a_network_that_is_back_does_not_hurry_a_busy_server() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask_for(grant, PATIENT);
    page.fail(grant, busy(minutes(2)));
    page.event(Event::Online);
    assert_eq!(page.requests(), 1);
}

#[test]
fn a_request_without_an_answer_is_given_up_after_fifteen_seconds() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let caller = page.ask(grant);
    page.pass(seconds(15));
    assert_eq!(
        page.state(grant).error.map(|error| error.code),
        Some(Code::Timeout)
    );
    assert_eq!(page.outcome(caller), None);
    page.pass(seconds(3));
    let token = page.answer(grant, hours(1));
    assert_eq!(page.token(caller), Some(token));
}

#[test]
fn an_answer_that_is_no_token_response_is_tried_again_with_back_off() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let caller = page.ask(grant);
    page.fail(grant, Failure::Malformed("why"));
    page.pass(seconds(3));
    page.fail(grant, Failure::Malformed("why"));
    let error = page.error(caller);
    assert_eq!(
        (error.code, error.detail),
        (Code::InvalidResponse, Some("why"))
    );
}

#[test]
fn the_failures_of_one_grant_do_not_hold_up_another() {
    let mut page = Scenario::new();
    let (failing, other) = (page.grant("a"), page.grant("b"));
    page.ask(failing);
    page.fail(failing, status(403));
    let caller = page.ask(other);
    let token = page.answer(other, hours(1));
    assert_eq!(page.token(caller), Some(token));
}

#[test]
fn a_failure_behind_a_valid_token_is_told_to_the_app_alone() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    page.pass_until_request(grant);
    page.fail(grant, status(503));
    assert!(matches!(
        page.notices(grant).last(),
        Some(Notice::Failed(_))
    ));
    let caller = page.ask(grant);
    assert_eq!(page.token(caller), Some(token));
    assert_eq!(page.requests(), 2);
}
