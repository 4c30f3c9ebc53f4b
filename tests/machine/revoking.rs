//! Revoking on demand.

use downscope::core::{
    Code, Config, Failure, GrantId, Input, Millis, Notice, Output, Page, REVOKE_ATTEMPTS, Reason,
    RevokeOutcome, Revoked, Scope, Sending, Status,
};

use crate::scenario::{MINTING, Scenario, UNLOAD};
use crate::support::{hours, issued, minutes, seconds};

#[test]
fn a_revoke_drops_the_token_names_it_and_says_how_it_went() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    let caller = page.revoke(grant);
    assert_eq!(page.peek(grant), None);
    assert_eq!(page.revokes()[0].tokens, [token]);
    assert_eq!(page.revokes()[0].reason, Reason::Explicit);
    assert_eq!(page.revokes()[0].sending, Sending::Awaited);
    assert_eq!(page.revoked(caller), None);
    page.answer_revokes(RevokeOutcome::Confirmed);
    let revoked = Revoked {
        tokens: 1,
        confirmed: true,
    };
    assert_eq!(page.revoked(caller), Some(revoked));
    assert!(!page.holds(token));
}

#[test]
fn a_second_revoke_has_nothing_to_do_and_sends_nothing() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    page.revoke(grant);
    let again = page.revoke(grant);
    assert_eq!(page.revokes().len(), 1);
    assert_eq!(page.revoked(again), None, "the first one may still fail");
    page.answer_revokes(RevokeOutcome::Confirmed);
    assert_eq!(page.revoked(again), Some(Revoked::NOTHING));
}

#[test]
fn who_ends_everything_is_told_once_every_revoke_has_an_answer() {
    for (outcome, confirmed) in [
        (RevokeOutcome::Confirmed, true),
        (RevokeOutcome::Denied, false),
    ] {
        let mut page = Scenario::new();
        let (grant, _) = page.held("a");
        page.revoke(grant);
        let closed = page.close();
        assert_eq!(page.revoked(closed), None, "the first one may still fail");
        page.answer_revokes(outcome);
        let expected = Revoked {
            tokens: 0,
            confirmed,
        };
        assert_eq!(page.revoked(closed), Some(expected));
    }
}

#[test]
fn signing_out_beside_a_revoke_that_fails_is_not_confirmed() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    page.held("b");
    page.revoke(grant);
    let first = page.page.shell.revokes_under_way().next();
    let all = page.revoke_scope(Scope::All);
    let second = page.page.shell.revokes_under_way().last();
    let outcome = RevokeOutcome::Confirmed;
    page.take(Input::RevokeAnswered {
        request: second.unwrap(),
        outcome,
    });
    assert_eq!(page.revoked(all), None);
    page.take(Input::RevokeAnswered {
        request: first.unwrap(),
        outcome: RevokeOutcome::Denied,
    });
    let answer = page.revoked(all).unwrap();
    assert_eq!((answer.tokens, answer.confirmed), (1, false));
}

#[test]
fn a_page_that_goes_tells_who_waits_for_everything_that_it_is_not_confirmed() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    page.revoke(grant);
    let closed = page.close();
    page.event(UNLOAD);
    assert!(page.revoked(closed).is_some_and(|answer| !answer.confirmed));
}

#[test]
fn a_revoke_is_sent_again_while_the_page_lives() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    let caller = page.revoke(grant);
    page.answer_revokes(RevokeOutcome::TryAgain(None));
    assert_eq!(page.revoked(caller), None);
    page.pass(seconds(3));
    assert_eq!(page.revokes().len(), 2);
    assert_eq!(page.revokes()[1], page.revokes()[0]);
    page.answer_revokes(RevokeOutcome::Confirmed);
    assert!(page.revoked(caller).is_some_and(|answer| answer.confirmed));
    assert!(!page.holds(token));
}

#[test]
fn a_revoke_waits_for_as_long_as_the_endpoint_asks() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    page.revoke(grant);
    page.answer_revokes(RevokeOutcome::TryAgain(Some(minutes(3))));
    page.pass(minutes(3) - Millis(1));
    assert_eq!(page.revokes().len(), 1);
    page.pass(Millis(1));
    assert_eq!(page.revokes().len(), 2);
}

#[test]
fn a_revoke_that_fails_four_times_is_given_up_and_says_so() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    let caller = page.revoke(grant);
    for _ in 0..REVOKE_ATTEMPTS {
        page.answer_revokes(RevokeOutcome::TryAgain(None));
        page.pass(minutes(2));
    }
    assert_eq!(page.revokes().len(), REVOKE_ATTEMPTS as usize);
    assert!(page.revoked(caller).is_some_and(|answer| !answer.confirmed));
    page.pass(minutes(30));
    assert_eq!(page.revokes().len(), REVOKE_ATTEMPTS as usize);
    assert!(page.holds(token), "to be named at the end");
}

#[test]
fn the_tries_of_a_revoke_outlast_ten_seconds_without_a_backend() {
    for seed in 0..50 {
        let mut page = Scenario::seeded(Config::default(), seed);
        let (grant, _) = page.held("a");
        page.revoke(grant);
        let began = page.page.now;
        for tries in 1..REVOKE_ATTEMPTS as usize {
            page.answer_revokes(RevokeOutcome::TryAgain(None));
            while page.revokes().len() == tries {
                page.pass(page.timer().unwrap_or(seconds(1)));
            }
        }
        let took = page.page.now.since(began);
        assert!(took > seconds(10) && took < seconds(18), "{seed}: {took:?}");
    }
}

#[test]
fn a_revoke_that_is_refused_is_not_repeated() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    let caller = page.revoke(grant);
    page.answer_revokes(RevokeOutcome::Denied);
    page.pass(hours(1));
    assert_eq!(page.revokes().len(), 1);
    assert!(page.revoked(caller).is_some_and(|answer| !answer.confirmed));
}

#[test]
fn a_revoke_that_is_taken_over_is_not_confirmed_nor_named_again() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    let caller = page.revoke(grant);
    page.answer_revokes(RevokeOutcome::TakenOver);
    assert!(page.revoked(caller).is_some_and(|answer| !answer.confirmed));
    assert!(!page.holds(token));
    page.pass(minutes(2));
    let closed = page.close();
    page.event(UNLOAD);
    assert_eq!(page.revokes().len(), 1);
    assert!(page.revoked(closed).is_some_and(|answer| !answer.confirmed));
}

#[test]
fn what_was_taken_over_counts_as_alive_until_it_expires() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    page.revoke(grant);
    page.answer_revokes(RevokeOutcome::TakenOver);
    page.pass(hours(2));
    page.held("b");
    let all = page.revoke_scope(Scope::All);
    page.answer_revokes(RevokeOutcome::Confirmed);
    assert!(page.revoked(all).is_some_and(|answer| answer.confirmed));
}

#[test]
fn a_revoke_during_a_request_names_the_request_and_lets_go_of_it() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let waiting = page.ask(grant);
    let flight = page.flight(grant);
    page.revoke(grant);
    assert_eq!(page.error(waiting).code, Code::Revoked);
    assert_eq!(page.revokes()[0].pending, [flight]);
    assert!(page.said().contains(&Output::AbortRequest(flight)));
}

#[test]
fn a_request_under_way_is_not_counted_among_the_tokens_that_were_dropped() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    page.pass_until_request(grant);
    let caller = page.revoke(grant);
    page.answer_revokes(RevokeOutcome::Confirmed);
    assert_eq!(page.revoked(caller).map(|answer| answer.tokens), Some(1));
}

#[test]
fn what_a_revoked_request_mints_after_all_is_revoked_too() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask(grant);
    let flight = page.flight(grant);
    page.revoke(grant);
    page.answer_revokes(RevokeOutcome::Confirmed);
    page.answer_to(grant, flight, Ok(issued(hours(1))));
    assert_eq!(page.peek(grant), None);
    assert_eq!(page.revokes()[1].tokens, [flight]);
}

#[test]
fn a_second_answer_to_one_request_changes_nothing() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    page.answer_to(grant, token, Ok(issued(hours(1))));
    assert_eq!(page.said(), []);
    assert_eq!(page.peek(grant), Some(token));
}

#[test]
fn a_revoked_grant_can_be_used_again() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    page.revoke(grant);
    let caller = page.ask(grant);
    let token = page.answer(grant, hours(1));
    assert_eq!(page.token(caller), Some(token));
}

#[test]
fn revoking_one_grant_leaves_the_others_alone() {
    let mut page = Scenario::new();
    let (revoked, _) = page.held("a");
    let (other, token) = page.held("b");
    page.revoke(revoked);
    assert_eq!(page.peek(other), Some(token));
    assert!(
        !page
            .notices(other)
            .contains(&Notice::Revoked(Reason::Explicit))
    );
}

#[test]
fn logging_out_revokes_every_grant_in_one_request() {
    let mut page = Scenario::new();
    let (first, one) = page.held("a");
    let (second, other) = page.held("b");
    let caller = page.revoke_scope(Scope::All);
    assert_eq!(page.revokes().len(), 1);
    assert_eq!(page.revokes()[0].tokens, [one, other]);
    assert_eq!(page.revokes()[0].reason, Reason::Logout);
    page.answer_revokes(RevokeOutcome::Confirmed);
    assert!(
        page.revoked(caller)
            .is_some_and(|answer| answer.tokens == 2)
    );
    for grant in [first, second] {
        assert_eq!(page.state(grant).status, Status::Empty);
        assert_eq!(
            page.notices(grant).last(),
            Some(&Notice::Revoked(Reason::Logout))
        );
    }
}

/// What a grant is told when the app wants an end while there is neither token nor request.
fn told_of_an_end(
    page: &mut Scenario,
    grant: GrantId,
    end: impl FnOnce(&mut Scenario),
) -> Option<Reason> {
    assert_eq!(page.page.machine.current(grant), None);
    let before = page.notices(grant).len();
    end(page);
    match page.notices(grant)[before..] {
        [Notice::Revoked(reason)] => Some(reason),
        _ => None,
    }
}

#[test]
fn an_end_that_the_app_wants_is_told_to_who_keeps_asking_though_there_is_no_token() {
    for (reason, scope) in [(Reason::Logout, Some(Scope::All)), (Reason::Explicit, None)] {
        let mut page = Scenario::new();
        let grant = page.grant("a");
        page.ask(grant);
        page.fail(grant, Failure::Network);
        let scope = scope.unwrap_or(Scope::Grant(grant));
        let told = told_of_an_end(&mut page, grant, |page| _ = page.revoke_scope(scope));
        assert_eq!(told, Some(reason));
        let again = told_of_an_end(&mut page, grant, |page| _ = page.revoke_scope(scope));
        assert_eq!(again, None, "nobody has asked since");
    }
}

#[test]
fn an_end_that_the_app_wants_is_told_though_the_token_that_nobody_asked_for_has_expired() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    page.pass_until_request(grant);
    page.answer(grant, hours(1));
    page.take(Input::Page(Page::Hidden));
    page.pass(hours(3));
    let told = told_of_an_end(&mut page, grant, |page| _ = page.revoke_scope(Scope::All));
    assert_eq!(told, Some(Reason::Logout));
}

#[test]
fn closing_revokes_everything_and_can_be_done_twice() {
    let mut page = Scenario::new();
    let (_, token) = page.held("a");
    let first = page.close();
    let second = page.close();
    assert_eq!(page.revokes().len(), 1);
    assert_eq!(page.revokes()[0].tokens, [token]);
    page.answer_revokes(RevokeOutcome::Confirmed);
    assert!(
        [first, second]
            .iter()
            .all(|&one| page.revoked(one).is_some())
    );
    assert_eq!(page.timer(), None);
}

#[test]
fn a_closed_client_asks_for_nothing_and_goes_on_revoking() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    let waiting = page.grant("b");
    page.ask(waiting);
    let flight = page.flight(waiting);
    page.close();
    page.answer_revokes(RevokeOutcome::TryAgain(None));
    page.pass(seconds(3));
    assert_eq!(page.revokes().len(), 2);
    page.answer_to(waiting, flight, Ok(issued(hours(1))));
    assert_eq!(page.revokes()[2].tokens, [flight]);
    page.answer_revokes(RevokeOutcome::Confirmed);
    page.ask(grant);
    page.pass(hours(2));
    assert_eq!(page.requests(), 2);
    assert_eq!(page.page.shell.secrets().count(), 0);
}

#[test]
fn without_a_revoke_endpoint_tokens_are_dropped_and_nothing_is_confirmed() {
    let mut page = Scenario::at(MINTING);
    let (grant, token) = page.held("a");
    let caller = page.revoke(grant);
    assert_eq!(page.revokes(), []);
    assert!(!page.holds(token));
    let dropped = Revoked {
        tokens: 1,
        confirmed: false,
    };
    assert_eq!(page.revoked(caller), Some(dropped));
}
