//! Time as the core knows it: two clocks, and the older age wins.

use std::ops::{Add, Div, Mul, Sub};

/// The longest wait that [`crate::core::Machine::poll_timeout`] asks for: 5 minutes.
///
/// Browsers take delays as a signed 32-bit number and fire longer ones at once,
/// and a short cap lets a page whose wall clock jumped notice it soon.
pub const MAX_WAIT: Millis = Millis(300_000);

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

/// One reading of both clocks.
///
/// Neither clock alone will do: the monotonic one may stand still while the
/// machine sleeps, and the wall clock can be set back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Since some fixed point; never runs backwards.
    pub monotonic: Millis,
    /// Since the Unix epoch; can jump either way.
    pub wall: Millis,
}

impl Moment {
    /// Time passed since `earlier` by the clock that says more; never negative.
    #[must_use]
    pub fn since(self, earlier: Self) -> Millis {
        (self.monotonic - earlier.monotonic).max(self.wall - earlier.wall)
    }

    /// The point at which `delay` will have passed by either clock.
    #[must_use]
    pub fn after(self, delay: Millis) -> Due {
        Due {
            monotonic: self.monotonic + delay,
            wall: self.wall + delay,
        }
    }
}

/// A deadline, reached as soon as either clock says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    monotonic: Millis,
    wall: Millis,
}

impl Due {
    /// Reached when neither clock has anything left to count.
    pub const NEVER: Self = Self {
        monotonic: Millis(u64::MAX),
        wall: Millis(u64::MAX),
    };

    /// Whether either clock has reached it.
    #[must_use]
    pub fn reached(self, now: Moment) -> bool {
        now.monotonic >= self.monotonic || now.wall >= self.wall
    }

    /// How long until it is reached, if neither clock jumps.
    #[must_use]
    pub fn remaining(self, now: Moment) -> Millis {
        (self.monotonic - now.monotonic).min(self.wall - now.wall)
    }

    /// How long ago it was reached, by the clock that says more.
    #[must_use]
    pub fn overshoot(self, now: Moment) -> Millis {
        (now.monotonic - self.monotonic).max(now.wall - self.wall)
    }

    /// A deadline reached no later than both.
    #[must_use]
    pub fn earliest(self, other: Self) -> Self {
        Self {
            monotonic: self.monotonic.min(other.monotonic),
            wall: self.wall.min(other.wall),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(monotonic: u64, wall: u64) -> Moment {
        Moment {
            monotonic: Millis(monotonic),
            wall: Millis(wall),
        }
    }

    #[test]
    fn sleep_is_seen_by_the_wall_clock_alone() {
        assert_eq!(at(10, 7_200_000).since(at(0, 0)), Millis(7_200_000));
    }

    #[test]
    fn a_clock_set_back_does_not_make_anything_younger() {
        let start = at(0, 7_200_000);
        assert_eq!(at(60_000, 0).since(start), Millis(60_000));
        assert!(start.after(Millis(60_000)).reached(at(60_000, 0)));
    }

    #[test]
    fn age_is_never_negative() {
        assert_eq!(at(5, 5).since(at(10, 10)), Millis(0));
    }

    #[test]
    fn a_deadline_at_the_end_of_time_does_not_wrap() {
        let due = at(10, 10).after(Millis(u64::MAX));
        assert!(!due.reached(at(1 << 60, 1 << 60)));
    }

    #[test]
    fn the_earliest_of_two_deadlines_is_reached_with_the_first() {
        let due = at(0, 0)
            .after(Millis(50))
            .earliest(at(0, 100).after(Millis(10)));
        assert!(due.reached(at(10, 20)));
        assert_eq!(due.remaining(at(0, 0)), Millis(10));
    }

    #[test]
    fn dividing_by_nothing_saturates() {
        assert_eq!(Millis(7) / 0, Millis(u64::MAX));
        assert_eq!(Millis(7) / 2, Millis(3));
    }
}
