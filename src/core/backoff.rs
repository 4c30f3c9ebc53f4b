//! How long the token endpoint is left alone after a failure.

use super::random::Random;
use super::time::Millis;

/// No failure is followed by another request sooner than this: 1.25 seconds.
///
/// Whatever is rolled: "at most four requests in five seconds of an outage" is
/// a bound by it and not a likelihood.
pub const FLOOR: Millis = Millis(1250);

/// What the shortest wait grows to, fourfold with each failure: 3 minutes.
///
/// So no page makes more than eight requests in ten minutes of an outage, those for its
/// lease included.
const LONGEST: Millis = Millis(180_000);

/// A `Retry-After` is believed up to here: 1 hour.
const LONGEST_RETRY_AFTER: Millis = Millis(3_600_000);

/// And up to here if it is a date whose distance only the page's own clock can
/// tell, which may be wrong: 5 minutes.
const LONGEST_RECKONED: Millis = Millis(300_000);

/// What of a `Retry-After` is believed.
#[must_use]
pub fn believed(wait: Millis, is_reckoned: bool) -> Millis {
    wait.min(if is_reckoned {
        LONGEST_RECKONED
    } else {
        LONGEST_RETRY_AFTER
    })
}

/// The wait after the `failures`-th failure in a row though the network is said to
/// be back: the floor, up to four times. It may be said again and again.
pub(crate) fn floor(failures: u32) -> Millis {
    FLOOR * u64::from(failures.min(4))
}

/// The wait after the `failures`-th failure in a row: exponential, up to half as
/// long again at random, and never less than what the server asked for.
pub(crate) fn delay(failures: u32, retry_after: Option<Millis>, random: &mut Random) -> Millis {
    let steps = failures.saturating_sub(1).min(4);
    let least = (FLOOR * (1 << (2 * steps))).min(LONGEST);
    let wait = least + random.up_to(least / 2);
    wait.max(retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wait_lies_between_the_floor_and_four_minutes_and_a_half() {
        let mut random = Random::new(1);
        for failures in (0..200).chain([u32::MAX]) {
            let wait = delay(failures, None, &mut random);
            assert!(wait >= FLOOR && wait <= LONGEST * 3 / 2, "{failures}");
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
    fn the_first_wait_is_no_longer_than_two_seconds() {
        let mut random = Random::new(1);
        let longest = (0..1_000).map(|_| delay(1, None, &mut random)).max();
        assert!(longest <= Some(Millis(1_875)) && longest > Some(Millis(1_850)));
    }

    #[test]
    fn eight_requests_that_fail_take_ten_minutes_whatever_is_rolled() {
        for seed in 0..1_000 {
            let mut random = Random::new(seed);
            let waits = (1..=8).map(|failures| delay(failures, None, &mut random).0);
            assert!(waits.sum::<u64>() >= 600_000, "{seed}");
        }
    }

    #[test]
    fn the_server_can_ask_for_more_but_not_for_less() {
        let mut random = Random::new(5);
        let asked = |seconds| Some(Millis::from_secs(seconds));
        assert!(delay(1, asked(0), &mut random) >= FLOOR);
        assert_eq!(delay(1, asked(120), &mut random), Millis(120_000));
    }

    #[test]
    fn a_date_that_only_the_page_clock_can_tell_is_believed_up_to_five_minutes() {
        for (seconds, is_reckoned, believed_seconds) in [
            (299, true, 299),
            (3_019, true, 300),
            (3_019, false, 3_019),
            (86_400, false, 3_600),
        ] {
            let wait = believed(Millis::from_secs(seconds), is_reckoned);
            assert_eq!(wait, Millis::from_secs(believed_seconds));
        }
    }

    #[test]
    fn an_absurd_retry_after_is_capped_at_an_hour() {
        let wait = delay(1, Some(Millis(u64::MAX)), &mut Random::new(5));
        assert_eq!(wait, LONGEST_RETRY_AFTER);
    }
}
