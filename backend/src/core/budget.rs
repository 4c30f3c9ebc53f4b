//! How much of something there may be in a second.

use super::Millis;

/// A bucket that fills up by and by. The time is an argument.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    per_second: u32,
    /// In thousandths, as much as can be taken at once.
    left: u64,
    since: Millis,
}

impl Budget {
    /// So many a second, of which as many at once. Full to begin with.
    pub const fn new(per_second: u32) -> Self {
        Self {
            per_second,
            left: per_second as u64 * 1_000,
            since: 0,
        }
    }

    /// So many a second from now on. What was taken stays taken.
    pub const fn set_rate(&mut self, per_second: u32) {
        self.per_second = per_second;
    }

    /// Takes up to `most`; the answer is how many.
    pub fn take(&mut self, now: Millis, most: u32) -> u32 {
        let gained = now
            .saturating_sub(self.since)
            .saturating_mul(self.per_second.into());
        let full = u64::from(self.per_second) * 1_000;
        self.left = self.left.saturating_add(gained).min(full);
        self.since = now;
        let taken = most.min(u32::try_from(self.left / 1_000).unwrap_or(u32::MAX));
        self.left -= u64::from(taken) * 1_000;
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_rate_gives_back_nothing_that_was_taken() {
        let mut budget = Budget::new(10);
        assert_eq!(budget.take(0, 10), 10);
        budget.set_rate(2);
        assert_eq!(budget.take(0, 7), 0);
        assert_eq!(budget.take(1_000, 7), 2);
        budget.set_rate(10);
        assert_eq!(budget.take(1_100, 7), 1);
    }

    #[test]
    fn there_is_no_more_in_a_second_than_it_says() {
        let mut budget = Budget::new(10);
        assert_eq!(budget.take(0, 7), 7);
        assert_eq!(budget.take(0, 7), 3);
        assert_eq!(budget.take(0, 7), 0);
        assert_eq!(budget.take(99, 7), 0);
        assert_eq!(budget.take(100, 7), 1);
        assert_eq!(budget.take(60_000, 100), 10);
        // Somebody has set the clock back.
        assert_eq!(budget.take(0, 7), 0);
        assert_eq!(budget.take(1_000, 100), 10);
    }
}
