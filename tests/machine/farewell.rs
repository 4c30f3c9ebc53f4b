//! What lies ready for the end of the page, and what is left to say once it is sent.

use downscope::core::{
    Failure, Generation, GrantId, Input, Output, Page as Event, Reason, RevokeOutcome, Scope,
    Sending, UNLOAD_QUOTA, Want,
};

use crate::scenario::{MINTING, Scenario, status};
use crate::support::{ANY, hours, minutes, seconds};

/// What the last request of the page would name, and whether the session.
fn farewell(page: &Scenario) -> (Vec<Generation>, bool) {
    let farewell = page.page.machine.farewell();
    (farewell.names, farewell.whole_session)
}

/// The page goes, and what lay ready is on its way.
fn leave_told(page: &mut Scenario) {
    let told = Some(page.page.machine.farewell().up_to);
    page.event(Event::Leaving {
        persisted: false,
        told,
    });
}

fn superseded(page: &mut Scenario, grant: GrantId) -> Generation {
    page.ask_for(grant, Want { force: true, ..ANY });
    page.answer(grant, hours(1))
}

#[test]
fn a_request_is_named_from_when_it_goes_out_and_then_its_token() {
    let mut page = Scenario::new();
    assert!(page.page.machine.farewell().is_empty());
    let grant = page.grant("a");
    page.ask(grant);
    let flight = page.flight(grant);
    assert_eq!(farewell(&page), (vec![flight], false));
    page.answer(grant, hours(1));
    assert_eq!(farewell(&page), (vec![flight], false));
}

/// One of each kind of what may be alive, by how it came to be left over.
#[test]
fn whatever_may_be_alive_is_named() {
    let mut page = Scenario::new();
    let (under_way_grant, under_way) = page.held("revoke-under-way");
    let (unrevoked_grant, unrevoked) = page.held("unrevoked");
    page.revoke(under_way_grant);
    page.revoke(unrevoked_grant);
    let denied = page.page.shell.revokes_under_way().last();
    page.take(Input::RevokeAnswered {
        request: denied.unwrap(),
        outcome: RevokeOutcome::Denied,
    });
    let (grant, old) = page.held("superseded");
    let current = superseded(&mut page, grant);
    let failed = page.grant("unanswered");
    page.ask(failed);
    let unanswered = page.flight(failed);
    page.fail(failed, Failure::Network);
    let asking = page.grant("in-flight");
    page.ask(asking);
    let flight = page.flight(asking);
    let all = vec![under_way, unrevoked, old, current, unanswered, flight];
    assert_eq!(farewell(&page), (all, false));
}

#[test]
fn what_is_known_to_be_dead_is_not_named() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    page.revoke(grant);
    page.answer_revokes(RevokeOutcome::Confirmed);
    let refused = page.grant("b");
    page.ask(refused);
    page.fail(refused, status(401));
    assert!(page.page.machine.farewell().is_empty());
    let short = page.grant("c");
    page.ask(short);
    let dead = page.answer(short, minutes(1));
    page.pass(minutes(10));
    let (names, _) = farewell(&page);
    assert!(!names.contains(&dead), "{names:?}");
}

#[test]
fn a_page_that_has_told_everything_leaves_without_another_word() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    let caller = page.ask_for(grant, Want { force: true, ..ANY });
    leave_told(&mut page);
    assert_eq!(page.revokes(), []);
    assert!(!page.holds(token) && page.outcome(caller).is_none());
    assert_eq!(page.said().first(), Some(&Output::Forget(Generation(2))));
    assert!(page.said().contains(&Output::RenewSession));
    assert!(page.page.machine.farewell().is_empty());
}

#[test]
fn only_what_came_after_what_was_told_is_named_on_leaving() {
    let mut page = Scenario::new();
    page.held("a");
    let told = page.page.machine.farewell().up_to;
    let late = page.grant("b");
    page.page.shell.writes_late = true;
    page.ask(late);
    let flight = page.flight(late);
    page.page.shell.writes_late = false;
    page.event(Event::Leaving {
        persisted: true,
        told: Some(told),
    });
    let last = page.last_revoke();
    assert_eq!((last.tokens, last.pending), (vec![], vec![flight]));
    assert_eq!(last.reason, Reason::BackForwardCache);
    assert!(last.is_short && last.sending == Sending::Unload);
}

#[test]
fn a_token_that_arrived_after_its_request_was_told_of_is_told_of() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask(grant);
    let told = Some(page.page.machine.farewell().up_to);
    page.answer(grant, hours(1));
    page.event(Event::Leaving {
        persisted: false,
        told,
    });
    assert_eq!(page.revokes(), [], "the backend knows it by its request");
}

#[test]
fn over_the_quota_the_youngest_and_the_session_are_named_and_then_all_is_told() {
    let mut page = Scenario::new();
    for scope in ["a", "b", "c"] {
        let grant = page.grant(scope);
        page.ask(grant);
        let generation = page.flight(grant);
        let answer = downscope::core::Issued {
            lifetime: Some(hours(1)),
            weight: UNLOAD_QUOTA / 2,
        };
        page.answer_to(grant, generation, Ok(answer));
    }
    assert_eq!(farewell(&page), (vec![Generation(2), Generation(3)], true));
    let told = Some(page.page.machine.farewell().up_to);
    let late = page.grant("d");
    page.ask(late);
    page.event(Event::Leaving {
        persisted: false,
        told,
    });
    assert_eq!(page.revokes(), [], "the session stands for it");
}

#[test]
fn revokes_under_way_are_answered_unconfirmed_though_everything_is_told() {
    let mut page = Scenario::new();
    page.held("a");
    let caller = page.revoke_scope(Scope::All);
    leave_told(&mut page);
    let answer = page.revoked(caller).map(|one| (one.tokens, one.confirmed));
    assert_eq!(answer, Some((1, false)));
    page.pass(seconds(60));
    assert_eq!(page.revokes().len(), 1, "it is not sent again");
}

#[test]
fn without_a_revoke_endpoint_nothing_is_said_on_leaving() {
    let mut page = Scenario::at(MINTING);
    page.held("a");
    leave_told(&mut page);
    assert_eq!(page.revokes(), []);
}
