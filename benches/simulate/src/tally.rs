//! What came of it all.

use crate::event::{SECOND, Time};
use crate::series::{Kind, Series};

/// Longer waits are counted with the longest: an hour.
const LONGEST_COUNTED: usize = 3_600;

/// The figures of one run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tally {
    pub(crate) series: Series,
    pub(crate) calls: u64,
    /// Of whoever did not get a token at once.
    pub(crate) waits: Waits,
    /// How often somebody was told of a failure.
    pub(crate) told: u64,
    /// The most that one page has asked in the outage: of each kind, and of all.
    pub(crate) most: [u32; Kind::ALL.len()],
    pub(crate) most_of_all: u32,
}

/// How long somebody waited until there was a token, in whole seconds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Waits {
    counts: Vec<u32>,
    pub(crate) number: u64,
    pub(crate) longest: Time,
}

impl Tally {
    pub(crate) fn until(end: Time) -> Self {
        Self {
            series: Series::until(end),
            calls: 0,
            waits: Waits {
                counts: vec![0; LONGEST_COUNTED + 1],
                number: 0,
                longest: 0,
            },
            told: 0,
            most: [0; Kind::ALL.len()],
            most_of_all: 0,
        }
    }

    /// A page has asked so often in the outage.
    pub(crate) fn count_page(&mut self, asked: [u8; Kind::ALL.len()]) {
        for (most, asked) in self.most.iter_mut().zip(asked) {
            *most = (*most).max(asked.into());
        }
        let all = asked.into_iter().map(u32::from).sum();
        self.most_of_all = self.most_of_all.max(all);
    }
}

impl Waits {
    pub(crate) fn count(&mut self, wait: Time) {
        let seconds = (wait / SECOND) as usize;
        self.counts[seconds.min(LONGEST_COUNTED)] += 1;
        self.number += 1;
        self.longest = self.longest.max(wait);
    }

    /// How many waited for a second or longer.
    pub(crate) fn long(&self) -> u64 {
        self.counts[1..].iter().copied().map(u64::from).sum()
    }

    /// Seconds that one in a hundred of those who waited exceeds.
    pub(crate) fn p99(&self) -> usize {
        let mut left = self.number / 100;
        for (seconds, &count) in self.counts.iter().enumerate().rev() {
            if u64::from(count) > left {
                return seconds;
            }
            left -= u64::from(count);
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_told_by_their_number_the_long_ones_the_99th_and_the_longest() {
        let mut waits = Tally::until(0).waits;
        for seconds in 0..1_000 {
            waits.count(seconds * SECOND + 7);
        }
        assert_eq!((waits.number, waits.long()), (1_000, 999));
        assert_eq!((waits.p99(), waits.longest), (989, 999_007));
    }

    #[test]
    fn the_most_that_a_page_asks_is_of_one_page() {
        let mut tally = Tally::until(0);
        tally.count_page([5, 0, 1]);
        tally.count_page([1, 4, 0]);
        assert_eq!((tally.most, tally.most_of_all), ([5, 4, 1], 6));
    }
}
