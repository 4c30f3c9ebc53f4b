//! How long a page may be silent, and what it is told until it says that it has heard.
//!
//! An answer can be lost with its connection, and nobody notices: the page asks
//! again, as it would after one that it read. So each push has a name, its word,
//! which the page repeats in its next request.

use std::ops::RangeInclusive;

use serde_json::{Value, json};

use super::limits::Limits;
use super::recall::Recall;
use super::time::Millis;

/// A page of an SDK that knows no words never says that it has heard, and drops
/// its tokens at each repetition: soon that has to be taken for heard.
const MOST_REPETITIONS: u64 = 3;

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

/// What one answer says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Word {
    /// What to drop.
    pub recall: Recall,
    /// Names it. Random, so that no word of another instance or of before a
    /// restart is taken for it.
    pub word: String,
}

/// What was said to one page life and may not have been heard.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Pushes {
    said: Option<(Word, u64)>,
}

impl Pushes {
    /// Reads what a store has kept. What cannot be read was never said.
    pub fn parse(text: &str) -> Self {
        let read = || {
            let value = serde_json::from_str::<Value>(text).ok()?;
            let word = Word {
                recall: Recall::parse(value.get("recall")?)?,
                word: value.get("word")?.as_str()?.to_owned(),
            };
            Some((word, value.get("left")?.as_u64()?))
        };
        Self { said: read() }
    }

    /// What a store keeps; empty for nothing.
    pub fn to_text(&self) -> String {
        self.said.as_ref().map_or_else(String::new, |(word, left)| {
            json!({ "recall": word.recall.to_json(), "word": word.word, "left": left }).to_string()
        })
    }

    /// What the next answer says: what is `new`, with what the page may have missed; or the
    /// latter alone, for as long as it is repeated. `heard` is the word that the page
    /// repeats, `fresh` names what is said for the first time.
    pub fn say(&mut self, heard: Option<&str>, new: Option<Recall>, fresh: &str) -> Option<Word> {
        let is_heard = |word: &Word| heard == Some(word.word.as_str());
        let missed = self.said.take().filter(|(word, _)| !is_heard(word));
        let (word, left) = match (missed, new) {
            (None, None) | (Some((_, 0)), None) => return None,
            (Some((word, left)), None) => (word, left - 1),
            (missed, Some(new)) => {
                let recall = match missed {
                    Some((word, _)) => word.recall.and(new),
                    None => new,
                };
                let word = fresh.to_owned();
                (Word { recall, word }, MOST_REPETITIONS)
            }
        };
        self.said = Some((word.clone(), left));
        Some(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requests(ids: &[&str]) -> Recall {
        Recall::Requests(ids.iter().map(|id| (*id).to_owned()).collect())
    }

    fn word(recall: Recall, word: &str) -> Option<Word> {
        let word = word.to_owned();
        Some(Word { recall, word })
    }

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
    fn a_push_is_said_until_it_is_heard() {
        let mut pushes = Pushes::default();
        assert_eq!(pushes.say(None, None, "a"), None);
        assert_eq!(
            pushes.say(None, Some(Recall::All), "b"),
            word(Recall::All, "b")
        );
        assert_eq!(pushes.say(None, None, "c"), word(Recall::All, "b"));
        assert_eq!(pushes.say(Some("a"), None, "d"), word(Recall::All, "b"));
        assert_eq!(pushes.say(Some("b"), None, "e"), None);
        assert_eq!(pushes.to_text(), "");
    }

    #[test]
    fn a_push_that_nobody_ever_hears_is_repeated_three_times() {
        let mut pushes = Pushes::default();
        pushes.say(None, Some(Recall::Stop), "a");
        let times = std::iter::from_fn(|| pushes.say(None, None, "b")).count();
        assert_eq!(times, 3);
        assert_eq!(pushes.say(None, None, "c"), None);
    }

    #[test]
    fn what_was_missed_is_said_with_what_is_new_and_by_a_new_word() {
        let mut pushes = Pushes::default();
        pushes.say(None, Some(requests(&["1"])), "a");
        let both = pushes.say(None, Some(requests(&["2"])), "b");
        assert_eq!(both, word(requests(&["1", "2"]), "b"));
        // Of the first word the page has had less than all.
        assert_eq!(pushes.say(Some("a"), None, "c"), both);
    }

    #[test]
    fn what_was_heard_is_not_said_with_what_is_new() {
        let mut pushes = Pushes::default();
        pushes.say(None, Some(Recall::All), "a");
        let next = pushes.say(Some("a"), Some(requests(&["7"])), "b");
        assert_eq!(next, word(requests(&["7"]), "b"));
    }

    #[test]
    fn what_a_store_keeps_reads_as_it_was_written() {
        let mut pushes = Pushes::default();
        assert_eq!(Pushes::parse(&pushes.to_text()), pushes);
        pushes.say(None, Some(requests(&["1"])), "a");
        assert_eq!(Pushes::parse(&pushes.to_text()), pushes);
        for text in ["", "{", "null", "{\"recall\":\"all\"}"] {
            assert_eq!(Pushes::parse(text), Pushes::default(), "{text}");
        }
    }

    #[test]
    fn a_request_is_held_for_half_of_the_longest_to_all_of_it() {
        let held = |random| LeaseTerms::held_for(55_000, random);
        assert_eq!((held(0), held(u32::MAX)), (55_000, 27_500));
        assert_eq!(held(u32::MAX / 2), 41_251);
        assert_eq!(LeaseTerms::held_for(0, 7), 0);
    }
}
