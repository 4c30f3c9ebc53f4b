//! What the last request of a page names, if the page ends now.
//!
//! When a tab is closed, Firefox cuts off whatever runs in `pagehide`, so a shell has
//! that request ready before anything happens. What it names follows from what the
//! machine says: a request from when it goes out, what it brought from when it is
//! there, until it is forgotten.

use super::super::ending::REQUEST_WEIGHT;
use super::super::names::Generation;
use super::super::output::Output;

/// Bytes of form body that a page may have in flight when it goes: the
/// 64 KiB of the Fetch standard, less what the names around the tokens take
/// and what other code of the page may be sending.
pub const UNLOAD_QUOTA: u32 = 60_000;

/// What the last request of a page has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Farewell {
    /// The tokens and requests to name.
    pub names: Vec<Generation>,
    /// Those are not all: revoke whatever was minted for this session.
    pub whole_session: bool,
    /// It may be sent twice within what a page may have in flight when it goes.
    pub is_short: bool,
    /// Whatever this request and those before it have minted is told of.
    pub up_to: Generation,
}

impl Farewell {
    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && !self.whole_session
    }
}

/// Whatever may be alive, and the bytes that it takes to name each.
#[derive(Debug, Default)]
pub(super) struct Alive {
    /// In the order of their requests.
    names: Vec<(Generation, u32)>,
    /// More than that may be alive: there was more than is remembered.
    pub(super) has_lost_track: bool,
}

impl Alive {
    /// Follows what the machine says.
    pub(super) fn heed(&mut self, output: Output) {
        if let Output::RequestToken(_, generation) = output {
            self.weigh(generation, REQUEST_WEIGHT);
        } else if let Output::Forget(generation) = output
            && let Ok(place) = self.place(generation)
        {
            self.names.remove(place);
        }
    }

    /// The bytes that it takes to name it from here on.
    pub(super) fn weigh(&mut self, generation: Generation, weight: u32) {
        match self.place(generation) {
            Ok(place) => self.names[place].1 = weight,
            Err(place) => self.names.insert(place, (generation, weight)),
        }
    }

    /// Any of those that may be alive.
    pub(super) fn any(&self) -> Option<Generation> {
        self.names.last().map(|&(generation, _)| generation)
    }

    /// What is to be said of those that were requested after `told`. The youngest
    /// are named that fit, since the older ones die first anyway; the session stands
    /// for the others.
    pub(super) fn farewell(&self, told: Generation) -> Farewell {
        let first = self
            .place(told)
            .map_or_else(|place| place, |place| place + 1);
        let rest = self.names.get(first..).unwrap_or_default();
        let mut bytes = 0;
        let mut left_out = rest.len();
        while left_out > 0 {
            let weight = rest[left_out - 1].1;
            if bytes + weight > UNLOAD_QUOTA {
                break;
            }
            bytes += weight;
            left_out -= 1;
        }
        let whole_session = left_out > 0 || (self.has_lost_track && told != EVERYTHING);
        Farewell {
            names: rest[left_out..].iter().map(|&(one, _)| one).collect(),
            whole_session,
            is_short: bytes < UNLOAD_QUOTA / 2,
            up_to: if whole_session {
                EVERYTHING
            } else {
                self.any().unwrap_or(NOTHING)
            },
        }
    }

    fn place(&self, generation: Generation) -> Result<usize, usize> {
        self.names
            .binary_search_by_key(&generation, |&(one, _)| one)
    }
}

/// No request has this number.
pub(super) const NOTHING: Generation = Generation(0);

/// The session was named, and with it whatever is requested in it later.
const EVERYTHING: Generation = Generation(u32::MAX);

#[cfg(test)]
mod tests {
    use super::*;

    fn alive(weights: &[(u32, u32)]) -> Alive {
        let mut alive = Alive::default();
        for &(number, weight) in weights {
            alive.weigh(Generation(number), weight);
        }
        alive
    }

    fn numbers(farewell: &Farewell) -> Vec<u32> {
        farewell.names.iter().map(|one| one.0).collect()
    }

    #[test]
    fn what_fits_is_named_and_the_session_is_not() {
        let farewell = alive(&[(1, 40), (2, 20)]).farewell(NOTHING);
        assert_eq!(numbers(&farewell), [1, 2]);
        assert!(!farewell.whole_session && farewell.is_short);
        assert_eq!(farewell.up_to, Generation(2));
    }

    #[test]
    fn the_youngest_are_named_and_the_session_when_not_all_fit() {
        let farewell = alive(&[(2, 25_000), (1, 25_000), (3, 25_000)]).farewell(NOTHING);
        assert_eq!(numbers(&farewell), [2, 3]);
        assert!(farewell.whole_session && !farewell.is_short);
    }

    #[test]
    fn the_quota_may_be_used_to_the_last_byte() {
        let half = UNLOAD_QUOTA / 2;
        let farewell = alive(&[(1, half), (2, half)]).farewell(NOTHING);
        assert_eq!(
            (numbers(&farewell), farewell.whole_session),
            (vec![1, 2], false)
        );
        let farewell = alive(&[(1, 1), (2, half), (3, half)]).farewell(NOTHING);
        assert_eq!(
            (numbers(&farewell), farewell.whole_session),
            (vec![2, 3], true)
        );
    }

    #[test]
    fn half_of_the_quota_is_too_much_to_be_sent_twice() {
        let half = UNLOAD_QUOTA / 2;
        assert!(alive(&[(1, half - 1)]).farewell(NOTHING).is_short);
        assert!(!alive(&[(1, half)]).farewell(NOTHING).is_short);
    }

    #[test]
    fn what_has_been_told_is_not_told_again() {
        let mut alive = alive(&[(1, 40), (3, 20)]);
        let told = alive.farewell(NOTHING).up_to;
        assert!(alive.farewell(told).is_empty());
        alive.weigh(Generation(4), 20);
        assert_eq!(numbers(&alive.farewell(told)), [4]);
        // Whether it still is to be told of or not.
        alive.heed(Output::Forget(Generation(3)));
        assert_eq!(numbers(&alive.farewell(told)), [4]);
    }

    #[test]
    fn nothing_is_left_to_tell_once_the_session_is_named() {
        let mut alive = alive(&[(1, 40)]);
        alive.has_lost_track = true;
        let farewell = alive.farewell(NOTHING);
        assert!(farewell.whole_session);
        alive.weigh(Generation(2), 20);
        assert!(alive.farewell(farewell.up_to).is_empty());
    }
}
