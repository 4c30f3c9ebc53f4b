//! Nothing outlives the page.

use downscope::core::{
    Code, Failure, Generation, GrantId, Input, Issued, Millis, Notice, Output, Page as Event,
    Reason, RevokeOutcome, Revoked, Scope, Sending, Status, UNLOAD_QUOTA, Want,
};

use crate::scenario::{INTO_CACHE, MINTING, Scenario, UNLOAD, status};
use crate::support::{ANY, hours, issued, minutes, seconds};

/// What `fetch` lets a page have in flight when it goes: 64 KiB.
const KEEPALIVE_QUOTA: usize = 65_536;

/// A grant whose token takes so many bytes to name.
fn held_with_weight(page: &mut Scenario, scope: &str, weight: u32) -> (GrantId, Generation) {
    let grant = page.grant(scope);
    page.ask(grant);
    let generation = page.flight(grant);
    let answer = Issued {
        weight,
        ..issued(hours(1))
    };
    page.answer_to(grant, generation, Ok(answer));
    (grant, generation)
}

#[test]
fn leaving_sends_one_revoke_before_anything_else() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    page.held("b");
    page.revoke(grant);
    page.event(UNLOAD);
    let kinds: Vec<_> = page
        .said()
        .iter()
        .map(|one| matches!(one, Output::Revoke { .. }))
        .collect();
    assert_eq!(kinds.iter().filter(|&&is_revoke| is_revoke).count(), 1);
    assert!(kinds[0]);
}

#[test]
fn leaving_names_every_token_and_every_open_request() {
    let mut page = Scenario::new();
    let (revoked, unconfirmed) = page.held("a");
    page.revoke(revoked);
    let (grant, superseded) = page.held("b");
    page.ask_for(grant, Want { force: true, ..ANY });
    let current = page.answer(grant, hours(1));
    let waiting = page.grant("c");
    page.ask(waiting);
    let open = page.flight(waiting);
    page.event(UNLOAD);
    let last = page.last_revoke();
    let mut named = last.tokens;
    named.sort_unstable();
    assert_eq!(named, [unconfirmed, superseded, current]);
    assert_eq!(last.pending, [open]);
    assert_eq!(
        (last.reason, last.sending),
        (Reason::Unload, Sending::Unload)
    );
    assert!(!last.whole_session);
    assert_eq!(page.page.shell.secrets().count(), 0);
}

#[test]
fn a_page_that_holds_nothing_leaves_without_a_word() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    page.revoke(grant);
    page.answer_revokes(RevokeOutcome::Confirmed);
    page.event(UNLOAD);
    assert_eq!(page.said(), [Output::RenewSession]);
}

#[test]
fn leaving_twice_sends_one_revoke() {
    let mut page = Scenario::new();
    page.held("a");
    page.event(INTO_CACHE);
    page.event(UNLOAD);
    assert_eq!(page.revokes().len(), 1);
    assert_eq!(page.said(), []);
}

#[test]
fn hiding_is_not_leaving() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    page.event(Event::Hidden);
    assert_eq!(page.revokes(), []);
    assert_eq!(page.peek(grant), Some(token));
}

#[test]
fn without_a_revoke_endpoint_leaving_drops_every_token() {
    let mut page = Scenario::at(MINTING);
    let (_, token) = page.held("a");
    page.event(UNLOAD);
    assert_eq!(page.revokes(), []);
    assert!(!page.holds(token));
}

#[test]
fn what_returns_from_the_back_forward_cache_starts_empty() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    page.event(INTO_CACHE);
    assert_eq!(page.revokes()[0].reason, Reason::BackForwardCache);
    assert_eq!(
        page.notices(grant).last(),
        Some(&Notice::Revoked(Reason::BackForwardCache))
    );
    page.page.advance(minutes(1));
    page.event(Event::Shown);
    assert_eq!(page.peek(grant), None);
    assert_eq!(
        page.state(grant).status,
        Status::Fetching,
        "what was in use"
    );
    let token = page.answer(grant, hours(1));
    assert_eq!(page.peek(grant), Some(token));
}

#[test]
fn every_page_life_has_its_own_session() {
    let mut page = Scenario::new();
    page.held("a");
    page.event(INTO_CACHE);
    page.event(Event::Shown);
    assert_eq!(page.page.shell.sessions, 2);
    page.event(INTO_CACHE);
    assert_eq!(page.page.shell.sessions, 3);
}

#[test]
fn a_page_that_is_away_asks_for_nothing_and_sets_a_timer_for_who_waits_alone() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    page.event(INTO_CACHE);
    page.event(Event::Online);
    page.event(Event::Visible);
    assert_eq!((page.requests(), page.timer()), (1, None));
    let caller = page.ask(grant);
    page.event(Event::Online);
    page.event(Event::Visible);
    assert_eq!((page.requests(), page.timer()), (1, Some(seconds(30))));
    page.event(Event::Shown);
    let token = page.answer(grant, hours(1));
    assert_eq!(page.token(caller), Some(token));
}

#[test]
fn who_waits_is_served_after_any_number_of_trips_into_the_cache() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let caller = page.ask(grant);
    for _ in 0..3 {
        page.event(INTO_CACHE);
        page.event(Event::Shown);
        assert_eq!(page.state(grant).status, Status::Fetching);
    }
    let token = page.answer(grant, hours(1));
    assert_eq!(page.token(caller), Some(token));
}

#[test]
fn a_refusal_does_not_outlive_the_page_life_it_was_made_in() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask(grant);
    page.fail(grant, status(401));
    page.event(INTO_CACHE);
    page.event(Event::Shown);
    page.ask(grant);
    assert_eq!(page.requests(), 2);
}

#[test]
fn an_answer_from_before_the_trip_is_revoked_and_not_used() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask(grant);
    let before = page.flight(grant);
    page.event(INTO_CACHE);
    page.event(Event::Shown);
    page.answer_to(grant, before, Ok(issued(hours(1))));
    assert_eq!(page.peek(grant), None);
    assert_eq!(page.last_revoke().tokens, [before]);
}

#[test]
fn an_answer_that_comes_while_the_page_goes_is_revoked_at_once() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask(grant);
    let flight = page.flight(grant);
    page.event(UNLOAD);
    page.answer_to(grant, flight, Ok(issued(hours(1))));
    let last = page.last_revoke();
    assert_eq!((last.tokens, last.sending), (vec![flight], Sending::Unload));
    assert!(!page.holds(flight));
}

#[test]
fn who_revokes_on_a_page_that_is_away_is_told_that_nothing_is_left() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    page.event(INTO_CACHE);
    let caller = page.revoke(grant);
    assert_eq!(page.revoked(caller), Some(Revoked::NOTHING));
}

#[test]
fn a_revoke_whose_answer_an_absent_page_cannot_see_is_not_confirmed() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    page.event(Event::Prerendering);
    let caller = page.revoke(grant);
    let last = page.last_revoke();
    assert_eq!((last.tokens, last.sending), (vec![token], Sending::Unload));
    let answer = page.revoked(caller).map(|one| (one.tokens, one.confirmed));
    assert_eq!(answer, Some((1, false)));
}

#[test]
fn more_than_sixty_thousand_bytes_are_named_by_session() {
    let mut page = Scenario::new();
    held_with_weight(&mut page, "a", UNLOAD_QUOTA / 2);
    held_with_weight(&mut page, "b", UNLOAD_QUOTA / 2);
    page.event(INTO_CACHE);
    assert!(!page.revokes()[0].whole_session);
    page.event(Event::Shown);
    for (scope, weight) in [("a", UNLOAD_QUOTA / 2), ("b", UNLOAD_QUOTA / 2), ("c", 1)] {
        held_with_weight(&mut page, scope, weight);
    }
    page.event(UNLOAD);
    assert!(page.revokes()[1].whole_session);
    assert_eq!(page.revokes()[1].tokens.len(), 2);
    assert_eq!(page.page.shell.secrets().count(), 0);
}

#[test]
fn the_youngest_tokens_are_named_when_not_all_fit() {
    let mut page = Scenario::new();
    let (grant, _) = held_with_weight(&mut page, "a", 25_000);
    let (_, older) = held_with_weight(&mut page, "b", 25_000);
    page.revoke(grant);
    page.answer_revokes(RevokeOutcome::Confirmed);
    let (_, young) = held_with_weight(&mut page, "c", 25_000);
    let (_, youngest) = held_with_weight(&mut page, "a", 25_000);
    page.event(UNLOAD);
    let mut named = page.last_revoke().tokens;
    named.sort_unstable();
    assert_eq!(named, [young, youngest], "and not {older:?}");
}

#[test]
fn a_page_that_lives_names_all_of_its_tokens_in_as_many_requests_as_it_takes() {
    let mut page = Scenario::new();
    for name in ["a", "b", "c"] {
        held_with_weight(&mut page, name, 25_000);
    }
    let caller = page.revoke_scope(Scope::All);
    let revokes = page.revokes();
    assert_eq!(revokes.len(), 2);
    assert_eq!(revokes.iter().map(|one| one.tokens.len()).sum::<usize>(), 3);
    assert!(revokes.iter().all(|one| !one.whole_session));
    assert_eq!(page.revoked(caller), None, "not before all of it is done");
    page.answer_revokes(RevokeOutcome::Confirmed);
    let answer = page.revoked(caller).map(|one| (one.tokens, one.confirmed));
    assert_eq!(answer, Some((3, true)));
}

#[test]
fn one_request_of_a_page_that_lives_may_be_as_long_as_its_last_one() {
    for (last, requests) in [(UNLOAD_QUOTA / 2, 1), (UNLOAD_QUOTA / 2 + 1, 2)] {
        let mut page = Scenario::new();
        held_with_weight(&mut page, "a", UNLOAD_QUOTA / 2);
        held_with_weight(&mut page, "b", last);
        page.revoke_scope(Scope::All);
        assert_eq!(page.revokes().len(), requests, "{last}");
    }
}

#[test]
fn a_request_that_is_confirmed_does_not_make_up_for_another_of_the_same_revoke() {
    let mut page = Scenario::new();
    for name in ["a", "b", "c"] {
        held_with_weight(&mut page, name, 25_000);
    }
    let caller = page.revoke_scope(Scope::All);
    let outcomes = [
        RevokeOutcome::Denied,
        RevokeOutcome::TryAgain(Some(hours(1))),
    ];
    let requests: Vec<_> = page.page.shell.revokes_under_way().collect();
    for (request, outcome) in requests.into_iter().zip(outcomes) {
        page.take(Input::RevokeAnswered { request, outcome });
    }
    page.pass(hours(1));
    let left = page.page.shell.secrets().count();
    assert_eq!(left, 1, "what the refused one named has died by itself");
    page.answer_revokes(RevokeOutcome::Confirmed);
    let answer = page.revoked(caller).map(|one| (one.tokens, one.confirmed));
    assert_eq!(answer, Some((3, false)));
}

#[test]
fn the_open_requests_of_a_thousand_grants_fit_beside_their_tokens() {
    let mut page = Scenario::new();
    for number in 0..1000 {
        held_with_weight(&mut page, &number.to_string(), 60);
    }
    page.page.advance(minutes(51));
    page.event(Event::Visible);
    page.event(UNLOAD);
    let last = page.last_revoke();
    let bytes = 60 * last.tokens.len() + "&pending=1".len() * last.pending.len();
    assert!(bytes < KEEPALIVE_QUOTA, "{bytes}");
}

#[test]
fn a_request_without_an_answer_is_named_when_the_page_goes() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    page.pass_until_request(grant);
    let timed_out = page.flight(grant);
    page.pass(seconds(15));
    page.event(Event::Online);
    page.pass_until_request(grant);
    let cut_off = page.flight(grant);
    page.fail(grant, Failure::Network);
    page.event(UNLOAD);
    assert_eq!(page.last_revoke().tokens, [token]);
    assert_eq!(page.last_revoke().pending, [timed_out, cut_off]);
}

#[test]
fn a_request_without_an_answer_is_named_even_if_nothing_else_is_left() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask(grant);
    let cut_off = page.flight(grant);
    page.fail(grant, Failure::Network);
    page.event(UNLOAD);
    assert_eq!(page.last_revoke().pending, [cut_off]);
}

#[test]
fn a_request_without_an_answer_is_named_once_and_never_on_its_own_while_the_page_lives() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    page.pass_until_request(grant);
    let cut_off = page.flight(grant);
    page.fail(grant, Failure::Network);
    assert_eq!(page.revokes(), []);
    page.revoke(grant);
    assert_eq!(page.last_revoke().pending, [cut_off]);
    page.answer_revokes(RevokeOutcome::Confirmed);
    page.event(UNLOAD);
    assert_eq!(page.revokes().len(), 1);
}

#[test]
fn a_request_that_the_backend_refused_in_its_own_words_is_not_named() {
    for refused in [400, 401, 403, 404, 410, 422] {
        let mut page = Scenario::new();
        let grant = page.grant("a");
        page.ask(grant);
        page.fail(grant, status(refused));
        page.event(UNLOAD);
        assert_eq!(page.revokes(), [], "{refused}");
    }
}

#[test]
fn a_page_that_is_prerendered_asks_once_it_is_shown() {
    let mut page = Scenario::new();
    page.event(Event::Prerendering);
    let grant = page.grant("a");
    let caller = page.ask(grant);
    page.pass(seconds(29));
    assert_eq!((page.requests(), page.outcome(caller)), (0, None));
    page.event(Event::Shown);
    page.pass(seconds(1));
    let token = page.answer(grant, hours(1));
    assert_eq!(page.token(caller), Some(token));
}

/// Who asked before the page went away, and who asks meanwhile.
#[test]
fn a_time_out_holds_in_a_page_that_is_away() {
    for away in [Event::Prerendering, INTO_CACHE, UNLOAD] {
        let mut page = Scenario::new();
        let grant = page.grant("a");
        let before = (away != Event::Prerendering).then(|| page.ask(grant));
        page.event(away);
        let sent = page.requests();
        let meanwhile = page.ask(grant);
        let patient = page.ask_for(
            grant,
            Want {
                timeout: Some(minutes(5)),
                ..ANY
            },
        );
        page.pass(seconds(30) - Millis(1));
        for caller in before.into_iter().chain([meanwhile]) {
            assert_eq!(page.outcome(caller), None, "{away:?}");
        }
        page.pass(Millis(1));
        for caller in before.into_iter().chain([meanwhile]) {
            assert_eq!(page.error(caller).code, Code::Timeout, "{away:?}");
        }
        page.pass(minutes(5));
        assert_eq!(page.error(patient).code, Code::Timeout, "{away:?}");
        assert_eq!((page.requests(), page.timer()), (sent, None), "{away:?}");
    }
}

#[test]
fn a_page_that_is_back_gives_those_who_wait_their_whole_time_again() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let caller = page.ask(grant);
    page.event(INTO_CACHE);
    page.pass(seconds(29));
    page.event(Event::Shown);
    page.pass(seconds(15));
    page.pass_until_request(grant);
    page.pass(seconds(10));
    let token = page.answer(grant, hours(1));
    assert_eq!(page.token(caller), Some(token));
}
