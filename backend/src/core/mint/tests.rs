//! What follows from answers that do not come.

use super::*;
use crate::core::lease::LeaseTerms;
use crate::core::limits::Limits;

/// A request whose token was minted, and how it was to be entered.
fn minted() -> Option<(Mint, Box<Admit>)> {
    let body = br#"{"resource":"urn:example:a","scope":"a",
        "session":"session-of-these-tests-1","id":"1"}"#;
    let request = TokenRequest::parse(body).ok()?;
    let owner = Owner {
        user: "u".to_owned(),
        sign_in: "s".to_owned(),
    };
    let minting = Minting {
        handles: Handles::None,
        lease: LeaseTerms::default(),
        require_lease: false,
        untold_life: 60_000,
        limits: Limits::default(),
    };
    let chance = Chance {
        key: Secret::from("key".to_owned()),
        handle: Secret::from("handle".to_owned()),
        nonces: [[0; 12], [1; 12]],
        unix_now: 0,
    };
    let ring = KeyRing::of(&[1; 32]);
    let mut mint = Mint::new(request, owner, None, minting, ring, chance);
    mint.next(MintEvent::Start);
    mint.next(MintEvent::Began(Some(Begun::Begun)));
    let exchanged = MintEvent::Exchanged(Ok(Minted {
        token: Secret::from("FAKE".to_owned()),
        expires_in: Some(60),
        scope: "a".to_owned(),
        restricted_to: Vec::new(),
    }));
    let MintStep::Admit(admit) = mint.next(exchanged) else {
        return None;
    };
    Some((mint, admit))
}

#[test]
fn a_token_is_entered_once_more_where_the_store_has_not_answered() {
    let Some((mut mint, first)) = minted() else {
        unreachable!("it is entered");
    };
    let MintStep::Admit(second) = mint.next(MintEvent::Admitted(None)) else {
        unreachable!("once more");
    };
    assert_eq!((first.key, first.token), (second.key, second.token));
    let MintStep::Done(done) = mint.next(MintEvent::Admitted(Some(Admitted::Live))) else {
        unreachable!("it is answered");
    };
    assert!(done.answer.is_ok() && done.orphan.is_none());
}

#[test]
fn a_token_that_cannot_be_entered_is_given_to_nobody_and_ended() {
    let Some((mut mint, _)) = minted() else {
        unreachable!("it is entered");
    };
    mint.next(MintEvent::Admitted(None));
    let MintStep::Done(done) = mint.next(MintEvent::Admitted(None)) else {
        unreachable!("not for ever");
    };
    assert!(done.answer.is_err() && done.orphan.is_some());
}
