//! What was recalled here lately. Between the answer that somebody is signed in and the record of
//! what they ask for, they may be signed out: the recall finds nothing to end yet, and what is
//! entered afterwards would outlive it.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{Engine, Event};
use crate::{
    core::{Owner, RecallOp, RecallScope},
    store::StoreError,
};

/// Of more than that since some moment, each is taken to be about everybody.
const MOST: usize = 1_000;

/// A point in the order of the recalls.
#[derive(Clone, Copy, Debug)]
pub struct Moment(u64);

#[derive(Default)]
pub(super) struct Recalls(Mutex<State>);

#[derive(Default)]
struct State {
    /// The number of the last one.
    last: u64,
    recent: VecDeque<(u64, RecallScope)>,
}

impl Engine {
    /// Takes tokens back: makes them due, and leaves word for the pages that keep a
    /// lease. The answer is how many became due.
    pub async fn recall(&self, recall: &RecallOp) -> Result<u64, StoreError> {
        // First, so that a request whose record is not there yet comes to know of it.
        self.0.recalls.note(&recall.scope);
        let due = self.0.store.recall(recall).await?;
        self.0.audit.record(&Event::Recalled {
            scope: &recall.scope,
            due,
        });
        self.0.due.notify_one();
        self.wake_told().await;
        Ok(due)
    }

    /// Now, in the order of the recalls; see [`Engine::mint_since`].
    pub fn moment(&self) -> Moment {
        self.0.recalls.now()
    }
}

impl Recalls {
    pub(super) fn now(&self) -> Moment {
        Moment(self.lock().last)
    }

    /// To be called before the store is told. Where it is about a page life, nobody has signed
    /// out.
    pub(super) fn note(&self, scope: &RecallScope) {
        if matches!(scope, RecallScope::Session(_)) {
            return;
        }
        let mut state = self.lock();
        state.last += 1;
        let number = state.last;
        state.recent.push_back((number, scope.clone()));
        if state.recent.len() > MOST {
            state.recent.pop_front();
        }
    }

    /// Whether one since then was about `owner`.
    pub(super) fn concern(&self, owner: &Owner, since: Moment) -> bool {
        let state = self.lock();
        let is_forgotten = |first: &(u64, RecallScope)| first.0 > since.0 + 1;
        if state.last > since.0 && state.recent.front().is_none_or(is_forgotten) {
            return true;
        }
        let since_then = state.recent.iter().rev();
        since_then
            .take_while(|(number, _)| *number > since.0)
            .any(|(_, scope)| match scope {
                RecallScope::All => true,
                RecallScope::Session(_) => false,
                RecallScope::SignIn(sign_in) => *sign_in == owner.sign_in,
                RecallScope::User(user) => *user == owner.user,
            })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recall_concerns_those_whom_it_is_about_and_what_was_asked_before() {
        let recalls = Recalls::default();
        let owner = Owner {
            user: "u".to_owned(),
            sign_in: "s".to_owned(),
        };
        let before = recalls.now();
        for (scope, concerns) in [
            (RecallScope::Session("u".to_owned()), false),
            (RecallScope::SignIn("u".to_owned()), false),
            (RecallScope::User("s".to_owned()), false),
            (RecallScope::User("u".to_owned()), true),
        ] {
            recalls.note(&scope);
            assert_eq!(recalls.concern(&owner, before), concerns, "{scope:?}");
        }
        assert!(!recalls.concern(&owner, recalls.now()));
        for scope in [RecallScope::SignIn("s".to_owned()), RecallScope::All] {
            let before = recalls.now();
            recalls.note(&scope);
            assert!(recalls.concern(&owner, before), "{scope:?}");
        }
    }

    #[test]
    fn where_too_many_have_come_since_one_may_have_been_about_anybody() {
        let recalls = Recalls::default();
        let owner = Owner {
            user: "u".to_owned(),
            sign_in: "s".to_owned(),
        };
        let before = recalls.now();
        for number in 0..MOST {
            recalls.note(&RecallScope::User(number.to_string()));
        }
        assert!(!recalls.concern(&owner, before));
        recalls.note(&RecallScope::User("v".to_owned()));
        assert!(recalls.concern(&owner, before));
        assert_eq!(recalls.lock().recent.len(), MOST);
    }
}
