//! A revoke that has failed for good: what it named is named again.

use downscope::core::{
    CallerId, Config, Generation, GrantId, Millis, Page as Event, Reason, RevokeOutcome, Revoked,
    Scope, Sending, Want,
};

use crate::scenario::{INTO_CACHE, MINTING, Scenario, UNLOAD, status};
use crate::support::{ANY, hours, issued, minutes, seconds};

/// So many names are remembered.
const MOST: usize = 1_000;

const ONE_MILLISECOND: Millis = Millis(1);

/// Every way in which a revoke fails for good.
const FAILS: [fn(&mut Scenario); 2] = [
    |page| page.answer_revokes(RevokeOutcome::Denied),
    Scenario::fail_revokes,
];

/// A page with a grant whose revoke has failed for good, and its token.
fn unrevoked(fail: fn(&mut Scenario)) -> (Scenario, GrantId, Generation) {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    let caller = page.revoke(grant);
    fail(&mut page);
    let dropped = Revoked {
        tokens: 1,
        confirmed: false,
    };
    assert_eq!(page.revoked(caller), Some(dropped));
    assert!(page.holds(token));
    (page, grant, token)
}

/// The answer to everyone who revokes, once it is confirmed.
fn confirmed(page: &mut Scenario, revoke: impl Fn(&mut Scenario) -> CallerId) -> Revoked {
    let caller = revoke(page);
    page.answer_revokes(RevokeOutcome::Confirmed);
    let answer = page.revoked(caller);
    answer.unwrap_or_else(|| panic!("{caller:?} is not answered"))
}

#[test]
fn what_failed_for_good_is_named_again_when_the_page_goes() {
    for fail in FAILS {
        for event in [UNLOAD, INTO_CACHE] {
            let (mut page, _, token) = unrevoked(fail);
            page.event(event);
            let last = page.last_revoke();
            assert_eq!((last.tokens, last.sending), (vec![token], Sending::Unload));
            assert!(!page.holds(token));
        }
    }
}

#[test]
fn what_failed_for_good_is_named_again_when_a_page_that_counts_as_ended_is_hidden() {
    let mut page = Scenario::with(Config {
        revoke_when_hidden: true,
        ..Config::default()
    });
    let (grant, token) = page.held("a");
    page.revoke(grant);
    page.answer_revokes(RevokeOutcome::Denied);
    page.event(Event::Hidden);
    assert_eq!(page.last_revoke().tokens, [token]);
    assert_eq!(page.last_revoke().reason, Reason::Hidden);
}

#[test]
fn the_next_revoke_of_the_app_names_it_again_and_confirms_all_of_it() {
    let revokes: [fn(&mut Scenario, GrantId) -> _; 4] = [
        |page, grant| page.revoke(grant),
        |page, _| page.revoke_scope(Scope::All),
        |page, _| page.revoke_scope(Scope::EveryTab),
        |page, _| page.close(),
    ];
    for fail in FAILS {
        for revoke in revokes {
            let (mut page, _, before) = unrevoked(fail);
            let (other, token) = page.held("b");
            let answer = confirmed(&mut page, |page| revoke(page, other));
            let mut named = page.last_revoke().tokens;
            named.sort_unstable();
            assert_eq!(named, [before, token]);
            let dropped = Revoked {
                tokens: 1,
                confirmed: true,
            };
            assert_eq!(answer, dropped, "what was dropped before is not counted");
            assert!(!page.holds(before));
            page.event(UNLOAD);
            assert_ne!(page.last_revoke().sending, Sending::Unload);
        }
    }
}

#[test]
fn a_revoke_of_a_grant_that_holds_nothing_names_it_again_too() {
    let (mut page, grant, token) = unrevoked(FAILS[0]);
    let caller = page.revoke(grant);
    assert_eq!(page.last_revoke().tokens, [token]);
    page.answer_revokes(RevokeOutcome::Confirmed);
    assert_eq!(page.revoked(caller), Some(Revoked::NOTHING));
}

#[test]
fn it_may_fail_as_often_as_it_likes() {
    let (mut page, grant, token) = unrevoked(FAILS[0]);
    for fail in FAILS.into_iter().cycle().take(4) {
        let caller = page.revoke(grant);
        assert_eq!(page.last_revoke().tokens, [token]);
        fail(&mut page);
        assert!(page.revoked(caller).is_some_and(|answer| !answer.confirmed));
    }
    page.event(UNLOAD);
    assert_eq!(page.last_revoke().tokens, [token]);
}

#[test]
fn no_revoke_but_the_apps_and_the_last_one_names_it_again() {
    let (mut page, _, _) = unrevoked(FAILS[0]);
    let (grant, oldest) = page.held("b");
    for _ in 0..5 {
        page.ask_for(grant, Want { force: true, ..ANY });
        page.answer(grant, hours(1));
    }
    assert_eq!(page.last_revoke().reason, Reason::Evicted);
    assert_eq!(page.last_revoke().tokens, [oldest]);
}

#[test]
fn a_failed_revoke_then_close_then_leaving_names_it_three_times() {
    for fail in FAILS {
        let (mut page, _, token) = unrevoked(fail);
        let before = page.revokes().len();
        let caller = page.close();
        assert_eq!(page.revokes()[before].tokens, [token]);
        fail(&mut page);
        assert!(page.revoked(caller).is_some_and(|answer| !answer.confirmed));
        assert!(!page.is_over());
        page.event(UNLOAD);
        assert_eq!(page.last_revoke().tokens, [token]);
        assert_eq!(page.last_revoke().sending, Sending::Unload);
        assert!(page.is_over());
    }
}

#[test]
fn a_failed_revoke_whose_close_is_confirmed_leaves_nothing_to_name() {
    let (mut page, _, token) = unrevoked(FAILS[1]);
    let answer = confirmed(&mut page, Scenario::close);
    assert_eq!(answer, Revoked::NOTHING);
    assert!(page.is_over() && !page.holds(token));
    let before = page.revokes().len();
    page.event(UNLOAD);
    assert_eq!(page.revokes().len(), before);
}

#[test]
fn a_name_is_kept_until_the_stated_end_and_no_longer() {
    for lifetime in [minutes(10), hours(1), hours(30)] {
        let mut page = Scenario::new();
        let grant = page.grant("a");
        page.ask(grant);
        let token = page.answer(grant, lifetime);
        page.revoke(grant);
        page.answer_revokes(RevokeOutcome::Denied);
        page.pass(lifetime - ONE_MILLISECOND);
        assert!(page.holds(token), "{lifetime:?}");
        page.pass(ONE_MILLISECOND);
        assert!(!page.holds(token), "{lifetime:?}");
        page.event(UNLOAD);
        assert_eq!(page.revokes().len(), 1, "{lifetime:?}");
    }
}

#[test]
fn a_use_that_was_cut_short_does_not_cut_the_name_short() {
    let mut page = Scenario::with(Config {
        max_age: Some(minutes(10)),
        ..Config::default()
    });
    let (grant, token) = page.held("a");
    page.revoke(grant);
    page.answer_revokes(RevokeOutcome::Denied);
    page.pass(hours(1) - ONE_MILLISECOND);
    assert!(page.holds(token));
    page.pass(ONE_MILLISECOND);
    assert!(!page.holds(token));
}

#[test]
fn a_request_that_a_failed_revoke_named_is_named_again() {
    for fail in FAILS {
        let mut page = Scenario::new();
        let grant = page.grant("a");
        page.ask(grant);
        let failed = page.flight(grant);
        page.fail(grant, status(504));
        let under_way = page.grant("b");
        page.ask(under_way);
        let flight = page.flight(under_way);
        page.revoke_scope(Scope::All);
        fail(&mut page);
        page.pass(hours(24));
        let caller = page.revoke(grant);
        let mut named = page.last_revoke().pending;
        named.sort_unstable();
        assert_eq!(named, [failed, flight]);
        fail(&mut page);
        assert!(page.revoked(caller).is_some_and(|answer| !answer.confirmed));
        page.event(UNLOAD);
        assert_eq!(page.last_revoke().pending.len(), 2);
    }
}

#[test]
fn without_a_revoke_endpoint_no_name_is_kept() {
    let mut page = Scenario::at(MINTING);
    let (grant, token) = page.held("a");
    page.revoke(grant);
    assert!(!page.holds(token));
    let caller = page.close();
    assert!(page.revoked(caller).is_some_and(|answer| !answer.confirmed));
    assert!(page.is_over());
}

/// A page with so many tokens whose one revoke was refused.
fn many_unrevoked(count: usize) -> Scenario {
    let mut page = Scenario::with(Config {
        max_grants: 2_000,
        ..Config::default()
    });
    for number in 0..count {
        page.held(&number.to_string());
    }
    let caller = page.revoke_scope(Scope::All);
    assert_eq!(page.revokes().len(), 1);
    page.answer_revokes(RevokeOutcome::Denied);
    assert!(page.revoked(caller).is_some_and(|answer| !answer.confirmed));
    page
}

#[test]
fn a_thousand_names_are_kept() {
    let mut page = many_unrevoked(MOST);
    assert!(!page.names_session());
    assert_eq!(page.page.shell.secrets().count(), MOST);
    page.event(UNLOAD);
    let last = page.last_revoke();
    assert_eq!((last.tokens.len(), last.whole_session), (MOST, false));
}

#[test]
fn beyond_a_thousand_the_page_names_its_session_at_the_end() {
    let mut page = many_unrevoked(MOST + 1);
    assert!(page.names_session());
    assert_eq!(page.page.shell.secrets().count(), 0);
    let (grant, token) = page.held("a");
    // The session goes on, so it is not ended: only what is named is.
    let caller = page.revoke(grant);
    let last = page.last_revoke();
    assert_eq!((last.tokens, last.whole_session), (vec![token], false));
    page.answer_revokes(RevokeOutcome::Confirmed);
    let answer = page.revoked(caller);
    assert!(
        answer.is_some_and(|answer| !answer.confirmed),
        "there is more that could be alive"
    );
    let nothing = page.revoke(grant);
    assert!(
        page.revoked(nothing)
            .is_some_and(|answer| !answer.confirmed)
    );
    page.event(INTO_CACHE);
    let last = page.last_revoke();
    assert_eq!((last.tokens, last.whole_session), (vec![], true));
    page.event(Event::Shown);
    page.held("b");
    page.event(UNLOAD);
    assert!(!page.last_revoke().whole_session, "another session");
}

#[test]
fn beyond_a_thousand_close_names_the_session_too() {
    let mut page = many_unrevoked(MOST + 1);
    let failed = page.close();
    assert!(page.last_revoke().whole_session);
    page.answer_revokes(RevokeOutcome::Denied);
    assert!(page.revoked(failed).is_some_and(|answer| !answer.confirmed));
    assert!(!page.is_over());
    let answer = confirmed(&mut page, Scenario::close);
    assert_eq!(answer, Revoked::NOTHING);
    assert!(page.last_revoke().whole_session && page.is_over());
    let before = page.revokes().len();
    page.event(UNLOAD);
    assert_eq!(page.revokes().len(), before);
}

#[test]
fn a_closed_client_is_over_once_nothing_is_left_to_name() {
    let mut page = Scenario::new();
    page.held("a");
    assert!(!page.is_over(), "it is not closed");
    page.close();
    assert!(!page.is_over(), "nothing is confirmed");
    page.answer_revokes(RevokeOutcome::Denied);
    page.pass(hours(1) - ONE_MILLISECOND);
    assert!(!page.is_over(), "the token may be alive");
    page.pass(ONE_MILLISECOND);
    assert!(page.is_over());
    assert_eq!(page.timer(), None);
}

#[test]
fn a_closed_client_that_named_requests_in_vain_is_over_with_the_page() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask(grant);
    let flight = page.flight(grant);
    page.close();
    page.answer_revokes(RevokeOutcome::Denied);
    page.pass(hours(48));
    assert!(!page.is_over());
    assert_eq!(page.timer(), None, "the clock has nothing to do with it");
    page.event(UNLOAD);
    assert_eq!(page.last_revoke().pending, [flight]);
}

#[test]
fn a_closed_client_whose_provider_never_answers_is_over_after_a_minute() {
    for waits in [0, 1, 14] {
        let mut page = Scenario::new();
        let grant = page.grant("a");
        page.ask(grant);
        page.pass(seconds(waits));
        page.close();
        page.answer_revokes(RevokeOutcome::Confirmed);
        page.pass(minutes(1) - ONE_MILLISECOND);
        assert!(!page.is_over(), "{waits}");
        page.pass(ONE_MILLISECOND);
        assert!(page.is_over(), "{waits}");
        assert_eq!(page.timer(), None, "{waits}");
    }
}

#[test]
fn a_closed_client_is_over_as_soon_as_its_last_answer_has_come_and_is_revoked() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask(grant);
    let flight = page.flight(grant);
    page.close();
    page.answer_revokes(RevokeOutcome::Confirmed);
    page.pass(seconds(59));
    page.answer_to(grant, flight, Ok(issued(hours(1))));
    assert_eq!(page.last_revoke().tokens, [flight]);
    page.pass(minutes(10));
    assert!(!page.is_over(), "its revoke is under way");
    page.answer_revokes(RevokeOutcome::Confirmed);
    assert!(page.is_over());
}

#[test]
fn a_closed_client_whose_request_failed_is_over_at_once() {
    for failure in [status(401), status(503)] {
        let mut page = Scenario::new();
        let grant = page.grant("a");
        page.ask(grant);
        let flight = page.flight(grant);
        page.close();
        page.answer_revokes(RevokeOutcome::Confirmed);
        page.answer_to(grant, flight, Err(failure));
        assert!(page.is_over(), "{failure:?}");
    }
}
