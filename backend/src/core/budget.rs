//! How much of something there may be in a second.

use super::time::Millis;

/// A bucket that fills up by and by, so that in no second there is more taken than it
/// says: a tenth of that at once, and nine tenths in a second. The time is an argument.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    per_second: u32,
    /// In ten-thousandths.
    left: u64,
    since: Millis,
}

const ONE: u64 = 10_000;

impl Budget {
    /// So many a second; a tenth of it is there to begin with.
    pub fn new(per_second: u32) -> Self {
        Self {
            per_second,
            left: full(per_second),
            since: 0,
        }
    }

    /// How many to take in a second, so that no more than `most` arrive in any one: some are on
    /// their way for longer than those behind them. There is room for a difference of 190 ms.
    pub const fn with_room(most: u32) -> u32 {
        match most {
            0 | 1 => most,
            _ => most - most.div_ceil(7),
        }
    }

    /// So many a second from now on. What was taken stays taken.
    pub const fn set_rate(&mut self, per_second: u32) {
        self.per_second = per_second;
    }

    /// Takes up to `most`; the answer is how many.
    pub fn take(&mut self, now: Millis, most: u32) -> u32 {
        let passed = now.saturating_sub(self.since);
        let gained = passed.saturating_mul(9 * u64::from(self.per_second));
        self.left = self.left.saturating_add(gained).min(full(self.per_second));
        self.since = now;
        let taken = most.min(u32::try_from(self.left / ONE).unwrap_or(u32::MAX));
        self.left -= u64::from(taken) * ONE;
        taken
    }
}

/// At least one can be taken.
fn full(per_second: u32) -> u64 {
    (u64::from(per_second) * ONE / 10).max(ONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_rate_gives_back_nothing_that_was_taken() {
        let mut budget = Budget::new(100);
        assert_eq!(budget.take(0, 1_000), 10);
        budget.set_rate(20);
        assert_eq!(budget.take(0, 7), 0);
        assert_eq!(budget.take(1_000, 7), 2);
        budget.set_rate(100);
        assert_eq!(budget.take(1_011, 7), 0);
        assert_eq!(budget.take(1_012, 7), 1);
    }

    #[test]
    fn in_no_second_is_more_taken_than_it_says() {
        let mut budget = Budget::new(100);
        let taken: Vec<u32> = (0..5_000).map(|now| budget.take(now, 1_000)).collect();
        let most = taken
            .windows(1_000)
            .map(|second| second.iter().sum::<u32>())
            .max();
        assert!(
            most.is_some_and(|most| (90..=100).contains(&most)),
            "{most:?}"
        );
    }

    #[test]
    fn what_was_not_taken_does_not_add_up() {
        let mut budget = Budget::new(100);
        assert_eq!(budget.take(60_000, 1_000), 10);
        assert_eq!(budget.take(60_000, 1_000), 0);
        // Somebody has set the clock back.
        assert_eq!(budget.take(0, 1_000), 0);
        assert_eq!(budget.take(100, 1_000), 9);
    }

    #[test]
    fn a_small_one_gives_at_least_one() {
        let mut budget = Budget::new(1);
        assert_eq!(budget.take(0, 9), 1);
        assert_eq!(budget.take(1_000, 9), 0);
        assert_eq!(budget.take(2_000, 9), 1);
    }

    #[test]
    fn a_seventh_is_left_for_what_arrives_late_but_one_is_always_one() {
        let rates = [0, 1, 2, 7, 20, 100].map(Budget::with_room);
        assert_eq!(rates, [0, 1, 1, 6, 17, 85]);
    }
}
