//! Whose answers of the app are not to be used any more.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::core::{Fingerprint, Owner, RecallScope};

/// Of more names than that at a time, everybody's answers are forgotten instead.
const MOST: usize = 20_000;

/// Which answers were forgotten when. Each recall has a number, and an answer that was asked
/// for before that of its owner is not used.
pub(super) struct Forgotten {
    /// No answer is used for longer.
    longest: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The number of the last recall.
    last: u64,
    /// That of the last one that was about everybody.
    all: u64,
    /// By user or sign-in: that of the last one about it.
    names: BTreeMap<Name, u64>,
    /// The same in their order, and when that was.
    order: VecDeque<(Instant, Name, u64)>,
}

/// A user or a sign-in.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
enum Name {
    User(Fingerprint),
    SignIn(Fingerprint),
}

impl Forgotten {
    /// `longest` is how long an answer may be used, from when it was asked for.
    pub(super) fn new(longest: Duration) -> Self {
        Self {
            longest,
            state: Mutex::default(),
        }
    }

    /// The number to keep with an answer that is asked for now.
    pub(super) fn now(&self) -> u64 {
        self.lock().last
    }

    /// Forgets the answers about those whom a recall is about. Where that is a page life,
    /// nobody has signed out: nothing is forgotten.
    pub(super) fn note(&self, scope: &RecallScope) {
        let name = match scope {
            RecallScope::All => None,
            RecallScope::Session(_) => return,
            RecallScope::SignIn(sign_in) => Some(Name::SignIn(Fingerprint::of(sign_in))),
            RecallScope::User(user) => Some(Name::User(Fingerprint::of(user))),
        };
        let mut state = self.lock();
        state.last += 1;
        state.tidy(self.longest);
        match name {
            Some(name) if state.order.len() < MOST => state.note(name),
            Some(_) | None => state.note_all(),
        }
    }

    /// Whether an answer about `owner` that was asked for at the number `since` was forgotten.
    pub(super) fn has(&self, owner: &Owner, since: u64) -> bool {
        let names = [
            Name::User(Fingerprint::of(&owner.user)),
            Name::SignIn(Fingerprint::of(&owner.sign_in)),
        ];
        let state = self.lock();
        let numbers = names.iter().filter_map(|name| state.names.get(name));
        numbers.chain([&state.all]).any(|number| *number > since)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn note(&mut self, name: Name) {
        self.names.insert(name, self.last);
        self.order.push_back((Instant::now(), name, self.last));
    }

    fn note_all(&mut self) {
        self.all = self.last;
        self.names.clear();
        self.order.clear();
    }

    /// Drops what no answer is old enough for.
    fn tidy(&mut self, longest: Duration) {
        while let Some((at, name, number)) = self.order.front()
            && at.elapsed() > longest
        {
            if self.names.get(name) == Some(number) {
                self.names.remove(name);
            }
            self.order.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(user: &str, sign_in: &str) -> Owner {
        Owner {
            user: user.to_owned(),
            sign_in: sign_in.to_owned(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_recall_forgets_those_whom_it_is_about_and_what_was_asked_before() {
        let forgotten = Forgotten::new(Duration::from_secs(8));
        let (one, other) = (owner("u", "1"), owner("v", "2"));
        let before = forgotten.now();
        forgotten.note(&RecallScope::Session("1".to_owned()));
        assert!(!forgotten.has(&one, before));
        forgotten.note(&RecallScope::SignIn("1".to_owned()));
        assert!(forgotten.has(&one, before) && !forgotten.has(&other, before));
        // A user of that name is somebody else.
        assert!(!forgotten.has(&owner("1", "3"), before));
        assert!(!forgotten.has(&one, forgotten.now()));
        forgotten.note(&RecallScope::User("v".to_owned()));
        assert!(forgotten.has(&other, before));
        let after = forgotten.now();
        forgotten.note(&RecallScope::All);
        assert!(forgotten.has(&owner("w", "4"), after));
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_is_remembered_than_there_are_answers_for() {
        let forgotten = Forgotten::new(Duration::from_secs(8));
        let before = forgotten.now();
        let recall = |number: usize| forgotten.note(&RecallScope::User(number.to_string()));
        (0..MOST).for_each(recall);
        assert!(!forgotten.has(&owner("v", "1"), before));
        tokio::time::advance(Duration::from_secs(9)).await;
        recall(MOST);
        assert_eq!(forgotten.lock().names.len(), 1);
        (0..MOST).for_each(recall);
        // There was no room for one of them, so it is about everybody.
        assert!(forgotten.has(&owner("v", "1"), before));
        assert!(forgotten.lock().names.len() < MOST);
    }
}
