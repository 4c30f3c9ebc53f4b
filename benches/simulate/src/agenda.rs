//! What happens when: one list for each second to come, sorted as it comes up.
//!
//! Three million entries wait at a time. A heap of them all would miss the cache at each
//! step; that of one second stays in it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A point in virtual time: milliseconds since the scenario began.
pub(crate) type Time = u32;

pub(crate) const SECOND: Time = 1_000;
pub(crate) const MINUTE: Time = 60 * SECOND;
pub(crate) const HOUR: Time = 60 * MINUTE;

/// Something that happens to a page. Entries are sorted by all that they say, so that
/// the same seed gives the same order on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) at: Time,
    pub(crate) page: u32,
    pub(crate) event: Event,
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// The app asks for a token, as it does every now and then.
    Call,
    /// Somebody looks at a page that was asleep, and so its app asks, too.
    Look,
    /// Whoever was told of a failure asks again.
    CallAgain,
    /// The page's timer fires.
    Timer,
    /// An answer from the token endpoint.
    Token(u32, Answer),
    /// An answer from the lease endpoint.
    Lease(u32, Answer),
    /// An answer from the revoke endpoint.
    Revoke(u32, Answer),
    /// The lid is closed.
    Sleep,
    /// The lid is opened.
    Wake,
    /// The page is left, and another one opened in its place.
    Leave,
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Answer {
    /// What was asked for.
    Good,
    /// The same, after the request was held open.
    Held,
    /// 503.
    Refused,
    /// 503 with `Retry-After`.
    Later,
    /// There is none: the connection was cut.
    Lost,
}

/// Entries in the order of their time.
pub(crate) struct Agenda {
    near: BinaryHeap<Reverse<Entry>>,
    far: Vec<Vec<Reverse<Entry>>>,
    second: usize,
}

impl Agenda {
    /// For a scenario that lasts so long; what would happen later is left out.
    pub(crate) fn until(end: Time) -> Self {
        Self {
            near: BinaryHeap::new(),
            far: vec![Vec::new(); second_of(end) + 1],
            second: 0,
        }
    }

    /// Adds an entry; one of the past comes next.
    pub(crate) fn put(&mut self, entry: Entry) {
        let second = second_of(entry.at);
        if second <= self.second {
            self.near.push(Reverse(entry));
        } else if let Some(list) = self.far.get_mut(second) {
            list.push(Reverse(entry));
        }
    }

    /// Takes the earliest entry.
    pub(crate) fn next(&mut self) -> Option<Entry> {
        loop {
            if let Some(Reverse(entry)) = self.near.pop() {
                return Some(entry);
            }
            self.second += 1;
            self.near = std::mem::take(self.far.get_mut(self.second)?).into();
        }
    }
}

const fn second_of(at: Time) -> usize {
    (at / SECOND) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn entry(at: Time, page: u32) -> Entry {
        Entry {
            at,
            page,
            event: Event::Timer,
        }
    }

    #[test]
    fn entries_come_in_the_order_of_their_time_whenever_they_were_put() {
        let mut agenda = Agenda::until(HOUR);
        for at in [5_000, 1, 1_800_000, 5_001, 999, 4_999] {
            agenda.put(entry(at, 0));
        }
        let mut seen = Vec::new();
        while let Some(next) = agenda.next() {
            seen.push(next.at);
            if next == entry(5_000, 0) {
                agenda.put(entry(5_000, 1));
                agenda.put(entry(5_500, 1));
            }
        }
        let expected = [1, 999, 4_999, 5_000, 5_000, 5_001, 5_500, 1_800_000];
        assert_eq!(seen, expected);
    }

    #[test]
    fn of_one_moment_the_lower_page_comes_first_whichever_was_put_first() {
        let mut agenda = Agenda::until(HOUR);
        for page in [3, 1, 2] {
            agenda.put(entry(2_000, page));
        }
        let pages: Vec<_> = std::iter::from_fn(|| agenda.next()).collect();
        assert_eq!(pages, [entry(2_000, 1), entry(2_000, 2), entry(2_000, 3)]);
    }

    #[test]
    fn what_would_happen_after_the_end_is_left_out() {
        let mut agenda = Agenda::until(MINUTE);
        agenda.put(entry(2 * MINUTE, 0));
        assert_eq!(agenda.next(), None);
    }
}
