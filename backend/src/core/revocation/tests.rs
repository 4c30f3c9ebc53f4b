//! What is said of what is named.

use super::*;
use crate::core::seal::SealedHandle;

fn revocation(body: &str) -> Option<Revocation> {
    let request = RevokeRequest::parse(body.as_bytes()).ok()?;
    Some(Revocation::new(
        request,
        revoking(),
        KeyRing::of(&[1; 32]),
        0,
    ))
}

#[test]
fn where_there_is_no_record_nothing_is_taken_over() {
    let answer = |is_dead| {
        let request = RevokeRequest::parse(b"token=FAKE").ok()?;
        let revoking = Revoking {
            has_record: false,
            ..revoking()
        };
        let mut revocation = Revocation::new(request, revoking, KeyRing::of(&[1; 32]), 0);
        revocation.next(RevocationEvent::Start);
        revocation.next(RevocationEvent::Withdrawn(Some((
            Withdrawn::default(),
            Vec::new(),
        ))));
        let step = revocation.next(RevocationEvent::Worked(is_dead));
        let RevocationStep::Done(answer) = step else {
            return None;
        };
        Some(answer.map_or_else(|refusal| refusal.status, |answer| answer.status()))
    };
    assert_eq!(answer(true), Some(204));
    assert_eq!(answer(false), Some(503));
}

fn revoking() -> Revoking {
    Revoking {
        claim: Claim::default(),
        claim_unknown: Claim::default(),
        untold_life: 60_000,
        limits: Limits::default(),
        has_record: true,
    }
}

fn answer(body: &str, withdrawn: Withdrawn, enlisted: Option<Enlisted>) -> Option<u16> {
    let mut revocation = revocation(body)?;
    let mut event = RevocationEvent::Start;
    loop {
        event = match revocation.next(event) {
            RevocationStep::Withdraw(_) => {
                RevocationEvent::Withdrawn(Some((withdrawn.clone(), vec![[0; 12]; 9])))
            }
            RevocationStep::Enlist(_) => RevocationEvent::Enlisted(enlisted.clone()),
            RevocationStep::Work(_) => RevocationEvent::Worked(true),
            RevocationStep::Await(_) => RevocationEvent::Awaited(true),
            RevocationStep::Done(Ok(answer)) => return Some(answer.status()),
            RevocationStep::Done(Err(refusal)) => return Some(refusal.status),
        }
    }
}

const PENDING: &str = "session=session-of-these-tests-1&pending=1";

#[test]
fn dead_is_said_of_what_is_known_to_be_dead() {
    let known = Withdrawn {
        is_complete: true,
        ..Withdrawn::default()
    };
    let unknown = Withdrawn {
        ..Withdrawn::default()
    };
    let complete = Withdrawn {
        is_complete: true,
        ..unknown.clone()
    };
    let due = Withdrawn {
        due: 1,
        ..known.clone()
    };
    let refused = Withdrawn {
        is_refused: true,
        ..known.clone()
    };
    let no_such_handle = Withdrawn {
        unknown_handles: vec![0],
        ..known.clone()
    };
    assert_eq!(answer(PENDING, known, None), Some(204));
    assert_eq!(answer(PENDING, unknown, None), Some(202));
    assert_eq!(answer(PENDING, complete, None), Some(204));
    assert_eq!(answer(PENDING, due, None), Some(202));
    assert_eq!(answer(PENDING, refused, None), Some(503));
    assert_eq!(answer("handle=made-up", no_such_handle, None), Some(503));
}

#[test]
fn an_unknown_token_is_taken_over_or_it_is_not() {
    let unknown = Withdrawn {
        unknown_tokens: vec![0],
        is_complete: true,
        ..Withdrawn::default()
    };
    let enlisted = |due, refused| Enlisted {
        due,
        refused,
        ..Enlisted::default()
    };
    let answer = |enlisted| answer("token=FAKE", unknown.clone(), enlisted);
    assert_eq!(answer(Some(enlisted(0, 0))), Some(204));
    assert_eq!(answer(Some(enlisted(1, 0))), Some(202));
    assert_eq!(answer(Some(enlisted(0, 1))), Some(503));
    assert_eq!(answer(None), Some(503));
}

/// The answer to a revoke by a sealed handle whose token expires at 1,000, at `unix_now`: what
/// is not on record is enlisted, and then due.
fn answer_at(unix_now: u64, withdrawn: &Withdrawn) -> u16 {
    let handle = SealedHandle {
        token: "FAKE".to_owned().into(),
        session: "session-of-these-tests-1".to_owned(),
        expires_at: 1_000,
    };
    let ring = KeyRing::of(&[1; 32]);
    let request = RevokeRequest {
        handles: vec![ring.seal_handle([7; 12], &handle)],
        ..RevokeRequest::default()
    };
    let mut revocation = Revocation::new(request, revoking(), ring, unix_now);
    let RevocationStep::Withdraw(withdraw) = revocation.next(RevocationEvent::Start) else {
        return 0;
    };
    assert_eq!(withdraw.tokens.len(), 1, "it is looked up in the store");
    let withdrawn = RevocationEvent::Withdrawn(Some((withdrawn.clone(), vec![[0; 12]])));
    let mut step = revocation.next(withdrawn);
    if matches!(step, RevocationStep::Enlist(_)) {
        let enlisted = Enlisted {
            due: 1,
            ..Enlisted::default()
        };
        step = revocation.next(RevocationEvent::Enlisted(Some(enlisted)));
    }
    let RevocationStep::Done(Ok(answer)) = step else {
        return 0;
    };
    answer.status()
}

#[test]
fn a_token_is_not_dead_because_the_clock_here_says_so() {
    let unknown = Withdrawn {
        unknown_tokens: vec![0],
        ..Withdrawn::default()
    };
    let due = Withdrawn {
        due: 1,
        ..Withdrawn::default()
    };
    for unix_now in [0, 999, 1_000, 1_001, 1_299] {
        assert_eq!(answer_at(unix_now, &unknown), 202, "{unix_now}");
    }
    assert_eq!(answer_at(1_300, &unknown), 204);
    // The store goes by its own clock.
    assert_eq!(answer_at(u64::MAX, &due), 202);
}

#[test]
fn a_token_that_is_named_twice_is_proven_by_its_handle() {
    let ring = KeyRing::of(&[1; 32]);
    let handle = |expires_at| SealedHandle {
        token: "FAKE".to_owned().into(),
        session: "session-of-these-tests-1".to_owned(),
        expires_at,
    };
    for (expires_at, class) in [(10_000, Class::Known), (1_000, Class::Unknown)] {
        let request = RevokeRequest {
            tokens: vec!["FAKE".to_owned().into(), "FAKE-2".to_owned().into()],
            handles: vec![ring.seal_handle([7; 12], &handle(expires_at))],
            ..RevokeRequest::default()
        };
        let mut revocation = Revocation::new(request, revoking(), ring.clone(), 5_000);
        revocation.next(RevocationEvent::Start);
        let withdrawn = Withdrawn {
            unknown_tokens: vec![0, 1],
            ..Withdrawn::default()
        };
        let event = RevocationEvent::Withdrawn(Some((withdrawn, vec![[0; 12]; 2])));
        let RevocationStep::Enlist(enlist) = revocation.next(event) else {
            unreachable!("neither is on record");
        };
        let classes: Vec<_> = enlist.items.iter().map(|item| item.class).collect();
        assert_eq!(classes, [class, Class::Unknown]);
    }
}

#[test]
fn dead_is_not_said_of_a_name_that_cannot_be_read() {
    let known = Withdrawn {
        is_complete: true,
        ..Withdrawn::default()
    };
    let long = "t".repeat(16_385);
    for body in [
        "token=a%2Cb".to_owned(),
        "token=%FF".to_owned(),
        format!("token={long}"),
        "handle=a+b".to_owned(),
        format!("handle={}", long.repeat(2)),
        format!("{PENDING}&token=a%20b"),
    ] {
        let answer = answer(&body, known.clone(), None);
        assert_eq!(answer, Some(503), "{}", body.get(..12).unwrap_or_default());
    }
}
