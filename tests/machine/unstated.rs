//! A token whose answer does not say how long it lives.

use downscope::core::{Config, Generation, GrantId, Issued, Millis, Reason, RevokeOutcome};

use crate::scenario::{Revoke, Scenario, UNLOAD};
use crate::support::{hours, minutes, seconds};

const ONE_MILLISECOND: Millis = Millis(1);

const UNSTATED: Issued = Issued {
    lifetime: None,
    weight: 40,
};

/// A page that may use tokens for so long, and holds one.
fn page(max_age: Option<Millis>, issued: Issued) -> (Scenario, GrantId, Generation) {
    let mut page = Scenario::with(Config {
        max_age,
        ..Config::default()
    });
    let grant = page.grant("a");
    page.ask(grant);
    let token = page.flight(grant);
    page.answer_to(grant, token, Ok(issued));
    (page, grant, token)
}

fn expired(page: &Scenario) -> Option<Revoke> {
    let mut revokes = page.revokes().into_iter();
    revokes.find(|revoke| revoke.reason == Reason::Expired)
}

#[test]
fn it_is_used_for_five_minutes_or_the_apps_max_age_and_then_revoked() {
    for (max_age, used_for) in [
        (None, minutes(5)),
        (Some(minutes(10)), minutes(5)),
        (Some(minutes(5)), minutes(5)),
        (Some(minutes(2)), minutes(2)),
        (Some(seconds(40)), seconds(40)),
    ] {
        let (mut page, grant, token) = page(max_age, UNSTATED);
        let held = page.state(grant).token.map(|held| held.expires_in);
        assert_eq!(held, Some(used_for));
        let margin = minutes(5).min(used_for / 6);
        page.pass(used_for - margin - ONE_MILLISECOND);
        assert_eq!(page.peek(grant), Some(token), "{max_age:?}");
        page.pass(ONE_MILLISECOND);
        assert_eq!(page.peek(grant), None, "{max_age:?}");
        page.pass(margin - ONE_MILLISECOND);
        assert_eq!(expired(&page), None, "{max_age:?}");
        page.pass(ONE_MILLISECOND);
        let tokens = expired(&page).map(|revoke| revoke.tokens);
        assert_eq!(tokens, Some(vec![token]), "{max_age:?}");
    }
}

#[test]
fn a_life_that_is_stated_and_used_up_is_not_revoked() {
    for (max_age, lifetime) in [
        (None, minutes(5)),
        (Some(minutes(5)), minutes(5)),
        (Some(minutes(10)), minutes(5)),
    ] {
        let issued = Issued {
            lifetime: Some(lifetime),
            ..UNSTATED
        };
        let (mut page, _, token) = page(max_age, issued);
        page.pass(lifetime);
        assert_eq!(expired(&page), None);
        assert!(!page.holds(token));
    }
}

#[test]
fn its_name_is_kept_for_as_long_as_the_page_lives_if_its_revoke_fails() {
    let (mut page, grant, token) = page(None, UNSTATED);
    page.revoke(grant);
    page.answer_revokes(RevokeOutcome::Denied);
    page.pass(hours(24 * 7));
    assert!(page.holds(token));
    page.event(UNLOAD);
    assert_eq!(page.last_revoke().tokens, [token]);
}

#[test]
fn a_closed_client_names_it_until_the_page_goes() {
    let (mut page, _, token) = page(None, UNSTATED);
    page.close();
    page.answer_revokes(RevokeOutcome::Denied);
    page.pass(hours(24 * 7));
    assert!(!page.is_over());
    page.event(UNLOAD);
    assert_eq!(page.last_revoke().tokens, [token]);
    assert!(page.is_over());
}

#[test]
fn one_that_has_died_on_its_way_is_revoked() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask(grant);
    let token = page.flight(grant);
    page.sleep(minutes(6));
    page.answer_to(grant, token, Ok(UNSTATED));
    assert_eq!(page.peek(grant), None);
    page.tick();
    assert_eq!(
        expired(&page).map(|revoke| revoke.tokens),
        Some(vec![token])
    );
}

#[test]
fn one_that_comes_late_is_named_at_the_end_if_its_revoke_fails() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask(grant);
    let late = page.flight(grant);
    page.pass(seconds(15));
    page.answer_to(grant, late, Ok(UNSTATED));
    assert_eq!(page.last_revoke().tokens, [late]);
    page.answer_revokes(RevokeOutcome::Denied);
    page.pass(hours(24));
    assert!(page.holds(late));
    page.event(UNLOAD);
    assert!(page.last_revoke().tokens.contains(&late));
}
