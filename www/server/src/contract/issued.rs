//! The tokens that are out there, and those being minted: what it takes to revoke them.
//!
//! The upstream revokes a token only if it is given the token, so the backend has
//! to keep the live ones; it finds them by fingerprint, by handle or by the page
//! life and request that they were minted for. They are held in memory: several
//! instances of a real backend would share a store.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::{Arc, Mutex},
};

use super::{
    names::{Reason, RequestName},
    record::{Key, Live, Record},
    withdrawn::{Withdrawal, Withdrawn},
};
use crate::{
    clock::Clock,
    lock::lock,
    secret::{Fingerprint, Secret},
};

/// More than any honest user's pages hold between them; beyond it, no more are minted.
const CAPACITY: usize = 50_000;

pub(super) struct Issued {
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    record: Record,
    withdrawn: Withdrawn,
}

/// Why nothing is to be minted.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Unwelcome {
    Full,
    Withdrawn,
}

/// What a revoke names.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Named {
    pub(super) tokens: Vec<String>,
    pub(super) handles: Vec<String>,
    pub(super) session: Option<String>,
    pub(super) pending: Vec<String>,
    pub(super) whole_session: bool,
}

/// The tokens that a revoke is about.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// On record here.
    pub(super) known: Vec<Secret>,
    /// Named, but not on record: minted by another instance or before a restart, dead, or made up.
    pub(super) unknown: Vec<Secret>,
}

impl Issued {
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            clock,
            state: Mutex::default(),
        }
    }

    /// Enters `request` before its token is asked for, so that a revoke finds it from then on.
    pub(super) fn begin(self: &Arc<Self>, request: &RequestName) -> Result<Ticket, Unwelcome> {
        let now = self.clock.now();
        let State { record, withdrawn } = &mut *lock(&self.state);
        record.remove_expired(now);
        if withdrawn.get(request, now).is_some() {
            return Err(Unwelcome::Withdrawn);
        }
        if record.len() >= CAPACITY {
            return Err(Unwelcome::Full);
        }
        Ok(Ticket {
            issued: Arc::clone(self),
            key: record.insert(request.clone()),
        })
    }

    /// Looks up what a revoke names, and sees to it that what is not minted yet
    /// does not get out either.
    pub(super) fn find(&self, named: Named, reason: Option<Reason>) -> Found {
        let now = self.clock.now();
        let State { record, withdrawn } = &mut *lock(&self.state);
        record.remove_expired(now);
        let mut keys = BTreeSet::new();
        let mut unknown = BTreeMap::new();
        for token in named.tokens {
            let fingerprint = Fingerprint::of(&token);
            match record.with_token(&fingerprint) {
                Some(key) => _ = keys.insert(key),
                None => _ = unknown.insert(fingerprint, Secret::from(token)),
            }
        }
        let handles = named.handles.iter().map(Fingerprint::of);
        keys.extend(handles.filter_map(|handle| record.with_handle(&handle)));
        if let Some(session) = named.session {
            let withdrawal = Withdrawal(reason);
            let pending: HashSet<String> = named.pending.into_iter().collect();
            let is_meant = |id: &str| named.whole_session || pending.contains(id);
            for key in record.of_session(&session, is_meant) {
                record.withdraw(key, withdrawal);
                keys.insert(key);
            }
            for id in pending {
                let session = session.clone();
                withdrawn.insert(RequestName { session, id }, withdrawal, now);
            }
        }
        Found {
            known: keys
                .into_iter()
                .filter_map(|key| record.token(key))
                .collect(),
            unknown: unknown.into_values().collect(),
        }
    }

    /// Forgets a token that is dead at the upstream.
    pub(super) fn forget(&self, token: Fingerprint) {
        let State { record, .. } = &mut *lock(&self.state);
        if let Some(key) = record.with_token(&token) {
            record.remove(key);
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&self) {
        let State { record, withdrawn } = &mut *lock(&self.state);
        record.clear();
        *withdrawn = Withdrawn::default();
    }
}

/// A place on the record for a token that is being minted. Dropped without
/// [`Ticket::admit`], it gives the place back.
pub(super) struct Ticket {
    issued: Arc<Issued>,
    key: Key,
}

impl Ticket {
    /// Puts the token on record. `Some` if the request was withdrawn meanwhile:
    /// then the token is nobody's, and the caller has to revoke it.
    pub(super) fn admit(self, live: Live) -> Option<Withdrawal> {
        lock(&self.issued.state).record.admit(self.key, live)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        lock(&self.issued.state).record.remove_unminted(self.key);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    fn issued_at(now: &Arc<AtomicU64>) -> Arc<Issued> {
        let now = Arc::clone(now);
        Arc::new(Issued::new(Clock::new(move || now.load(Ordering::Relaxed))))
    }

    fn request(session: &str, id: &str) -> RequestName {
        RequestName {
            session: session.to_owned(),
            id: id.to_owned(),
        }
    }

    fn admit(issued: &Arc<Issued>, request: &RequestName, token: &str) -> Option<Withdrawal> {
        let ticket = issued.begin(request).ok()?;
        ticket.admit(live(token, None))
    }

    fn whole(session: &str) -> Named {
        Named {
            session: Some(session.to_owned()),
            whole_session: true,
            ..Named::default()
        }
    }

    fn is_empty(issued: &Issued) -> bool {
        lock(&issued.state).record.is_empty()
    }

    fn live(token: &str, handle: Option<&str>) -> Live {
        Live {
            token: Secret::from(token.to_owned()),
            handle: handle.map(Fingerprint::of),
            expires_at: 1_000,
        }
    }

    #[test]
    fn a_ticket_that_came_to_nothing_leaves_nothing() {
        let issued = issued_at(&Arc::default());
        drop(issued.begin(&request("s", "1")));
        assert!(is_empty(&issued));
    }

    #[test]
    fn an_expired_token_leaves_nothing() {
        let now = Arc::new(AtomicU64::new(0));
        let issued = issued_at(&now);
        assert_eq!(admit(&issued, &request("s", "1"), "t"), None);
        now.store(1_000, Ordering::Relaxed);
        assert!(issued.find(whole("s"), None).known.is_empty());
        assert!(is_empty(&issued));
    }

    #[test]
    fn a_forgotten_token_leaves_nothing() {
        let issued = issued_at(&Arc::default());
        let ticket = issued.begin(&request("s", "1")).ok();
        ticket.map(|ticket| ticket.admit(live("t", Some("h"))));
        issued.forget(Fingerprint::of("t"));
        assert!(is_empty(&issued));
    }

    #[test]
    fn a_token_admitted_after_everything_was_forgotten_is_nobodys() {
        let issued = issued_at(&Arc::default());
        let ticket = issued.begin(&request("s", "1")).ok();
        issued.clear();
        let withdrawal = ticket.and_then(|ticket| ticket.admit(live("t", None)));
        assert_eq!(withdrawal, Some(Withdrawal(None)));
        assert!(is_empty(&issued));
    }

    #[test]
    fn two_tokens_of_one_request_are_both_found() {
        let issued = issued_at(&Arc::default());
        admit(&issued, &request("s", "1"), "t1");
        admit(&issued, &request("s", "1"), "t2");
        admit(&issued, &request("s", "2"), "t3");
        let pending = vec!["1".to_owned()];
        let named = Named {
            session: Some("s".to_owned()),
            pending,
            ..Named::default()
        };
        assert_eq!(issued.find(named, None).known.len(), 2);
    }

    #[test]
    fn when_too_many_tokens_are_out_no_more_are_minted_until_some_are_gone() {
        let now = Arc::new(AtomicU64::new(0));
        let issued = issued_at(&now);
        for n in 0..CAPACITY {
            admit(&issued, &request("s", "1"), &n.to_string());
        }
        let full = issued.begin(&request("s", "1")).err();
        assert_eq!(full, Some(Unwelcome::Full));
        now.store(1_000, Ordering::Relaxed);
        assert!(issued.begin(&request("s", "1")).is_ok());
    }

    #[test]
    fn a_token_named_twice_is_found_once() {
        let issued = issued_at(&Arc::default());
        admit(&issued, &request("s", "1"), "t");
        let tokens = ["t", "t", "x", "x"].map(str::to_owned).to_vec();
        let found = issued.find(
            Named {
                tokens,
                ..whole("s")
            },
            None,
        );
        assert_eq!((found.known.len(), found.unknown.len()), (1, 1));
    }
}
