//! What follows from the answer to a revocation at the authorization server.

use super::time::Millis;
use super::upstream::UpstreamError;
use super::work::Class;

/// Once the authorization server is back, everything due is looked at again within
/// this time and a little.
const LONGEST_WAIT: Millis = 20_000;
/// A wait that the authorization server asks for is kept up to here: what is due does not
/// wait longer for a slip.
const LONGEST_ASKED: Millis = 60_000;

/// One token may be refused for itself. So many failures, with no success in between, are
/// about whoever asks.
const IN_A_ROW: u32 = 3;

/// What becomes of a work.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// Its token is dead.
    Dead,
    /// To be claimed again after this time.
    Again(Millis),
}

/// The verdict after the `attempts`-th try. `random` spreads the next ones, so that what
/// failed together does not come back together.
///
/// Nothing is given up before its token has expired: a refusal of the backend's own
/// credentials ends when an operator has mended it.
pub fn after_revoking(outcome: Result<(), UpstreamError>, attempts: u32, random: u32) -> Verdict {
    let Err(error) = outcome else {
        return Verdict::Dead;
    };
    let asked = error.retry_after().map_or(0, |seconds| {
        seconds.saturating_mul(1_000).min(LONGEST_ASKED)
    });
    let step = 500_u64
        .saturating_mul(1 << attempts.min(16))
        .min(LONGEST_WAIT);
    let part = step / 2 + step.saturating_mul(u64::from(random)) / u64::from(u32::MAX) / 2;
    Verdict::Again(asked.max(part))
}

/// Whether any other revocation of this class would fail as well, after so many failures
/// `in_a_row`: then the authorization server is left alone for a while.
pub const fn is_about_every_call(error: UpstreamError, class: Class, in_a_row: u32) -> bool {
    match error {
        // What somebody has made up may be refused for its looks.
        UpstreamError::Misconfigured { .. } => {
            matches!(class, Class::Known) && in_a_row >= IN_A_ROW
        }
        UpstreamError::RateLimited { .. }
        | UpstreamError::Unanswered { .. }
        | UpstreamError::Unavailable { .. } => true,
        UpstreamError::InvalidScope
        | UpstreamError::InvalidTarget
        | UpstreamError::SubjectRejected => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_in_a_row_stop_the_others_unless_they_may_be_over_what_somebody_has_made_up() {
        let stops = |error, in_a_row| {
            [Class::Known, Class::Unknown].map(|class| is_about_every_call(error, class, in_a_row))
        };
        assert_eq!(stops(DOWN, 1), [true, true]);
        // That one may be over its token.
        assert_eq!(stops(REFUSED, 1), [false, false]);
        assert_eq!(stops(REFUSED, 3), [true, false]);
        assert_eq!(stops(UpstreamError::SubjectRejected, 9), [false, false]);
    }

    const DOWN: UpstreamError = UpstreamError::Unavailable { retry_after: None };
    const REFUSED: UpstreamError = UpstreamError::Misconfigured { code: None };

    #[test]
    fn what_failed_is_tried_again_later_and_later_and_never_given_up() {
        let wait = |attempts, random| after_revoking(Err(DOWN), attempts, random);
        assert_eq!(wait(1, 0), Verdict::Again(500));
        assert_eq!(wait(1, u32::MAX), Verdict::Again(1_000));
        assert_eq!(wait(3, 0), Verdict::Again(2_000));
        assert_eq!(wait(u32::MAX, u32::MAX), Verdict::Again(LONGEST_WAIT));
        let misconfigured = after_revoking(Err(REFUSED), 9, 0);
        assert_eq!(misconfigured, Verdict::Again(LONGEST_WAIT / 2));
        assert_eq!(after_revoking(Ok(()), 1, 0), Verdict::Dead);
    }

    #[test]
    fn a_wait_that_was_asked_for_is_kept_within_reason() {
        let wait = |seconds| {
            let retry_after = Some(seconds);
            after_revoking(Err(UpstreamError::RateLimited { retry_after }), 1, 0)
        };
        assert_eq!(wait(7), Verdict::Again(7_000));
        assert_eq!(wait(u64::MAX), Verdict::Again(LONGEST_ASKED));
    }
}
