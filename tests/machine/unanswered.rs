//! A request whose answer does not say that nothing was minted is named to the
//! backend.

use downscope::core::{
    Failure, Generation, GrantId, Input, Page as Event, Reason, RevokeOutcome, Revoked, Scope,
    Sending,
};

use crate::scenario::{INTO_CACHE, MINTING, Revoke, Scenario, UNCERTAIN, UNLOAD, busy, status};
use crate::support::{hours, issued, seconds};

/// So many go out in a revoke of their own.
const MOST: usize = 32;

/// A grant whose first request has failed.
fn failed(page: &mut Scenario, scope: &str, failure: Failure) -> (GrantId, Generation) {
    let grant = page.grant(scope);
    page.ask(grant);
    let generation = page.flight(grant);
    page.fail(grant, failure);
    (grant, generation)
}

fn failed_many(page: &mut Scenario, count: usize, name: &str) -> Vec<Generation> {
    let all = (0..count).map(|number| {
        let failure = UNCERTAIN[number % UNCERTAIN.len()];
        failed(page, &format!("{name}{number}"), failure).1
    });
    all.collect()
}

#[test]
fn what_may_have_minted_is_named_when_the_page_goes_and_causes_no_request_before() {
    for failure in UNCERTAIN {
        let mut page = Scenario::new();
        let (_, request) = failed(&mut page, "a", failure);
        assert_eq!(page.revokes(), [], "{failure:?}");
        page.event(UNLOAD);
        let last = page.last_revoke();
        assert_eq!(last.pending, [request], "{failure:?}");
        assert_eq!((last.tokens, last.sending), (vec![], Sending::Unload));
    }
}

#[test]
fn what_may_have_minted_is_named_by_close_and_revokes_though_nothing_else_is_held() {
    let ends: [fn(&mut Scenario, GrantId) -> _; 4] = [
        |page, _| page.close(),
        |page, grant| page.revoke(grant),
        |page, _| page.revoke_scope(Scope::All),
        |page, _| page.revoke_scope(Scope::EveryTab),
    ];
    for failure in UNCERTAIN {
        for end in ends {
            let mut page = Scenario::new();
            let (grant, request) = failed(&mut page, "a", failure);
            let caller = end(&mut page, grant);
            assert_eq!(page.last_revoke().pending, [request], "{failure:?}");
            assert_eq!(page.revoked(caller), None, "nobody has said so yet");
            page.answer_revokes(RevokeOutcome::Confirmed);
            assert_eq!(page.revoked(caller), Some(Revoked::NOTHING));
            page.event(UNLOAD);
            assert_eq!(page.revokes().len(), 1, "it is named once");
        }
    }
}

#[test]
fn what_the_backend_refused_is_named_by_nothing() {
    for failure in [400, 401, 403, 404, 410, 413, 422].map(status) {
        let mut page = Scenario::new();
        failed(&mut page, "a", failure);
        failed(&mut page, "b", Failure::Misused("resource"));
        let caller = page.close();
        assert_eq!(page.revoked(caller), Some(Revoked::NOTHING), "{failure:?}");
        page.event(UNLOAD);
        assert_eq!(page.revokes(), [], "{failure:?}");
    }
}

#[test]
fn it_makes_no_difference_that_the_backend_asked_to_be_left_alone() {
    let mut page = Scenario::new();
    let (_, request) = failed(&mut page, "a", busy(seconds(120)));
    page.close();
    assert_eq!(page.last_revoke().pending, [request]);
}

#[test]
fn every_failure_of_a_row_is_named() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    let mut requests = Vec::new();
    for failure in [status(500), Failure::Network, status(429), status(504)] {
        page.pass_until_request(grant);
        requests.push(page.flight(grant));
        page.fail(grant, failure);
    }
    page.event(UNLOAD);
    let last = page.last_revoke();
    assert_eq!((last.tokens, last.pending), (vec![token], requests));
}

#[test]
fn thirty_one_wait_for_the_next_revoke_and_thirty_two_go_out_in_one_of_their_own() {
    let mut page = Scenario::new();
    let mut requests = failed_many(&mut page, MOST - 1, "a");
    assert_eq!(page.revokes(), []);
    requests.push(failed(&mut page, "b", status(503)).1);
    let own = page.last_revoke();
    assert_eq!((own.tokens, own.pending), (vec![], requests));
    assert_eq!(
        (own.reason, own.sending),
        (Reason::Evicted, Sending::Awaited)
    );
    let (_, next) = failed(&mut page, "c", status(503));
    assert_eq!(page.revokes().len(), 1, "and the count begins anew");
    page.answer_revokes(RevokeOutcome::Confirmed);
    page.event(UNLOAD);
    assert_eq!(page.last_revoke().pending, [next]);
}

#[test]
fn a_revoke_takes_along_what_has_gathered_and_the_count_begins_anew() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("t");
    let before = failed_many(&mut page, MOST - 1, "a");
    page.revoke(grant);
    let last = page.last_revoke();
    assert_eq!((last.tokens, last.pending), (vec![token], before));
    let after = failed_many(&mut page, MOST - 1, "b");
    assert_eq!(page.revokes().len(), 1);
    page.answer_revokes(RevokeOutcome::Confirmed);
    page.event(UNLOAD);
    assert_eq!(page.last_revoke().pending, after);
}

#[test]
fn thirty_two_whose_own_revoke_is_not_answered_are_named_again_at_the_end() {
    for outcome in [
        None,
        Some(RevokeOutcome::Denied),
        Some(RevokeOutcome::TryAgain(None)),
    ] {
        let mut page = Scenario::new();
        let requests = failed_many(&mut page, MOST, "a");
        if let Some(outcome) = outcome {
            page.answer_revokes(outcome);
        }
        page.event(UNLOAD);
        let mut named = page.last_revoke().pending;
        named.sort_unstable();
        assert_eq!(named, requests, "{outcome:?}");
    }
}

#[test]
fn without_a_revoke_endpoint_nothing_is_named_and_nothing_is_confirmed() {
    let mut page = Scenario::at(MINTING);
    failed_many(&mut page, MOST + 1, "a");
    let caller = page.close();
    assert!(page.revoked(caller).is_some_and(|answer| !answer.confirmed));
    page.event(UNLOAD);
    assert_eq!(page.revokes(), []);
}

#[test]
fn what_comes_late_of_a_request_that_was_given_up_is_revoked_by_name_and_as_that_alone() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask(grant);
    let late = page.flight(grant);
    page.pass(seconds(15));
    page.answer_to(grant, late, Ok(issued(hours(1))));
    let last = page.last_revoke();
    assert_eq!((last.tokens, last.pending), (vec![late], vec![]));
    page.answer_revokes(RevokeOutcome::Confirmed);
    page.event(UNLOAD);
    assert_eq!(page.revokes().len(), 1, "nothing is left to name");
}

#[test]
fn what_comes_late_is_named_beside_the_other_requests_of_its_revoke() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask(grant);
    let late = page.flight(grant);
    page.pass(seconds(15));
    let others = failed_many(&mut page, MOST - 1, "b");
    assert_eq!(page.last_revoke().pending.len(), MOST);
    page.answer_revokes(RevokeOutcome::TryAgain(None));
    page.answer_to(grant, late, Ok(issued(hours(1))));
    assert_eq!(page.last_revoke().tokens, [late]);
    page.answer_revokes(RevokeOutcome::Confirmed);
    page.pass(seconds(3));
    let mut again = page.last_revoke();
    again.pending.sort_unstable();
    assert_eq!((again.tokens, again.pending), (vec![], others));
}

#[test]
fn what_comes_late_of_a_request_that_a_failed_revoke_named_is_named_by_its_token() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask(grant);
    let late = page.flight(grant);
    page.revoke(grant);
    page.answer_revokes(RevokeOutcome::Denied);
    page.answer_to(grant, late, Ok(issued(hours(1))));
    assert_eq!(page.last_revoke().tokens, [late]);
    page.event(UNLOAD);
    let last = page.last_revoke();
    assert_eq!((last.tokens, last.pending), (vec![late], vec![]));
}

/// Whatever its revoke has come to when the token arrives.
#[test]
fn a_revoke_of_which_nothing_is_left_is_not_sent_again_and_still_answered() {
    for arrives_before_the_answer in [true, false] {
        let mut page = Scenario::new();
        let grant = page.grant("a");
        page.ask(grant);
        let late = page.flight(grant);
        let caller = page.revoke(grant);
        let first: Vec<_> = page.page.shell.revokes_under_way().collect();
        let fail = |page: &mut Scenario| {
            for &request in &first {
                let outcome = RevokeOutcome::TryAgain(None);
                page.take(Input::RevokeAnswered { request, outcome });
            }
        };
        if arrives_before_the_answer {
            page.answer_to(grant, late, Ok(issued(hours(1))));
            fail(&mut page);
        } else {
            fail(&mut page);
            page.answer_to(grant, late, Ok(issued(hours(1))));
        }
        page.answer_revokes(RevokeOutcome::Confirmed);
        page.pass(seconds(60));
        let names_nothing =
            |one: &Revoke| one.tokens.is_empty() && one.pending.is_empty() && !one.whole_session;
        assert!(!page.revokes().iter().any(names_nothing), "an empty revoke");
        assert!(page.revoked(caller).is_some());
    }
}

#[test]
fn a_refusal_that_comes_late_changes_nothing() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask(grant);
    let late = page.flight(grant);
    page.pass(seconds(15));
    page.answer_to(grant, late, Err(status(503)));
    assert_eq!(page.said(), []);
    page.event(UNLOAD);
    assert_eq!(page.last_revoke().pending, [late]);
}

#[test]
fn each_page_life_names_its_own() {
    let mut page = Scenario::new();
    let (grant, first) = failed(&mut page, "a", status(502));
    page.event(INTO_CACHE);
    assert_eq!(page.last_revoke().pending, [first]);
    page.event(Event::Shown);
    page.pass_until_request(grant);
    let second = page.flight(grant);
    page.fail(grant, status(502));
    page.event(UNLOAD);
    assert_eq!(page.last_revoke().pending, [second]);
}
