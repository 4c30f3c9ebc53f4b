//! An answer that is not the backend's: something between page and backend
//! gave it.

use downscope::core::{
    Code, Failure, GrantId, Input, LEASE_GAP, Millis, Output, Page as Event, Status, Want,
};

use crate::scenario::{INTO_CACHE, LEASING, Scenario, TERM, WHAT, foreign, renew_after, status};
use crate::support::{ANY, hours, minutes, seconds};

const ONE_MILLISECOND: Millis = Millis(1);

const PATIENT: Want = Want {
    timeout: Some(hours(2)),
    ..ANY
};

/// Who does not wait for another try.
const HASTY: Want = Want {
    timeout: Some(seconds(1)),
    ..ANY
};

/// So often and for so long it is answered before it is taken for good.
const TIMES: usize = 5;
const LASTS: Millis = minutes(5);

/// Between [`TIMES`] of them: longer than the back-off each time, and just [`LASTS`] in all.
const WAITS: [Millis; TIMES - 1] = [seconds(15), seconds(45), seconds(90), seconds(150)];

/// Longer than any back-off.
const APART: Millis = minutes(5);

/// A page whose requests were answered like that at these times.
fn failed_at(times: &[Millis], failure: Failure) -> (Scenario, GrantId) {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let mut passed = Millis(0);
    for &time in times {
        page.pass(time - passed);
        passed = time;
        page.ask_for(grant, HASTY);
        page.fail(grant, failure);
    }
    (page, grant)
}

/// When the first of them are answered, as soon as the back-off lets them.
fn first(times: usize) -> Vec<Millis> {
    let passed = |number: usize| {
        WAITS[..number]
            .iter()
            .fold(Millis(0), |sum, &one| sum + one)
    };
    (0..times).map(passed).collect()
}

#[test]
fn it_is_tried_again_with_back_off_and_told_with_its_status_and_what_it_is() {
    for code in [302, 401, 403, 404, 407, 502, 511] {
        let mut page = Scenario::new();
        let grant = page.grant("a");
        let caller = page.ask(grant);
        page.fail(grant, foreign(code, None));
        assert_eq!(page.state(grant).status, Status::Waiting, "{code}");
        assert_eq!(page.outcome(caller), None, "{code}");
        page.pass(seconds(3));
        page.fail(grant, foreign(code, None));
        let error = page.error(caller);
        assert_eq!(error.code, Code::InvalidResponse, "{code}");
        assert_eq!((error.status, error.detail), (Some(code), Some(WHAT)));
        page.pass_until_request_is_allowed(grant);
        let caller = page.ask(grant);
        let token = page.answer(grant, hours(1));
        assert_eq!(page.token(caller), Some(token), "{code}");
    }
}

#[test]
fn its_retry_after_is_waited_out() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask_for(grant, PATIENT);
    page.fail(grant, foreign(403, Some(minutes(2))));
    page.pass(minutes(2) - ONE_MILLISECOND);
    assert_eq!(page.requests(), 1);
    page.pass(ONE_MILLISECOND);
    assert_eq!(page.requests(), 2);
}

#[test]
fn after_five_in_a_row_over_five_minutes_it_is_taken_for_the_backends_word() {
    for (answer, code) in [
        (400, Code::RequestRefused),
        (401, Code::LoginRequired),
        (403, Code::AccessDenied),
        (404, Code::RequestRefused),
    ] {
        let (mut page, grant) = failed_at(&first(TIMES), foreign(answer, None));
        let error = page.state(grant).error;
        let said = error.map(|error| (error.code, error.status, error.detail));
        assert_eq!(said, Some((code, Some(answer), Some(WHAT))));
        assert_eq!(page.state(grant).status, Status::Stopped);
        page.pass(HASTY.timeout.unwrap_or_default());
        assert_eq!(page.timer(), None);
    }
}

#[test]
fn four_times_are_not_enough_however_long_they_take() {
    let times = [Millis(0), minutes(10), minutes(20), hours(5)];
    let (mut page, grant) = failed_at(&times, foreign(403, None));
    assert_eq!(page.state(grant).status, Status::Waiting);
    page.pass(APART);
    page.ask_for(grant, HASTY);
    page.fail(grant, foreign(403, None));
    assert_eq!(page.state(grant).status, Status::Stopped, "the fifth");
}

#[test]
fn less_than_five_minutes_are_not_enough_however_often_it_is() {
    let mut times = [0, 3, 11, 42].map(seconds).to_vec();
    times.push(LASTS - ONE_MILLISECOND);
    let (page, grant) = failed_at(&times, foreign(403, None));
    assert_eq!(page.state(grant).status, Status::Waiting);
    times.pop();
    times.push(LASTS);
    let (page, grant) = failed_at(&times, foreign(403, None));
    assert_eq!(page.state(grant).status, Status::Stopped);
}

#[test]
fn what_says_that_it_passes_is_never_taken_for_good() {
    for code in [408, 429, 502, 503] {
        let times: Vec<_> = (0..20).map(|number| LASTS * number).collect();
        let (page, grant) = failed_at(&times, foreign(code, None));
        assert_eq!(page.state(grant).status, Status::Waiting, "{code}");
    }
}

#[test]
fn anything_else_between_them_begins_the_row_anew() {
    for other in [status(503), Failure::Network, Failure::Malformed("why")] {
        let (mut page, grant) = failed_at(&first(TIMES - 1), foreign(403, None));
        page.pass(APART);
        page.ask_for(grant, HASTY);
        page.fail(grant, other);
        for _ in 0..TIMES - 1 {
            page.pass(minutes(10));
            page.ask_for(grant, HASTY);
            page.fail(grant, foreign(403, None));
            assert_eq!(page.state(grant).status, Status::Waiting, "{other:?}");
        }
        page.pass(minutes(10));
        page.ask_for(grant, HASTY);
        page.fail(grant, foreign(403, None));
        assert_eq!(page.state(grant).status, Status::Stopped, "{other:?}");
    }
}

#[test]
fn a_token_or_the_app_ends_the_row() {
    let ends: [fn(&mut Scenario, GrantId); 3] = [
        |page, grant| {
            page.ask(grant);
            page.answer(grant, minutes(1));
            page.pass(minutes(1));
        },
        |page, _| page.take(Input::Resume),
        |page, _| {
            page.event(INTO_CACHE);
            page.event(Event::Shown);
        },
    ];
    for end in ends {
        let (mut page, grant) = failed_at(&first(TIMES - 1), foreign(403, None));
        page.pass(APART);
        end(&mut page, grant);
        if page.page.shell.flight(grant).is_none() {
            page.ask(grant);
        }
        page.fail(grant, foreign(403, None));
        assert_eq!(page.state(grant).status, Status::Waiting);
    }
}

#[test]
fn once_it_is_taken_for_good_the_app_can_have_it_tried_again() {
    let (mut page, grant) = failed_at(&first(TIMES), foreign(401, None));
    page.pass(hours(24));
    let caller = page.ask(grant);
    assert_eq!(page.error(caller).code, Code::LoginRequired);
    page.take(Input::Resume);
    let caller = page.ask(grant);
    page.fail(grant, foreign(401, None));
    assert_eq!(page.outcome(caller), None);
}

#[test]
fn a_valid_token_stays_in_use() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    for _ in 0..3 {
        page.pass_until_request(grant);
        page.fail(grant, foreign(403, None));
        assert_eq!(page.peek(grant), Some(token));
    }
}

const ODD: [Failure; 3] = [
    foreign(403, None),
    foreign(401, None),
    Failure::Malformed("the lease is not a JSON object"),
];

/// Passes until the lease endpoint is asked again.
fn pass_until_lease_request(page: &mut Scenario) {
    while page.page.shell.lease.under_way().is_none() {
        let wait = page.timer();
        page.pass(wait.unwrap_or_else(|| panic!("no lease request is planned")));
    }
}

#[test]
fn a_lease_endpoint_that_never_told_a_lease_has_none_from_the_first_other_answer_on() {
    for odd in ODD {
        let mut page = Scenario::at(LEASING);
        let (grant, token) = page.held("a");
        page.lease_fail(odd);
        let codes: Vec<_> = page.leases_lost().iter().map(|one| one.code).collect();
        assert_eq!(codes, [Code::InvalidResponse], "{odd:?}");
        for _ in 0..3 {
            pass_until_lease_request(&mut page);
            page.lease_fail(odd);
        }
        assert_eq!(page.leases_lost().len(), 1, "{odd:?}");
        page.pass(minutes(5));
        assert_eq!(page.peek(grant), Some(token), "no term is counted");
        let (other, token) = page.held("b");
        page.pass(minutes(5));
        assert_eq!(page.peek(other), Some(token), "nor for a later token");
    }
}

#[test]
fn a_lease_that_comes_after_other_answers_stands() {
    for odd in ODD {
        let mut page = Scenario::at(LEASING);
        let (grant, token) = page.held("a");
        page.lease_fail(odd);
        pass_until_lease_request(&mut page);
        page.lease_answer(renew_after(seconds(60)));
        page.page.advance(TERM - ONE_MILLISECOND);
        assert_eq!(page.peek(grant), Some(token), "{odd:?}");
        page.page.advance(ONE_MILLISECOND);
        assert_eq!(page.peek(grant), None, "{odd:?}");
    }
}

#[test]
fn a_lease_that_was_told_lapses_whatever_is_answered_afterwards() {
    for odd in ODD {
        let mut page = Scenario::at(LEASING);
        let (grant, _) = page.held("a");
        page.lease_answer(renew_after(LEASE_GAP));
        page.pass(LEASE_GAP);
        page.lease_fail(odd);
        assert_eq!(page.leases_lost(), [], "it may come back");
        page.page.advance(TERM);
        assert_eq!(page.peek(grant), None, "{odd:?}");
    }
}

/// A page whose lease endpoint has answered like that, so long after each other.
fn odd_leases(waits: &[Millis]) -> Scenario {
    let mut page = Scenario::at(LEASING);
    page.held("a");
    for &wait in waits {
        page.lease_fail(foreign(404, Some(wait)));
        page.pass(wait);
    }
    page.lease_fail(foreign(404, None));
    page
}

#[test]
fn after_five_times_over_five_minutes_there_is_no_lease_endpoint() {
    let [first, second, third, last] = WAITS;
    let less = last - ONE_MILLISECOND;
    for (waits, over) in [
        (&WAITS[..], true),
        (&[first, second, third, less], false),
        (&[first, second, third, less, APART], true),
        (&[minutes(6); TIMES - 2], false),
        (&[first, second, third, minutes(6)], true),
    ] {
        let mut page = odd_leases(waits);
        let codes: Vec<_> = page.leases_lost().iter().map(|one| one.code).collect();
        let expected = [Code::InvalidResponse, Code::RequestRefused];
        assert_eq!(codes, expected[..1 + usize::from(over)], "{waits:?}");
        page.pass(minutes(5));
        let asked = page.lease_requests() > waits.len() + 1;
        assert_eq!(asked, !over, "{waits:?}");
    }
}

#[test]
fn failures_of_another_kind_do_not_count_against_a_lease_endpoint() {
    for other in [status(503), Failure::Network, Failure::Timeout] {
        let mut page = Scenario::at(LEASING);
        page.held("a");
        for _ in 0..TIMES - 2 {
            page.lease_fail(other);
            pass_until_lease_request(&mut page);
        }
        for _ in 0..2 {
            page.lease_fail(foreign(404, Some(LASTS)));
            pass_until_lease_request(&mut page);
        }
        assert_eq!(page.leases_lost().len(), 1, "{other:?}");
    }
}

#[test]
fn a_lease_endpoint_that_is_none_is_asked_again_with_the_next_token_request() {
    let mut page = odd_leases(&WAITS);
    page.pass(minutes(1));
    assert_eq!(page.lease_requests(), TIMES);
    let grant = page.grant("b");
    page.ask(grant);
    assert_eq!(page.lease_requests(), TIMES + 1);
    let sent = page.said().to_vec();
    assert!(matches!(
        sent[..],
        [Output::RequestToken(..), Output::RequestLease(_)]
    ));
    page.answer(grant, hours(1));
    page.lease_fail(foreign(404, None));
    assert_eq!(page.leases_lost().len(), 3);
    page.pass(minutes(2));
    assert_eq!(page.lease_requests(), TIMES + 1, "once for each");
    assert!(page.peek(grant).is_some(), "and no term is counted");
}
