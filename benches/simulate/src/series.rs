//! Requests, counted in each second.

use crate::event::{SECOND, Time};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Token,
    Lease,
    Revoke,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Token, Self::Lease, Self::Revoke];

    /// As tables call what it counts.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Token => "tokens",
            Self::Lease => "leases",
            Self::Revoke => "revokes",
        }
    }
}

/// The counts of each second, by kind.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Series(Vec<[u32; Kind::ALL.len()]>);

/// Requests a second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Rate {
    pub(crate) mean: f64,
    /// The bucket that one in a hundred exceeds.
    pub(crate) p99: f64,
    pub(crate) peak: f64,
}

impl Rate {
    /// How many times the mean the peak is.
    pub(crate) fn ratio(&self) -> f64 {
        self.peak / self.mean.max(f64::MIN_POSITIVE)
    }
}

impl Series {
    /// For so long.
    pub(crate) fn until(end: Time) -> Self {
        Self(vec![[0; Kind::ALL.len()]; (end / SECOND) as usize])
    }

    /// Counts requests that are sent now.
    pub(crate) fn count(&mut self, kind: Kind, requests: u32, now: Time) {
        if let Some(second) = self.0.get_mut((now / SECOND) as usize) {
            second[kind as usize] += requests;
        }
    }

    /// Requests in one second, of all kinds that are named.
    pub(crate) fn at(&self, kinds: &[Kind], at: Time) -> f64 {
        let second = (at / SECOND) as usize;
        let counts = kinds.iter().map(|&kind| self.0[second][kind as usize]);
        counts.map(f64::from).sum()
    }

    /// Requests a second between two moments, in buckets of so many seconds; those of all
    /// kinds that are named. What does not fill a bucket is left out.
    pub(crate) fn rates(&self, kinds: &[Kind], within: (Time, Time), bucket: usize) -> Vec<f64> {
        let seconds = |at: Time| ((at / SECOND) as usize).min(self.0.len());
        let window = &self.0[seconds(within.0)..seconds(within.1)];
        let sum = |bucket: &[[u32; 3]]| -> u64 {
            let counts = bucket
                .iter()
                .flat_map(|one| kinds.iter().map(|&kind| one[kind as usize]));
            counts.map(u64::from).sum()
        };
        let buckets = window.chunks_exact(bucket);
        buckets.map(|one| sum(one) as f64 / bucket as f64).collect()
    }

    /// The same in three numbers.
    pub(crate) fn rate(&self, kinds: &[Kind], within: (Time, Time), bucket: usize) -> Rate {
        let mut rates = self.rates(kinds, within, bucket);
        if rates.is_empty() {
            return Rate::default();
        }
        let mean = rates.iter().sum::<f64>() / rates.len() as f64;
        rates.sort_by(f64::total_cmp);
        let last = rates.len() - 1;
        Rate {
            mean,
            p99: rates[last * 99 / 100],
            peak: rates[last],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series() -> Series {
        let mut series = Series::until(10 * SECOND);
        for second in 0..10 {
            series.count(Kind::Token, second, second * SECOND + 999);
            series.count(Kind::Lease, 100, second * SECOND);
        }
        series
    }

    #[test]
    fn a_rate_is_of_the_kinds_and_the_seconds_that_are_asked_for() {
        let rate = series().rate(&[Kind::Token], (2 * SECOND, 6 * SECOND), 1);
        assert_eq!((rate.mean, rate.peak), (3.5, 5.0));
        let rate = series().rate(&Kind::ALL, (0, 10 * SECOND), 1);
        assert_eq!((rate.mean, rate.p99, rate.peak), (104.5, 108.0, 109.0));
    }

    #[test]
    fn wider_buckets_give_requests_a_second_too_and_leave_out_what_fills_none() {
        let rates = series().rates(&[Kind::Token], (0, 10 * SECOND), 4);
        assert_eq!(rates, [1.5, 5.5]);
    }

    #[test]
    fn what_is_sent_after_the_end_is_not_counted() {
        let mut series = Series::until(SECOND);
        series.count(Kind::Token, 1, SECOND);
        assert_eq!(series.rates(&Kind::ALL, (0, 9 * SECOND), 1), [0.0]);
    }
}
