//! What the backend's answers are to a page, and what a page is called.

use downscope::core::{
    Failure, GrantKey, Input, Issued, Millis, Moment, RequestId, RevokeOutcome, Terms,
};

use crate::event::{Answer, SECOND, Time};

/// What was minted for a page is revoked once it was not heard of for so long.
const TERM: Millis = Millis::from_secs(90);

/// A backend that has too much to do asks for so much time.
const RETRY_AFTER: Millis = Millis::from_secs(10);

/// The form field and a token of common length.
const WEIGHT: u32 = 40;

/// Far from zero, so that nothing of the machine's lies before its clock.
pub(crate) const fn moment(at: Time) -> Moment {
    Moment(Millis(1_000_000 + at as u64))
}

/// An answer to a token request; the token lives for so long.
pub(crate) fn token(answer: Answer, life: Time) -> Result<Issued, Failure> {
    match failure(answer) {
        Some(failure) => Err(failure),
        None => Ok(Issued {
            lifetime: Some(Millis(life.into())),
            weight: WEIGHT,
        }),
    }
}

/// An answer to a lease request, which was sent so long ago.
pub(crate) fn lease(request: RequestId, answer: Answer, sent_ago: Time) -> Input {
    let held = if answer == Answer::Held {
        sent_ago.saturating_sub(SECOND)
    } else {
        0
    };
    let terms = Terms {
        renew_in: Millis(0),
        held: Millis(held.into()),
        term: Some(TERM),
    };
    Input::LeaseAnswered {
        request,
        answer: failure(answer).map_or(Ok(terms), Err),
    }
}

/// An answer to a request to revoke.
pub(crate) const fn revoke(request: RequestId, answer: Answer) -> Input {
    let outcome = match answer {
        Answer::Good | Answer::Held => RevokeOutcome::Confirmed,
        Answer::Refused | Answer::Lost => RevokeOutcome::TryAgain(None),
        Answer::Later => RevokeOutcome::TryAgain(Some(RETRY_AFTER)),
    };
    Input::RevokeAnswered { request, outcome }
}

/// The name of a grant as an app would choose it.
pub(crate) fn key(file: u32) -> GrantKey {
    let resource = format!("https://api.example/files/{file}");
    let scopes = ["item_download", "item_preview"].map(str::to_owned);
    GrantKey::new(Some(resource), scopes).unwrap_or_else(|wrong| unreachable!("{wrong}"))
}

/// `None`: what was asked for.
const fn failure(answer: Answer) -> Option<Failure> {
    let retry_after = match answer {
        Answer::Good | Answer::Held => return None,
        Answer::Lost => return Some(Failure::Network),
        Answer::Refused => None,
        Answer::Later => Some(RETRY_AFTER),
    };
    Some(Failure::Status {
        status: 503,
        oauth_error: None,
        retry_after,
    })
}
