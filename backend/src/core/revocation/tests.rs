//! What is said of what is named.

use super::*;

fn revocation(body: &str) -> Option<Revocation> {
    let request = RevokeRequest::parse(body.as_bytes()).ok()?;
    let revoking = Revoking {
        claim: Claim::default(),
        claim_unknown: Claim::default(),
        untold_life: 60_000,
        limits: Limits::default(),
    };
    Some(Revocation::new(request, revoking, KeyRing::of(&[1; 32]), 0))
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
        has_unknown_requests: true,
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
