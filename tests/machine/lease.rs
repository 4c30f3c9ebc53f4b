//! The page says that it lives while anything is at stake, and not too often.

use downscope::core::{
    Code, Config, Endpoints, Failure, Input, LEASE_GAP, LEASE_PATIENCE, Millis, Output,
    Page as Event, RequestId, Scope, Terms,
};

use crate::scenario::{INTO_CACHE, LEASING, Scenario, UNLOAD, busy, foreign, renew_after, status};
use crate::support::{hours, minutes, seconds};

/// A lease that never lapses: the backend does not say when.
const NO_TERM: Terms = Terms {
    renew_in: seconds(50),
    held: Millis(0),
    term: None,
};

const ONE_MILLISECOND: Millis = Millis(1);

#[test]
fn the_first_lease_request_goes_out_right_after_the_first_token_request() {
    let mut page = Scenario::at(LEASING);
    let grant = page.grant("a");
    page.pass(minutes(10));
    assert_eq!(page.lease_requests(), 0, "nothing is at stake");
    page.ask(grant);
    let sent = [
        Output::RequestToken(grant, page.flight(grant)),
        Output::RequestLease(page.lease()),
    ];
    assert_eq!(page.said(), sent);
}

#[test]
fn one_lease_request_at_a_time_serves_all_grants() {
    let mut page = Scenario::at(LEASING);
    page.held("a");
    page.held("b");
    page.pass(seconds(10));
    page.held("c");
    assert_eq!(page.lease_requests(), 1, "it is under way");
    page.lease_answer(renew_after(seconds(30)));
    page.pass(seconds(10));
    page.held("d");
    assert_eq!(page.lease_requests(), 1, "it is not time for the next");
}

#[test]
fn without_a_lease_endpoint_nothing_is_asked_and_nothing_lapses() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    page.pass(minutes(30));
    assert_eq!(page.lease_requests(), 0);
    assert_eq!(page.peek(grant), Some(token));
}

#[test]
fn the_lease_is_renewed_when_the_backend_says() {
    let mut page = Scenario::at(LEASING);
    page.held("a");
    page.lease_answer(renew_after(seconds(45)));
    page.pass(seconds(45) - ONE_MILLISECOND);
    assert_eq!(page.lease_requests(), 1);
    page.pass(ONE_MILLISECOND);
    assert_eq!(page.lease_requests(), 2);
}

#[test]
fn a_request_that_was_held_open_is_followed_by_the_next_at_once() {
    let mut page = Scenario::at(LEASING);
    page.held("a");
    page.lease_answer(renew_after(Millis(0)));
    page.pass(LEASE_GAP);
    page.pass(seconds(55));
    page.lease_answer(Terms {
        held: seconds(55),
        ..renew_after(Millis(0))
    });
    assert_eq!(page.said(), [Output::RequestLease(page.lease())]);
}

/// Whatever the backend answers, and whatever else happens.
fn keeps_the_gap(happen: impl Fn(&mut Scenario)) {
    let mut page = Scenario::at(LEASING);
    let (grant, _) = page.held("a");
    page.page.advance(seconds(1));
    happen(&mut page);
    page.ask(grant);
    page.pass(LEASE_GAP - seconds(1) - ONE_MILLISECOND);
    assert_eq!(page.lease_requests(), 1);
    page.pass(ONE_MILLISECOND);
    assert_eq!(page.lease_requests(), 2, "but no longer than that");
}

#[test]
fn a_backend_that_answers_at_once_is_not_asked_again_within_the_gap() {
    keeps_the_gap(|page| page.lease_answer(renew_after(Millis(0))));
}

#[test]
fn a_network_that_comes_and_goes_asks_for_no_lease_within_the_gap() {
    keeps_the_gap(|page| {
        page.lease_fail(Failure::Network);
        page.event(Event::Online);
    });
}

#[test]
fn token_requests_without_a_lease_endpoint_ask_for_no_lease_within_the_gap() {
    keeps_the_gap(|page| {
        page.lease_fail(status(404));
        page.held("b");
        page.held("c");
    });
}

#[test]
fn a_lease_request_that_failed_is_not_sent_again_within_the_gap() {
    for seed in 0..20 {
        let mut page = Scenario::of(Config::default(), LEASING, seed);
        page.held("a");
        page.lease_fail(status(503));
        page.pass(LEASE_GAP - ONE_MILLISECOND);
        assert_eq!(page.lease_requests(), 1);
        page.pass(ONE_MILLISECOND);
        assert_eq!(page.lease_requests(), 2, "the first back-off is shorter");
    }
}

#[test]
fn with_nothing_at_stake_the_lease_is_not_renewed_until_the_next_token_request() {
    let mut page = Scenario::at(LEASING);
    let (grant, _) = page.held("a");
    page.lease_answer(renew_after(seconds(45)));
    page.revoke(grant);
    page.pass(minutes(10));
    assert_eq!(page.lease_requests(), 1);
    page.ask(grant);
    assert_eq!(page.lease_requests(), 2);
}

#[test]
fn a_request_under_way_and_a_superseded_token_are_at_stake() {
    let mut page = Scenario::at(LEASING);
    let grant = page.grant("a");
    page.ask(grant);
    page.lease_answer(renew_after(LEASE_GAP));
    page.pass(LEASE_GAP);
    assert_eq!(page.lease_requests(), 2, "a request under way");
    let token = page.answer(grant, hours(1));
    page.lease_answer(renew_after(LEASE_GAP));
    page.take(Input::Unauthorized {
        grant,
        generation: token,
    });
    page.pass(LEASE_GAP);
    assert_eq!(page.peek(grant), None);
    assert_eq!(page.lease_requests(), 3, "a token that others may hold");
}

#[test]
fn a_backend_that_is_busy_is_left_alone_for_as_long_as_it_asks() {
    let mut page = Scenario::at(LEASING);
    page.held("a");
    page.lease_answer(NO_TERM);
    page.pass(seconds(50));
    page.lease_fail(busy(minutes(2)));
    page.pass(minutes(2) - ONE_MILLISECOND);
    assert_eq!(page.lease_requests(), 2);
    page.pass(ONE_MILLISECOND);
    assert_eq!(page.lease_requests(), 3);
    assert_eq!(page.leases_lost(), []);
}

#[test]
fn failures_in_a_row_are_further_and_further_apart() {
    let mut page = Scenario::at(LEASING);
    page.held("a");
    page.lease_answer(NO_TERM);
    page.pass(seconds(50));
    for _ in 0..12 {
        page.lease_fail(status(503));
        while page.page.shell.lease.under_way().is_none() {
            page.pass(page.timer().unwrap_or(LEASE_GAP));
        }
    }
    let passed = page.page.now.since(Scenario::new().page.now);
    assert!(passed > minutes(15), "{passed:?}");
    page.lease_answer(NO_TERM);
    page.pass(seconds(50));
    page.lease_fail(status(503));
    page.pass(LEASE_GAP);
    assert_eq!(page.lease_requests(), 16, "a success begins anew");
}

#[test]
fn a_network_that_is_back_renews_the_lease_at_once() {
    let mut page = Scenario::at(LEASING);
    page.held("a");
    page.lease_answer(NO_TERM);
    page.pass(seconds(50));
    for _ in 0..10 {
        page.lease_fail(Failure::Network);
        while page.page.shell.lease.under_way().is_none() {
            page.pass(page.timer().unwrap_or(LEASE_GAP));
        }
    }
    page.page.advance(LEASE_GAP);
    page.lease_fail(Failure::Network);
    page.event(Event::Online);
    assert_eq!(page.said(), [Output::RequestLease(page.lease())]);
}

#[test]
fn a_network_that_is_back_hurries_no_backend_that_asked_to_be_left_alone() {
    let mut page = Scenario::at(LEASING);
    page.held("a");
    page.lease_answer(NO_TERM);
    page.pass(seconds(50));
    page.lease_fail(busy(minutes(5)));
    page.pass(minutes(1));
    page.event(Event::Online);
    assert_eq!(page.lease_requests(), 2);
}

#[test]
fn a_network_that_is_back_hurries_no_lease_that_stands() {
    let mut page = Scenario::at(LEASING);
    page.held("a");
    page.lease_answer(renew_after(seconds(45)));
    page.pass(seconds(10));
    page.event(Event::Online);
    assert_eq!(page.lease_requests(), 1);
}

#[test]
fn a_lease_request_without_an_answer_is_given_up_and_counts_as_a_failure() {
    let mut page = Scenario::at(LEASING);
    page.held("a");
    page.lease_answer(NO_TERM);
    page.pass(seconds(50));
    let lost = page.lease();
    page.pass(LEASE_PATIENCE - ONE_MILLISECOND);
    assert_eq!(page.lease(), lost);
    page.pass(ONE_MILLISECOND);
    assert_eq!(page.said(), [Output::AbortLease(lost)]);
    assert_eq!(page.lease_requests(), 2, "the back-off comes first");
    page.pass(LEASE_GAP);
    assert_eq!(page.lease_requests(), 3);
}

#[test]
fn a_lease_request_that_was_slept_through_is_sent_again_at_once() {
    let mut page = Scenario::at(LEASING);
    page.held("a");
    page.lease_answer(NO_TERM);
    page.pass(seconds(50));
    let slept_through = page.lease();
    page.sleep(minutes(10));
    page.tick();
    let said = [
        Output::AbortLease(slept_through),
        Output::RequestLease(page.lease()),
    ];
    assert_eq!(page.said(), said);
}

#[test]
fn a_lease_request_that_is_up_to_five_seconds_overdue_was_not_slept_through() {
    for (late, sent) in [(seconds(5), 2), (seconds(5) + ONE_MILLISECOND, 3)] {
        let mut page = Scenario::at(LEASING);
        page.held("a");
        page.lease_answer(NO_TERM);
        page.pass(seconds(50));
        page.page.advance(LEASE_PATIENCE + late);
        page.tick();
        assert_eq!(page.lease_requests(), sent, "{late:?}");
    }
}

#[test]
fn a_page_that_is_left_lets_go_of_its_lease_and_of_the_answer() {
    let mut page = Scenario::at(LEASING);
    page.held("a");
    let request = page.lease();
    page.event(UNLOAD);
    let answer = Ok(renew_after(Millis(0)));
    page.take(Input::LeaseAnswered { request, answer });
    assert_eq!((page.said(), page.timer()), (&[][..], None));
    page.event(Event::Online);
    page.event(Event::Visible);
    assert_eq!(page.lease_requests(), 1);
}

#[test]
fn a_client_that_is_closed_lets_go_of_its_lease_and_of_the_answer() {
    let mut page = Scenario::at(LEASING);
    page.held("a");
    let request = page.lease();
    page.close();
    assert!(page.said().contains(&Output::AbortLease(request)));
    let answer = Ok(renew_after(Millis(0)));
    page.take(Input::LeaseAnswered { request, answer });
    assert_eq!((page.said(), page.timer()), (&[][..], None));
    page.event(Event::Online);
    assert_eq!(page.lease_requests(), 1);
}

#[test]
fn a_page_that_is_back_from_the_cache_takes_a_new_lease() {
    let mut page = Scenario::at(LEASING);
    let (grant, _) = page.held("a");
    let before = page.lease();
    page.event(INTO_CACHE);
    page.event(Event::Shown);
    assert_eq!(page.lease_requests(), 1, "not so soon after the other");
    page.pass(LEASE_GAP);
    assert_eq!(page.lease_requests(), 2);
    let answer = Ok(renew_after(seconds(10)));
    page.take(Input::LeaseAnswered {
        request: before,
        answer,
    });
    page.answer(grant, hours(1));
    page.pass(seconds(30));
    assert_eq!(page.lease_requests(), 2, "the old answer says nothing here");
}

#[test]
fn a_prerendered_page_asks_for_no_lease() {
    let mut page = Scenario::at(LEASING);
    page.event(Event::Prerendering);
    let grant = page.grant("a");
    page.ask(grant);
    page.pass(minutes(10));
    assert_eq!(page.lease_requests(), 0);
    page.event(Event::Shown);
    assert_eq!(page.lease_requests(), 1);
}

#[test]
fn an_answer_to_no_lease_request_changes_nothing() {
    let mut page = Scenario::at(LEASING);
    page.held("a");
    let answer = Err(status(401));
    let request = RequestId(1_000);
    page.take(Input::LeaseAnswered { request, answer });
    assert_eq!(page.said(), []);
}

#[test]
fn a_user_who_is_signed_out_loses_every_token() {
    let mut page = Scenario::at(LEASING);
    let (held, token) = page.held("a");
    let waited_for = page.grant("b");
    let caller = page.ask(waited_for);
    let flight = page.flight(waited_for);
    page.lease_fail(status(401));
    assert_eq!(page.peek(held), None);
    assert_eq!(page.error(caller).code, Code::Revoked);
    let last = page.last_revoke();
    assert_eq!((last.tokens, last.pending), (vec![token], vec![flight]));
    let lost = page.leases_lost();
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0].code, Code::LoginRequired);
    page.pass(hours(1));
    assert_eq!(page.lease_requests(), 1);
}

#[test]
fn without_a_lease_the_app_is_told_once_for_each_token_request_and_keeps_its_tokens() {
    let mut page = Scenario::at(LEASING);
    let (grant, token) = page.held("a");
    for code in [404, 403] {
        page.lease_fail(status(code));
        page.pass(minutes(10));
        assert_eq!(page.peek(grant), Some(token));
        page.held(&code.to_string());
    }
    assert_eq!(page.lease_requests(), 3);
    let codes: Vec<_> = page.leases_lost().iter().map(|one| one.code).collect();
    assert_eq!(codes, [Code::RequestRefused, Code::AccessDenied]);
}

#[test]
fn a_lease_can_be_kept_without_a_revoke_endpoint() {
    let mut page = Scenario::at(Endpoints {
        revoke: false,
        ..LEASING
    });
    let (grant, token) = page.held("a");
    page.lease_answer(renew_after(Millis(0)));
    page.page.advance(minutes(5));
    assert_eq!(page.peek(grant), None);
    page.tick();
    assert!(!page.holds(token));
}

#[test]
fn who_signs_in_again_asks_for_the_lease_anew() {
    let mut page = Scenario::at(LEASING);
    page.held("a");
    let of_the_old_sign_in = page.lease();
    page.pass(LEASE_GAP);
    page.take(Input::Resume);
    assert!(
        page.said()
            .contains(&Output::AbortLease(of_the_old_sign_in))
    );
    assert_eq!(page.lease_requests(), 2);
    let answer = Err(status(401));
    page.take(Input::LeaseAnswered {
        request: of_the_old_sign_in,
        answer,
    });
    assert_eq!(page.said(), [], "what it says is about somebody else");
}

#[test]
fn signing_out_lets_go_of_the_lease() {
    let mut page = Scenario::at(LEASING);
    page.held("a");
    let request = page.lease();
    page.revoke_scope(Scope::All);
    assert!(page.said().contains(&Output::AbortLease(request)));
    page.pass(minutes(10));
    assert_eq!(page.lease_requests(), 1, "nothing is at stake");
}

#[test]
fn who_signs_out_and_in_again_asks_for_no_lease_within_the_gap() {
    let mut page = Scenario::at(LEASING);
    let (grant, _) = page.held("a");
    page.lease_answer(renew_after(Millis(0)));
    page.pass(LEASE_GAP);
    assert_eq!(page.lease_requests(), 2);
    page.pass(ONE_MILLISECOND);
    page.revoke_scope(Scope::All);
    page.ask(grant);
    page.pass(LEASE_GAP - ONE_MILLISECOND - ONE_MILLISECOND);
    assert_eq!(page.lease_requests(), 2);
    page.pass(ONE_MILLISECOND);
    assert_eq!(page.lease_requests(), 3);
}

#[test]
fn an_endpoint_that_answers_something_else_is_no_lease_and_costs_no_token() {
    for odd in [
        Failure::Malformed("the lease is not a JSON object"),
        foreign(403, None),
        foreign(502, None),
    ] {
        let mut page = Scenario::at(LEASING);
        let (grant, token) = page.held("a");
        page.lease_fail(odd);
        assert!(matches!(page.said(), [Output::LeaseLost(_)]), "{odd:?}");
        page.pass(LEASE_GAP);
        assert_eq!(page.lease_requests(), 2, "it is asked again");
        // As does one that answers nothing any more.
        page.pass(minutes(10));
        assert_eq!(page.peek(grant), Some(token));
    }
}

/// The last page life has asked so long ago, and the next one begins.
fn next_life_after(config: Config, ends: Event, begins: Event) -> Scenario {
    let mut page = Scenario::of(config, LEASING, 1);
    let (grant, _) = page.held("a");
    page.lease_answer(renew_after(Millis(0)));
    page.pass(LEASE_GAP);
    assert_eq!(page.lease_requests(), 2);
    page.pass(ONE_MILLISECOND);
    page.ask(grant);
    page.event(ends);
    page.event(begins);
    if page.page.shell.flight(grant).is_none() {
        page.ask(grant);
    }
    page
}

#[test]
fn the_first_lease_request_of_a_page_life_does_not_wait_for_the_last_one_of_another() {
    let hides = Config {
        revoke_when_hidden: true,
        ..Config::default()
    };
    for (config, ends, begins) in [
        (Config::default(), INTO_CACHE, Event::Shown),
        (Config::default(), UNLOAD, Event::Shown),
        (hides, Event::Hidden, Event::Visible),
    ] {
        let mut page = next_life_after(config, ends, begins);
        assert_eq!(page.lease_requests(), 3, "{ends:?}");
        page.lease_answer(renew_after(Millis(0)));
        page.pass(LEASE_GAP - ONE_MILLISECOND);
        assert_eq!(page.lease_requests(), 3, "two of one life: {ends:?}");
        page.pass(ONE_MILLISECOND);
        assert_eq!(page.lease_requests(), 4, "{ends:?}");
    }
}

#[test]
fn the_first_lease_requests_of_two_page_lives_keep_the_gap() {
    let mut page = next_life_after(Config::default(), INTO_CACHE, Event::Shown);
    let grant = page.grant("a");
    for lives in 1..4 {
        page.event(INTO_CACHE);
        page.event(Event::Shown);
        page.ask(grant);
        page.pass(LEASE_GAP - ONE_MILLISECOND);
        assert_eq!(page.lease_requests(), 2 + lives);
        page.pass(ONE_MILLISECOND);
        assert_eq!(page.lease_requests(), 3 + lives);
    }
}
