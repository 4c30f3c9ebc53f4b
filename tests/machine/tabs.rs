//! Signing out in every tab of the app.

use downscope::core::{Output, RevokeOutcome, Scope};

use crate::scenario::Scenario;

fn told(page: &Scenario) -> usize {
    let told = |one: &&Output| **one == Output::TellOtherTabs;
    page.said().iter().filter(told).count()
}

#[test]
fn the_other_tabs_are_told_before_this_one_revokes() {
    let mut page = Scenario::new();
    let (_, token) = page.held("a");
    let caller = page.revoke_scope(Scope::EveryTab);
    assert_eq!(page.said()[0], Output::TellOtherTabs);
    assert_eq!(told(&page), 1);
    assert_eq!(page.last_revoke().tokens, [token]);
    page.answer_revokes(RevokeOutcome::Confirmed);
    let answer = page.revoked(caller).map(|one| (one.tokens, one.confirmed));
    assert_eq!(answer, Some((1, true)));
}

#[test]
fn the_other_tabs_are_told_even_if_this_one_holds_nothing() {
    let mut page = Scenario::new();
    let caller = page.revoke_scope(Scope::EveryTab);
    assert_eq!(told(&page), 1);
    assert!(page.revoked(caller).is_some());
}

#[test]
fn signing_out_here_is_not_told_elsewhere() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    page.revoke(grant);
    assert_eq!(told(&page), 0);
    page.revoke_scope(Scope::All);
    assert_eq!(told(&page), 0);
    page.close();
    assert_eq!(told(&page), 0);
}
