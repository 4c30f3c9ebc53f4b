//! The sign-ins that have ended.

use std::{
    collections::{BTreeSet, VecDeque},
    pin::Pin,
    sync::{Mutex, PoisonError},
};

use super::SignIns;
use crate::core::{Fingerprint, Owner};

/// Of more than that, the first ones are forgotten: page lives of theirs pass to nobody
/// until their leases are over.
const MOST: usize = 100_000;

/// The sign-ins that were recalled at this instance: a page life of theirs may pass to the
/// next one in the same browser. It is known here and until this process ends.
#[derive(Default)]
pub struct Ended(Mutex<State>);

#[derive(Default)]
struct State {
    all: BTreeSet<Fingerprint>,
    order: VecDeque<Fingerprint>,
}

impl Ended {
    /// Notes that this one has.
    pub fn note(&self, sign_in: &str) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fingerprint = Fingerprint::of(sign_in);
        if !state.all.insert(fingerprint) {
            return;
        }
        state.order.push_back(fingerprint);
        if state.order.len() > MOST
            && let Some(first) = state.order.pop_front()
        {
            state.all.remove(&first);
        }
    }

    fn has(&self, sign_in: &str) -> bool {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.all.contains(&Fingerprint::of(sign_in))
    }
}

impl std::fmt::Debug for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ended").finish_non_exhaustive()
    }
}

impl SignIns for Ended {
    fn has_ended<'a>(
        &'a self,
        owner: &'a Owner,
    ) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        Box::pin(std::future::ready(self.has(&owner.sign_in)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_are_remembered_than_there_is_room_for() {
        let ended = Ended::default();
        for number in 0..=MOST {
            ended.note(&number.to_string());
            ended.note(&number.to_string());
        }
        assert!(!ended.has("0"));
        assert!(ended.has("1"));
        assert!(ended.has(&MOST.to_string()));
    }
}
