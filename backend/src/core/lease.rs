//! How long a page may be silent, and how long its requests are held.

use std::ops::RangeInclusive;

use super::limits::Limits;
use super::time::Millis;

/// The leases are looked at each second: a gap below this one is none.
const SHORTEST_GAP: Millis = 2_000;

/// The same where a schedule looks at them: of one that comes once in each minute, two are no more
/// than two minutes apart.
const LONGEST_SWEPT_GAP: Millis = 120_000;

/// Who looks after the leases.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Watch {
    /// An instance that runs all the time.
    #[default]
    Always,
    /// A schedule, once a minute.
    EachMinute,
}

/// How long is what.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LeaseTerms {
    /// How long a lease request is held open.
    pub hold: Millis,
    /// How long a page life may be silent.
    pub term: Millis,
}

/// What of [`LeaseTerms`] pages do not keep to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LeaseFault {
    /// The hold is not one of [`LeaseTerms::HOLDS`].
    Hold,
    /// The term is not one of [`LeaseTerms::TERMS`].
    Term,
    /// There is less than [`LeaseTerms::room`] between the two.
    Room,
}

impl LeaseTerms {
    /// How long a request may be held: an SDK gives one that takes longer up, and may do so at any
    /// time.
    pub const HOLDS: RangeInclusive<Millis> = 1_000..=60_000;

    /// How long a page may be silent: so often that a page can ask twice.
    pub const TERMS: RangeInclusive<Millis> = 10_000..=86_400_000;

    /// How much longer than the hold the term is at the least. With less, a store that stalls for
    /// a moment costs pages that live their tokens: too short to be seen as an outage, it is
    /// too long for a page that has just been held.
    pub const fn room(watch: Watch) -> Millis {
        match watch {
            Watch::Always => 2 * SHORTEST_GAP,
            Watch::EachMinute => LONGEST_SWEPT_GAP + SHORTEST_GAP,
        }
    }

    /// The terms where nobody has set any.
    pub const fn usual(watch: Watch) -> Self {
        let hold = 55_000;
        let term = match watch {
            Watch::Always => 90_000,
            Watch::EachMinute => 180_000,
        };
        Self { hold, term }
    }

    /// These, if pages keep to them.
    pub fn check(self, watch: Watch) -> Result<Self, LeaseFault> {
        if !Self::HOLDS.contains(&self.hold) {
            return Err(LeaseFault::Hold);
        }
        if !Self::TERMS.contains(&self.term) {
            return Err(LeaseFault::Term);
        }
        if self.hold + Self::room(watch) > self.term {
            return Err(LeaseFault::Room);
        }
        Ok(self)
    }

    /// How long a request is held that may be held for `longest`, by a random number: half of that
    /// to all of it. Held for equally long, pages that came together would be answered together
    /// for ever.
    pub fn held_for(longest: Millis, random: u32) -> Millis {
        let less = longest / 2 * Millis::from(random) / Millis::from(u32::MAX);
        longest - less
    }

    /// [`Limits::watch_gap`] for these terms. A page that was held
    /// when the store went away has been silent for the hold and the outage together: what is
    /// shorter than this must not add up to a term.
    pub fn watch_gap(&self, watch: Watch) -> Millis {
        match watch {
            Watch::Always => {
                let most = Limits::default().watch_gap;
                (self.term.saturating_sub(self.hold) / 2).clamp(SHORTEST_GAP, most)
            }
            // With less, each sweep would find that nobody had looked, and nothing would ever lapse.
            Watch::EachMinute => LONGEST_SWEPT_GAP,
        }
    }
}

impl Default for LeaseTerms {
    fn default() -> Self {
        Self::usual(Watch::Always)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_that_is_not_seen_is_shorter_than_what_a_held_page_has_left() {
        let gap = |hold, term| LeaseTerms { hold, term }.watch_gap(Watch::Always);
        assert_eq!(gap(55_000, 90_000), 10_000);
        assert_eq!(gap(55_000, 65_000), 5_000);
        assert_eq!(gap(5_000, 10_000), 2_500);
        assert_eq!(gap(1_000, 2_000), 2_000);
    }

    #[test]
    fn with_the_shortest_room_a_page_outlasts_every_outage_that_is_not_seen() {
        for watch in [Watch::Always, Watch::EachMinute] {
            for hold in (0..=60_000).step_by(500) {
                let term = hold + LeaseTerms::room(watch);
                let gap = LeaseTerms { hold, term }.watch_gap(watch);
                assert!(gap < term - hold, "{watch:?}, {hold}");
            }
        }
    }

    #[test]
    fn a_schedule_of_once_a_minute_is_no_outage_though_it_is_late() {
        assert!(LeaseTerms::default().watch_gap(Watch::EachMinute) >= 2 * 60_000);
    }

    #[test]
    fn terms_that_pages_do_not_keep_to_are_told_from_those_that_they_do() {
        let check = |hold, term| LeaseTerms { hold, term }.check(Watch::Always).map(drop);
        for (hold, term) in [(1_000, 10_000), (6_000, 10_000), (60_000, 86_400_000)] {
            assert_eq!(check(hold, term), Ok(()), "{hold}, {term}");
        }
        for hold in [0, 999, 60_001, Millis::MAX] {
            assert_eq!(check(hold, 90_000), Err(LeaseFault::Hold), "{hold}");
        }
        for term in [0, 9_999, 86_400_001, Millis::MAX] {
            assert_eq!(check(1_000, term), Err(LeaseFault::Term), "{term}");
        }
        assert_eq!(check(6_001, 10_000), Err(LeaseFault::Room));
    }

    #[test]
    fn what_is_usual_can_be_kept_to() {
        for watch in [Watch::Always, Watch::EachMinute] {
            let usual = LeaseTerms::usual(watch);
            assert_eq!(usual.check(watch), Ok(usual), "{watch:?}");
        }
        let usual = LeaseTerms::usual(Watch::Always);
        assert_eq!(usual.check(Watch::EachMinute), Err(LeaseFault::Room));
    }

    #[test]
    fn a_request_is_held_for_half_of_the_longest_to_all_of_it() {
        let held = |random| LeaseTerms::held_for(55_000, random);
        assert_eq!((held(0), held(u32::MAX)), (55_000, 27_500));
        assert_eq!(held(u32::MAX / 2), 41_251);
        assert_eq!(LeaseTerms::held_for(0, 7), 0);
    }
}
