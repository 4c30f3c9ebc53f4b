//! The record itself: its entries, and the indexes by which they are found.

use std::collections::{BTreeSet, HashMap};

use super::{names::RequestName, withdrawn::Withdrawal};
use crate::{
    clock::Millis,
    secret::{Fingerprint, Secret},
};

/// Names an entry. None is used twice.
pub(super) type Key = u64;

#[derive(Default)]
pub(super) struct Record {
    next: Key,
    entries: HashMap<Key, Entry>,
    by_expiry: BTreeSet<(Millis, Key)>,
    by_handle: HashMap<Fingerprint, Key>,
    by_session: HashMap<String, BTreeSet<Key>>,
    by_token: HashMap<Fingerprint, Key>,
}

struct Entry {
    request: RequestName,
    stage: Stage,
}

enum Stage {
    Minting { withdrawal: Option<Withdrawal> },
    Live(Live),
}

/// A token that is out.
pub(super) struct Live {
    pub(super) token: Secret,
    pub(super) handle: Option<Fingerprint>,
    pub(super) expires_at: Millis,
}

impl Record {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Enters a request whose token is about to be minted.
    pub(super) fn insert(&mut self, request: RequestName) -> Key {
        let key = self.next;
        self.next += 1;
        let keys = self.by_session.entry(request.session.clone());
        keys.or_default().insert(key);
        let stage = Stage::Minting { withdrawal: None };
        self.entries.insert(key, Entry { request, stage });
        key
    }

    /// Enters the token that was minted. `Some` if nobody wants it any more.
    pub(super) fn admit(&mut self, key: Key, live: Live) -> Option<Withdrawal> {
        let Some(entry) = self.entries.get_mut(&key) else {
            return Some(Withdrawal(None));
        };
        self.by_expiry.insert((live.expires_at, key));
        self.by_token.insert(live.token.fingerprint(), key);
        if let Some(handle) = live.handle {
            self.by_handle.insert(handle, key);
        }
        match std::mem::replace(&mut entry.stage, Stage::Live(live)) {
            Stage::Minting { withdrawal } => withdrawal,
            Stage::Live(_) => None,
        }
    }

    pub(super) fn with_token(&self, token: &Fingerprint) -> Option<Key> {
        self.by_token.get(token).copied()
    }

    pub(super) fn with_handle(&self, handle: &Fingerprint) -> Option<Key> {
        self.by_handle.get(handle).copied()
    }

    /// The entries of one page life whose request `matches`.
    pub(super) fn of_session(&self, session: &str, matches: impl Fn(&str) -> bool) -> Vec<Key> {
        let keys = self.by_session.get(session).into_iter().flatten();
        keys.filter(|key| {
            let entry = self.entries.get(key);
            entry.is_some_and(|entry| matches(&entry.request.id))
        })
        .copied()
        .collect()
    }

    /// The token, if there is one yet.
    pub(super) fn token(&self, key: Key) -> Option<Secret> {
        match &self.entries.get(&key)?.stage {
            Stage::Minting { .. } => None,
            Stage::Live(live) => Some(live.token.clone()),
        }
    }

    /// Marks a token that is still being minted as unwanted.
    pub(super) fn withdraw(&mut self, key: Key, reason: Withdrawal) {
        let stage = self.entries.get_mut(&key).map(|entry| &mut entry.stage);
        if let Some(Stage::Minting { withdrawal }) = stage {
            *withdrawal = Some(reason);
        }
    }

    pub(super) fn remove(&mut self, key: Key) {
        let Some(entry) = self.entries.remove(&key) else {
            return;
        };
        if let Some(keys) = self.by_session.get_mut(&entry.request.session) {
            keys.remove(&key);
            if keys.is_empty() {
                self.by_session.remove(&entry.request.session);
            }
        }
        if let Stage::Live(live) = entry.stage {
            self.by_expiry.remove(&(live.expires_at, key));
            self.by_token.remove(&live.token.fingerprint());
            if let Some(handle) = live.handle {
                self.by_handle.remove(&handle);
            }
        }
    }

    /// Gives back the place of a token that was never minted.
    pub(super) fn remove_unminted(&mut self, key: Key) {
        let stage = self.entries.get(&key).map(|entry| &entry.stage);
        if matches!(stage, Some(Stage::Minting { .. })) {
            self.remove(key);
        }
    }

    pub(super) fn remove_expired(&mut self, now: Millis) {
        while let Some(&(expires_at, key)) = self.by_expiry.first() {
            if expires_at > now {
                break;
            }
            self.remove(key);
        }
    }

    /// Keys go on where they were: a ticket of before must not pass for one of after.
    pub(super) fn clear(&mut self) {
        *self = Self {
            next: self.next,
            ..Self::default()
        };
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
            && self.by_expiry.is_empty()
            && self.by_handle.is_empty()
            && self.by_session.is_empty()
            && self.by_token.is_empty()
    }
}
