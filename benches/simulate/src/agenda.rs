//! Which page is next, where pages meet at the backend: one list for each second to come,
//! sorted as it comes up.
//!
//! A heap of a million would miss the cache at each step; that of one second stays in it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::event::{SECOND, Time};

/// A page's next event: when, and which page. Of one moment, the lower page comes first.
type Entry = Reverse<(Time, u32)>;

/// Pages in the order of their next events.
pub(crate) struct Agenda {
    near: BinaryHeap<Entry>,
    far: Vec<Vec<Entry>>,
    second: usize,
}

impl Agenda {
    /// From then on, and until then; what would happen later is left out.
    pub(crate) fn within((from, to): (Time, Time)) -> Self {
        Self {
            near: BinaryHeap::new(),
            far: vec![Vec::new(); second_of(to) + 1],
            second: second_of(from),
        }
    }

    /// Adds a page; one of the past comes next.
    pub(crate) fn put(&mut self, at: Time, page: u32) {
        let second = second_of(at);
        if second <= self.second {
            self.near.push(Reverse((at, page)));
        } else if let Some(list) = self.far.get_mut(second) {
            list.push(Reverse((at, page)));
        }
    }

    /// Takes the page whose event is the earliest.
    pub(crate) fn next(&mut self) -> Option<(Time, u32)> {
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
    use crate::event::{HOUR, MINUTE};

    #[test]
    fn pages_come_in_the_order_of_their_time_whenever_they_were_put() {
        let mut agenda = Agenda::within((0, HOUR));
        for at in [5_000, 1, 1_800_000, 5_001, 999, 4_999] {
            agenda.put(at, 0);
        }
        let mut seen = Vec::new();
        while let Some(next) = agenda.next() {
            seen.push(next.0);
            if next == (5_000, 0) {
                agenda.put(5_000, 1);
                agenda.put(5_500, 1);
            }
        }
        let expected = [1, 999, 4_999, 5_000, 5_000, 5_001, 5_500, 1_800_000];
        assert_eq!(seen, expected);
    }

    #[test]
    fn of_one_moment_the_lower_page_comes_first_whichever_was_put_first() {
        let mut agenda = Agenda::within((MINUTE, HOUR));
        for page in [3, 1, 2] {
            agenda.put(MINUTE + 2_000, page);
        }
        let pages: Vec<_> = std::iter::from_fn(|| agenda.next()).collect();
        assert_eq!(pages, [1, 2, 3].map(|page| (MINUTE + 2_000, page)));
    }

    #[test]
    fn what_would_happen_after_the_end_is_left_out() {
        let mut agenda = Agenda::within((0, MINUTE));
        agenda.put(2 * MINUTE, 0);
        assert_eq!(agenda.next(), None);
    }
}
