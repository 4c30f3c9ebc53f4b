//! Time as the core knows it: one clock, joined of two.

use std::ops::{Add, Div, Mul, Sub};

/// The longest wait that [`crate::core::Machine::poll_timeout`] asks for: 5 minutes.
///
/// Browsers take delays as a signed 32-bit number and fire longer ones at once,
/// and a short cap lets a page whose wall clock jumped notice it soon.
pub const MAX_WAIT: Millis = Millis(300_000);

/// A timer this much late means that the page was asleep: 5 seconds.
pub(crate) const ASLEEP: Millis = Millis(5_000);

/// A duration in milliseconds; arithmetic saturates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Millis(pub u64);

impl Millis {
    /// That many seconds.
    #[must_use]
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1000))
    }
}

impl Add for Millis {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Millis {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Mul<u64> for Millis {
    type Output = Self;

    fn mul(self, factor: u64) -> Self {
        Self(self.0.saturating_mul(factor))
    }
}

impl Div<u64> for Millis {
    type Output = Self;

    fn div(self, divisor: u64) -> Self {
        Self(self.0.checked_div(divisor).unwrap_or(u64::MAX))
    }
}

/// A point in time: milliseconds since some fixed point; never runs backwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub Millis);

impl Moment {
    /// Time passed since `earlier`; never negative.
    #[must_use]
    pub fn since(self, earlier: Self) -> Millis {
        self.0 - earlier.0
    }

    /// The point at which `delay` will have passed.
    #[must_use]
    pub fn after(self, delay: Millis) -> Due {
        Due(self.0 + delay)
    }
}

/// Joins the two clocks of a platform to one.
///
/// Neither alone will do: the monotonic one may stand still while the machine sleeps,
/// and the wall clock can be set. So time is the monotonic clock's, and whatever the
/// wall clock has gained on it, if that is more than a quarter of a second. Up to that
/// a token may look too young, which every margin covers. A wall clock that is set
/// back changes nothing; one that is set ahead makes everything older, which costs a
/// request and never hands out a dead token.
#[derive(Debug, Default)]
pub struct Clock {
    /// By how much the wall clock was ahead when that was last taken into account.
    base: Option<i64>,
    gained: Millis,
}

/// What the wall clock may gain and not be heeded: 250 milliseconds.
const TOLERANCE: i64 = 250;

impl Clock {
    /// A clock that has not been read.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            base: None,
            gained: Millis(0),
        }
    }

    /// The moment at which both clocks were read.
    pub fn join(&mut self, monotonic: Millis, wall: Millis) -> Moment {
        let ahead = (wall.0 as i64).wrapping_sub(monotonic.0 as i64);
        let gained = ahead.saturating_sub(self.base.unwrap_or(ahead));
        if gained > TOLERANCE {
            self.gained = self.gained + Millis(gained as u64);
        }
        if !(0..=TOLERANCE).contains(&gained) || self.base.is_none() {
            self.base = Some(ahead);
        }
        Moment(monotonic + self.gained)
    }
}

/// A deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due(Millis);

impl Due {
    /// Never reached.
    pub const NEVER: Self = Self(Millis(u64::MAX));

    /// Reached at any moment.
    pub(crate) const PAST: Self = Self(Millis(0));

    /// Whether it has been reached.
    #[must_use]
    pub fn reached(self, now: Moment) -> bool {
        now.0 >= self.0
    }

    /// How long until it is reached.
    #[must_use]
    pub fn remaining(self, now: Moment) -> Millis {
        self.0 - now.0
    }

    /// How long ago it was reached.
    #[must_use]
    pub fn overshoot(self, now: Moment) -> Millis {
        now.0 - self.0
    }

    /// The later of the two.
    pub(crate) fn latest(self, other: Self) -> Self {
        Self(self.0.max(other.0))
    }

    /// The earlier of the two.
    #[must_use]
    pub fn earliest(self, other: Self) -> Self {
        Self(self.0.min(other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400_000;

    /// What the joined clock says has passed after each reading (monotonic, wall).
    fn passed(readings: &[(u64, i64)]) -> Vec<u64> {
        let mut clock = Clock::new();
        let wall = |offset: i64| Millis(1_700_000_000_000_u64.saturating_add_signed(offset));
        let start = clock.join(Millis(5_000), wall(0));
        let read = |&(monotonic, offset): &(u64, i64)| {
            let now = clock.join(Millis(5_000 + monotonic), wall(offset));
            now.since(start).0
        };
        readings.iter().map(read).collect()
    }

    #[test]
    fn two_clocks_that_go_alike_are_one() {
        assert_eq!(
            passed(&[(10, 10), (1_000, 1_001), (60_000, 59_999)]),
            [10, 1_000, 60_000]
        );
    }

    #[test]
    fn a_sleep_in_which_the_monotonic_clock_stood_still_has_passed() {
        let hour = 3_600_000;
        assert_eq!(passed(&[(10, hour)]), [hour as u64]);
        assert_eq!(
            passed(&[(10, hour), (20, hour + 10), (30, 2 * hour)]),
            [hour as u64, hour as u64 + 10, 2 * hour as u64]
        );
    }

    #[test]
    fn a_wall_clock_that_is_set_back_changes_nothing() {
        assert_eq!(
            passed(&[(1_000, -3_600_000), (2_000, -3_599_000)]),
            [1_000, 2_000]
        );
    }

    #[test]
    fn a_sleep_after_the_wall_clock_was_set_back_has_passed_too() {
        let slept = passed(&[(1_000, -3_600_000), (2_000, -1_800_000)]);
        assert_eq!(slept, [1_000, 1_801_000]);
    }

    #[test]
    fn a_wall_clock_that_is_set_ahead_makes_everything_older() {
        assert_eq!(passed(&[(1_000, 3_600_000)]), [3_600_000]);
    }

    #[test]
    fn a_quarter_of_a_second_is_not_heeded_and_more_is() {
        assert_eq!(passed(&[(1_000, 1_250)]), [1_000]);
        assert_eq!(passed(&[(1_000, 1_251)]), [1_251]);
        // However slowly it comes together.
        assert_eq!(passed(&[(1_000, 1_200), (2_000, 2_251)]), [1_000, 2_251]);
    }

    #[test]
    fn sixty_days_are_sixty_days() {
        let days = 60 * DAY;
        assert_eq!(passed(&[(days, days as i64)]), [days]);
        assert_eq!(passed(&[(1_000, days as i64)]), [days]);
    }

    #[test]
    fn a_deadline_that_never_comes_is_not_reached() {
        assert!(!Due::NEVER.reached(Moment(Millis(u64::MAX - 1))));
    }
}
