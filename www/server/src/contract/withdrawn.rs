//! Requests that were revoked before they arrived.
//!
//! A page that dies with a token request under way names that request in its
//! revoke, and the two travel separately: the revoke may well arrive first.

use std::collections::{HashMap, VecDeque};

use super::names::{Reason, RequestName};
use crate::clock::Millis;

/// How long a request can be late: longer than any client waits for one.
const MEMORY: Millis = 60_000;
/// Anybody can send a revoke, so what it makes the backend remember is bounded.
const CAPACITY: usize = 16_384;

/// The request was revoked; this is why.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Withdrawal(pub(super) Option<Reason>);

#[derive(Debug, Default)]
pub(super) struct Withdrawn {
    by_request: HashMap<RequestName, (Withdrawal, Millis)>,
    /// By age. A request withdrawn twice stands here twice.
    order: VecDeque<(Millis, RequestName)>,
}

impl Withdrawn {
    pub(super) fn insert(&mut self, request: RequestName, withdrawal: Withdrawal, now: Millis) {
        self.forget_old(now);
        self.order.push_back((now, request.clone()));
        self.by_request.insert(request, (withdrawal, now));
        while self.order.len() > CAPACITY {
            self.forget_oldest();
        }
    }

    pub(super) fn get(&mut self, request: &RequestName, now: Millis) -> Option<Withdrawal> {
        self.forget_old(now);
        self.by_request
            .get(request)
            .map(|(withdrawal, _)| *withdrawal)
    }

    fn forget_old(&mut self, now: Millis) {
        while self
            .order
            .front()
            .is_some_and(|(at, _)| at.saturating_add(MEMORY) <= now)
        {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some((at, request)) = self.order.pop_front() else {
            return;
        };
        if self
            .by_request
            .get(&request)
            .is_some_and(|(_, latest)| *latest == at)
        {
            self.by_request.remove(&request);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(id: impl ToString) -> RequestName {
        RequestName {
            session: "s".to_owned(),
            id: id.to_string(),
        }
    }

    const UNLOAD: Withdrawal = Withdrawal(Some(Reason::Unload));

    #[test]
    fn a_withdrawal_is_remembered_for_60_seconds() {
        let mut withdrawn = Withdrawn::default();
        withdrawn.insert(request(1), UNLOAD, 1_000);
        assert_eq!(withdrawn.get(&request(1), 60_999), Some(UNLOAD));
        assert_eq!(withdrawn.get(&request(2), 60_999), None);
        assert_eq!(withdrawn.get(&request(1), 61_000), None);
        assert!(withdrawn.by_request.is_empty());
    }

    #[test]
    fn a_second_withdrawal_counts_from_its_own_time() {
        let mut withdrawn = Withdrawn::default();
        withdrawn.insert(request(1), UNLOAD, 0);
        withdrawn.insert(request(1), UNLOAD, 50_000);
        assert_eq!(withdrawn.get(&request(1), 70_000), Some(UNLOAD));
        assert_eq!(withdrawn.get(&request(1), 110_000), None);
    }

    #[test]
    fn the_oldest_withdrawals_make_room_for_new_ones() {
        let mut withdrawn = Withdrawn::default();
        for id in 0..=CAPACITY {
            withdrawn.insert(request(id), UNLOAD, 0);
        }
        assert_eq!(withdrawn.get(&request(0), 0), None);
        assert_eq!(withdrawn.get(&request(CAPACITY), 0), Some(UNLOAD));
        assert_eq!(withdrawn.by_request.len(), CAPACITY);
    }

    #[test]
    fn withdrawing_one_request_over_and_over_takes_no_more_room() {
        let mut withdrawn = Withdrawn::default();
        for _ in 0..=2 * CAPACITY {
            withdrawn.insert(request(1), UNLOAD, 0);
        }
        assert!(withdrawn.order.len() <= CAPACITY);
    }
}
