//! How long the token endpoint is left alone after a failure.

use super::random::Random;
use super::time::Millis;

/// No failure is followed by another request sooner than this: 1.25 seconds.
///
/// Full jitter alone may roll a wait of nothing several times in a row; the
/// floor makes "at most four requests in five seconds of an outage" a bound
/// and not a likelihood.
pub const FLOOR: Millis = Millis(1250);

/// Upper end of the first step's jitter; it doubles with each failure.
const STEP: Millis = Millis(1000);

/// Upper end of any step's jitter: 1 minute.
const LONGEST_STEP: Millis = Millis(60_000);

/// A `Retry-After` is believed up to here: 1 hour.
pub const LONGEST_RETRY_AFTER: Millis = Millis(3_600_000);

/// The wait after the `failures`-th failure in a row: exponential with full
/// jitter above a floor, and never less than what the server asked for.
pub(crate) fn delay(failures: u32, retry_after: Option<Millis>, random: &mut Random) -> Millis {
    let doublings = failures.saturating_sub(1).min(16);
    let span = (STEP * (1 << doublings)).min(LONGEST_STEP);
    let wait = FLOOR + random.up_to(span);
    wait.max(retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wait_lies_between_the_floor_and_the_longest_step() {
        let mut random = Random::new(1);
        for failures in (0..200).chain([u32::MAX]) {
            let wait = delay(failures, None, &mut random);
            assert!(wait >= FLOOR && wait <= FLOOR + LONGEST_STEP, "{failures}");
        }
    }

    #[test]
    fn waits_grow_with_the_failures() {
        let mean = |failures| {
            let mut random = Random::new(3);
            (0..500)
                .map(|_| delay(failures, None, &mut random).0)
                .sum::<u64>()
                / 500
        };
        assert!(mean(1) < mean(2) && mean(2) < mean(4) && mean(4) < mean(6));
    }

    #[test]
    fn the_server_can_ask_for_more_but_not_for_less() {
        let mut random = Random::new(5);
        let asked = |seconds| Some(Millis::from_secs(seconds));
        assert!(delay(1, asked(0), &mut random) >= FLOOR);
        assert_eq!(delay(1, asked(120), &mut random), Millis(120_000));
    }

    #[test]
    fn an_absurd_retry_after_is_capped_at_an_hour() {
        let wait = delay(1, Some(Millis(u64::MAX)), &mut Random::new(5));
        assert_eq!(wait, LONGEST_RETRY_AFTER);
    }
}
