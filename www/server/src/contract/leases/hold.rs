//! A lease request on its way to its answer.

use std::{collections::hash_map::Entry, sync::Arc, time::Duration};

use tokio::sync::oneshot;

use super::{Leases, State, push::Push};
use crate::{clock::Millis, lock::lock, secret::Fingerprint};

/// What becomes of a lease request.
pub(in crate::contract) enum Renewal {
    Answer(Answer),
    Hold(Hold),
}

/// What a lease request is answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::contract) struct Answer {
    pub(in crate::contract) renew_in: Millis,
    /// How long the request was held open.
    pub(in crate::contract) held: Millis,
    pub(in crate::contract) term: Millis,
    pub(in crate::contract) push: Option<Push>,
}

/// A lease request that is held open. It is dropped when its connection closes,
/// which gives its place back and changes nothing else.
pub(in crate::contract) struct Hold {
    pub(super) leases: Arc<Leases>,
    pub(super) session: String,
    pub(super) owner: Fingerprint,
    pub(super) number: u64,
    pub(super) since: Millis,
    pub(super) woken: oneshot::Receiver<()>,
}

impl Hold {
    /// Waits until there is something to say, or for as long as requests are held.
    pub(in crate::contract) async fn wait(&mut self) {
        let hold = Duration::from_millis(self.leases.terms.hold);
        _ = tokio::time::timeout(hold, &mut self.woken).await;
    }

    /// Whether the page life is the next sign-in's by now.
    pub(in crate::contract) fn has_passed_on(&self) -> bool {
        let state = lock(&self.leases.state);
        let lease = state.by_session.get(&self.session);
        lease.is_some_and(|lease| lease.owner != self.owner)
    }

    /// The answer, which counts as a sign of life.
    pub(in crate::contract) fn answer(&self) -> Answer {
        let ends_at = self.leases.ends_at();
        let mut state = lock(&self.leases.state);
        let State {
            by_end, by_session, ..
        } = &mut *state;
        let lease = by_session
            .get_mut(&self.session)
            .filter(|lease| lease.owner == self.owner && lease.is_held_by(self.number));
        let mut answer = Answer {
            renew_in: 0,
            held: 0,
            term: self.leases.terms.term,
            push: None,
        };
        if let Some(lease) = lease {
            by_end.remove(&(lease.ends_at, self.session.clone()));
            by_end.insert((ends_at, self.session.clone()));
            lease.ends_at = ends_at;
            answer.held = self.leases.clock.now().saturating_sub(self.since);
            answer.push = lease.pushes.say();
        }
        answer
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let State {
            by_session, held, ..
        } = &mut *lock(&self.leases.state);
        if let Entry::Occupied(mut count) = held.entry(self.owner) {
            *count.get_mut() = count.get().saturating_sub(1);
            if *count.get() == 0 {
                count.remove();
            }
        }
        let lease = by_session.get_mut(&self.session);
        if let Some(lease) = lease.filter(|lease| lease.is_held_by(self.number)) {
            lease.held = None;
        }
    }
}
