//! Once the backend has let go, so has the page.

use downscope::core::{
    ASSUMED_TERM, Config, Failure, Generation, GrantId, LEASE_GAP, Millis, Notice, Output,
    Page as Event, Reason, RevokeOutcome, Scope, Status, Terms, Want,
};

use crate::scenario::{LEASING, Scenario, TERM, UNLOAD, renew_after, status};
use crate::support::{ANY, hours, minutes, seconds};

const ONE_MILLISECOND: Millis = Millis(1);

/// One grant that is in use, held since this moment, with a lease since then.
fn leased() -> (Scenario, GrantId, Generation) {
    let mut page = Scenario::at(LEASING);
    let (grant, token) = page.held("a");
    page.lease_answer(renew_after(seconds(45)));
    (page, grant, token)
}

fn has_lapsed(page: &Scenario, grant: GrantId) -> bool {
    page.notices(grant).last() == Some(&Notice::Revoked(Reason::Lapsed))
}

/// That no request of their own was made for what has lapsed, and that the page names it
/// all the same when it goes.
fn assert_named_at_the_end(page: &mut Scenario, lapsed: &[Generation]) {
    assert_eq!(page.revokes(), []);
    page.event(UNLOAD);
    let named = page.last_revoke().tokens;
    assert!(lapsed.iter().all(|one| named.contains(one)), "{named:?}");
}

#[test]
fn after_a_sleep_longer_than_the_term_no_token_is_handed_out() {
    let (mut page, grant, token) = leased();
    page.sleep(TERM - ONE_MILLISECOND);
    assert_eq!(page.peek(grant), Some(token));
    // A quarter of a second between the two clocks is not heeded.
    page.sleep(Millis(251));
    assert_eq!(page.peek(grant), None);
    let caller = page.ask(grant);
    assert_eq!(page.outcome(caller), None);
    let fresh = page.answer(grant, hours(1));
    assert_eq!(page.token(caller), Some(fresh));
}

#[test]
fn after_a_freeze_longer_than_the_term_no_token_is_handed_out() {
    let (mut page, grant, token) = leased();
    page.page.advance(TERM);
    assert_eq!(page.peek(grant), None);
    assert_eq!(page.state(grant).status, Status::Empty);
    assert_eq!(page.state(grant).token, None);
    page.ask(grant);
    assert_named_at_the_end(&mut page, &[token]);
}

#[test]
fn a_clock_set_back_does_not_lengthen_the_term() {
    let (mut page, grant, _) = leased();
    page.page.jump(Millis(0), -hours(1).0.cast_signed());
    page.page.advance(TERM);
    assert_eq!(page.peek(grant), None);
}

#[test]
fn an_offline_page_drops_its_tokens_by_itself_when_the_term_is_over() {
    let (mut page, grant, token) = leased();
    let mut last = None;
    while !has_lapsed(&page, grant) {
        if page.page.shell.lease.under_way().is_some() {
            page.lease_fail(Failure::Network);
        }
        last = page.timer();
        page.pass(last.unwrap_or(seconds(1)));
    }
    let passed = page.page.now.since(Scenario::new().page.now);
    assert_eq!(passed, TERM, "on time, after {last:?}");
    assert!(page.lease_requests() > 3);
    assert_named_at_the_end(&mut page, &[token]);
}

#[test]
fn what_lapsed_while_the_backend_was_away_is_revoked_when_it_has_given_a_token() {
    let (mut page, grant, token) = leased();
    while !has_lapsed(&page, grant) {
        if page.page.shell.lease.under_way().is_some() {
            page.lease_fail(Failure::Network);
        }
        page.pass(page.timer().unwrap_or(seconds(1)));
    }
    page.ask(grant);
    page.pass_until_request(grant);
    assert_eq!(page.revokes(), [], "nobody would hear it");
    page.answer(grant, hours(1));
    let revoke = page.last_revoke();
    assert_eq!(
        (&*revoke.tokens, revoke.reason),
        (&[token][..], Reason::Lapsed)
    );
    page.answer_revokes(RevokeOutcome::Confirmed);
    page.event(UNLOAD);
    assert!(!page.last_revoke().tokens.contains(&token), "and once");
}

#[test]
fn what_lapses_while_a_lease_request_is_held_is_revoked_with_the_next_token() {
    let (mut page, grant, token) = leased();
    page.pass(TERM);
    assert!(
        has_lapsed(&page, grant),
        "and the backend may have heard it"
    );
    page.ask(grant);
    page.answer(grant, hours(1));
    assert_eq!(page.last_revoke().tokens, [token]);
}

#[test]
fn what_was_slept_through_has_no_revoke_of_its_own() {
    let (mut page, grant, token) = leased();
    page.sleep(TERM + minutes(5));
    page.tick();
    assert!(has_lapsed(&page, grant));
    page.ask(grant);
    page.answer(grant, hours(1));
    assert_named_at_the_end(&mut page, &[token]);
}

#[test]
fn what_lapses_where_no_lease_is_known_is_revoked_with_the_next_token() {
    let mut page = Scenario::at(LEASING);
    let (grant, token) = page.held("a");
    page.lease_fail(status(503));
    page.pass(ASSUMED_TERM);
    assert!(has_lapsed(&page, grant));
    page.ask(grant);
    page.answer(grant, hours(1));
    assert_eq!(page.last_revoke().tokens, [token]);
}

#[test]
fn the_next_revoke_of_the_app_names_all_that_has_lapsed() {
    let (mut page, grant, superseded) = leased();
    page.ask_for(grant, Want { force: true, ..ANY });
    let current = page.answer(grant, hours(1));
    let (_, other) = page.held("b");
    page.sleep(TERM);
    page.tick();
    assert_eq!(page.revokes(), []);
    let caller = page.revoke_scope(Scope::All);
    let mut named = page.last_revoke().tokens;
    named.sort_unstable();
    assert_eq!(named, [superseded, current, other]);
    page.answer_revokes(RevokeOutcome::Confirmed);
    assert_eq!(page.revoked(caller).map(|one| one.confirmed), Some(true));
    page.event(UNLOAD);
    assert_eq!(page.revokes().len(), 1, "and once");
}

#[test]
fn what_has_lapsed_is_forgotten_when_the_server_has_ended_it() {
    let (mut page, _, token) = leased();
    page.sleep(TERM);
    page.tick();
    assert!(page.holds(token));
    page.pass(hours(1));
    assert!(!page.holds(token));
}

#[test]
fn a_page_that_can_be_seen_asks_again_once_for_what_was_in_use() {
    let (mut page, grant, _) = leased();
    let idle = page.grant("b");
    page.sleep(TERM);
    page.tick();
    assert_eq!(page.state(grant).status, Status::Fetching);
    assert_eq!(page.state(idle).status, Status::Empty);
    page.answer(grant, hours(1));
    let requests = page.requests();
    page.sleep(TERM);
    page.tick();
    assert_eq!(page.requests(), requests, "nobody has used it since");
    page.pass(minutes(10));
    assert_eq!(page.requests(), requests);
}

#[test]
fn a_hidden_page_asks_again_when_a_token_is_wanted() {
    let (mut page, grant, token) = leased();
    page.event(Event::Hidden);
    page.sleep(TERM);
    page.tick();
    assert!(has_lapsed(&page, grant) && page.holds(token));
    assert_eq!(page.requests(), 1);
    let requests = page.lease_requests();
    page.pass(minutes(10));
    assert_eq!(page.lease_requests(), requests, "nothing is at stake");
    page.ask(grant);
    assert_eq!(page.requests(), 2);
}

#[test]
fn each_renewal_puts_the_lapse_off() {
    let (mut page, grant, token) = leased();
    for _ in 0..10 {
        page.pass(seconds(45));
        page.lease_answer(renew_after(seconds(45)));
    }
    assert_eq!(page.peek(grant), Some(token));
    page.sleep(TERM);
    assert_eq!(page.peek(grant), None);
}

#[test]
fn the_term_is_counted_from_when_the_lease_request_was_sent() {
    let mut page = Scenario::at(LEASING);
    let (grant, token) = page.held("a");
    page.page.advance(seconds(20));
    page.lease_answer(renew_after(seconds(45)));
    page.page.advance(TERM - seconds(20) - ONE_MILLISECOND);
    assert_eq!(page.peek(grant), Some(token));
    page.page.advance(ONE_MILLISECOND);
    assert_eq!(page.peek(grant), None);
}

#[test]
fn the_time_that_a_request_was_held_open_counts_as_having_been_heard() {
    let mut page = Scenario::at(LEASING);
    let (grant, token) = page.held("a");
    page.page.advance(seconds(55));
    page.lease_answer(Terms {
        held: seconds(50),
        ..renew_after(seconds(45))
    });
    page.page.advance(TERM - seconds(5) - ONE_MILLISECOND);
    assert_eq!(page.peek(grant), Some(token));
    page.page.advance(ONE_MILLISECOND);
    assert_eq!(page.peek(grant), None);
}

#[test]
fn nothing_was_held_open_for_longer_than_it_is_ago() {
    let mut page = Scenario::at(LEASING);
    let (grant, _) = page.held("a");
    page.page.advance(seconds(1));
    page.lease_answer(Terms {
        held: hours(1),
        ..renew_after(seconds(45))
    });
    page.page.advance(TERM);
    assert_eq!(page.peek(grant), None);
}

#[test]
fn a_failed_lease_request_is_no_contact() {
    let (mut page, grant, _) = leased();
    page.pass(seconds(45));
    page.lease_fail(status(503));
    page.page.advance(TERM - seconds(45));
    assert_eq!(page.peek(grant), None);
}

#[test]
fn a_backend_that_names_no_term_lets_nothing_lapse() {
    let mut page = Scenario::at(LEASING);
    let (grant, token) = page.held("a");
    page.lease_answer(Terms {
        term: None,
        ..renew_after(seconds(45))
    });
    page.page.advance(minutes(40));
    assert_eq!(page.peek(grant), Some(token));
}

#[test]
fn what_a_backend_that_has_not_named_its_term_minted_is_trusted_for_a_minute() {
    let mut page = Scenario::at(LEASING);
    let (grant, token) = page.held("a");
    page.lease_fail(Failure::Network);
    page.page.advance(ASSUMED_TERM - ONE_MILLISECOND);
    assert_eq!(page.peek(grant), Some(token));
    page.page.advance(ONE_MILLISECOND);
    assert_eq!(page.peek(grant), None);
}

#[test]
fn a_lease_that_is_lost_still_lapses_where_the_backend_had_named_a_term() {
    let (mut page, grant, token) = leased();
    page.pass(seconds(45));
    page.lease_fail(status(403));
    assert_eq!(page.peek(grant), Some(token));
    page.pass(TERM - seconds(45));
    assert_eq!(page.peek(grant), None);
    assert_named_at_the_end(&mut page, &[token]);
}

#[test]
fn a_token_that_arrives_after_a_lapse_begins_a_term_of_its_own() {
    let config = Config {
        // Or the timers of requests would do.
        request_timeout: minutes(3),
        ..Config::default()
    };
    let mut page = Scenario::of(config, LEASING, 1);
    let (grant, _) = page.held("a");
    let term = minutes(1);
    page.lease_answer(Terms {
        term: Some(term),
        ..renew_after(seconds(20))
    });
    page.pass(seconds(20));
    page.lease_fail(status(403));
    page.pass(term - seconds(20));
    page.lease_fail(status(403));
    let fresh = page.answer(grant, hours(1));
    page.pass(term - ONE_MILLISECOND);
    assert_eq!(page.peek(grant), Some(fresh));
    page.pass(ONE_MILLISECOND);
    assert!(has_lapsed(&page, grant), "by the clock alone");
    page.event(UNLOAD);
    assert!(page.last_revoke().tokens.contains(&fresh));
}

#[test]
fn a_token_whose_answer_was_slept_through_is_not_handed_out() {
    let (mut page, grant, _) = leased();
    let other = page.grant("b");
    let caller = page.ask(other);
    page.sleep(minutes(10));
    let slept_through = page.answer(other, hours(1));
    assert_eq!(page.outcome(caller), None, "the backend has let go of it");
    let fresh = page.answer(other, hours(1));
    assert_eq!(page.token(caller), Some(fresh));
    page.tick();
    assert_eq!(page.peek(other), Some(fresh));
    assert_eq!(page.peek(grant), None);
    page.event(UNLOAD);
    let named = page.last_revoke().tokens;
    assert!(named.contains(&slept_through), "{named:?}");
}

#[test]
fn a_token_whose_answer_was_slept_through_is_not_handed_out_under_a_new_lease_either() {
    let (mut page, grant, _) = leased();
    let other = page.grant("b");
    let caller = page.ask(other);
    page.sleep(minutes(10));
    page.ask(grant);
    page.lease_answer(renew_after(seconds(45)));
    page.answer(other, hours(1));
    assert_eq!(page.outcome(caller), None);
}

#[test]
fn an_answer_that_comes_after_the_lapse_brings_nothing_back() {
    let (mut page, grant, token) = leased();
    page.pass(seconds(45));
    page.page.advance(TERM - seconds(45));
    page.lease_answer(renew_after(seconds(45)));
    assert_eq!(
        page.peek(grant),
        None,
        "timers may be late, in hidden tabs above all"
    );
    assert_named_at_the_end(&mut page, &[token]);
}

#[test]
fn a_lapse_lets_go_of_the_lease_request_and_sends_another() {
    let (mut page, _, _) = leased();
    page.pass(seconds(45));
    let before = page.lease();
    page.pass(TERM - seconds(45));
    assert!(page.said().contains(&Output::AbortLease(before)));
    assert_ne!(page.lease(), before);
}

#[test]
fn a_lapse_right_after_a_lease_request_keeps_the_gap() {
    let mut page = Scenario::at(LEASING);
    page.held("a");
    page.lease_answer(renew_after(TERM - seconds(1)));
    page.pass(TERM);
    assert_eq!(page.lease_requests(), 2);
    page.pass(LEASE_GAP - seconds(1) - ONE_MILLISECOND);
    assert_eq!(page.lease_requests(), 2);
    page.pass(ONE_MILLISECOND);
    assert_eq!(page.lease_requests(), 3);
}

#[test]
fn a_token_request_under_way_survives_a_lapse_and_serves_who_waits() {
    let (mut page, grant, _) = leased();
    page.page.advance(TERM - seconds(1));
    let caller = page.ask_for(grant, Want { force: true, ..ANY });
    page.pass(seconds(2));
    assert!(has_lapsed(&page, grant));
    let fresh = page.answer(grant, hours(1));
    assert_eq!(page.token(caller), Some(fresh));
    assert_eq!(page.peek(grant), Some(fresh));
}
