//! The state, and what time does to it.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use crate::core::{Budget, Class, Fingerprint, Millis, Owner, Reason, Stats};

/// How many words are remembered for the instances that look which of their held requests to wake.
const MOST_TOLD: usize = 10_000;

pub(super) struct State {
    pub(super) now: Millis,
    pub(super) since: Millis,
    pub(super) is_first: bool,
    pub(super) records: HashMap<String, Record>,
    pub(super) by_token: HashMap<Fingerprint, String>,
    pub(super) by_handle: HashMap<Fingerprint, String>,
    pub(super) by_expiry: BTreeSet<(Millis, String)>,
    /// What nobody has claimed, by [`Record::rank`].
    pub(super) ready: BTreeMap<Class, BTreeSet<(Millis, String)>>,
    /// What somebody has claimed, or what has failed, by when it is ready again.
    pub(super) later: BTreeSet<(Millis, String)>,
    pub(super) unknown: u32,
    pub(super) live: u64,
    pub(super) budgets: BTreeMap<Class, Budget>,
    pub(super) sessions: HashMap<String, Session>,
    /// Sessions of which nothing is known but that they are withdrawn.
    pub(super) strangers: u32,
    pub(super) by_owner: BTreeMap<OwnerKey, BTreeSet<String>>,
    /// When a session may be looked at, whether it is still of use.
    pub(super) by_end: BTreeSet<(Millis, String)>,
    pub(super) by_lease_end: BTreeSet<(Millis, String)>,
    pub(super) leases_of: BTreeMap<String, u32>,
    pub(super) watched_at: Millis,
    pub(super) grace_until: Millis,
    pub(super) told: VecDeque<String>,
    pub(super) told_before: u64,
}

/// Finds the page lives of a user, or of a sign-in.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum OwnerKey {
    SignIn(String),
    User(String),
}

pub(super) struct Record {
    pub(super) session: Option<String>,
    pub(super) id: String,
    pub(super) owner: Option<Owner>,
    pub(super) asks_for: Option<Fingerprint>,
    pub(super) class: Class,
    pub(super) stage: Stage,
    pub(super) sealed: Vec<u8>,
    pub(super) token: Option<Fingerprint>,
    pub(super) handle: Option<Fingerprint>,
    /// When its token expires; while it is minted, when that must be over.
    pub(super) expires_at: Millis,
    /// For how long its token may live where nobody knows what became of it.
    pub(super) lost: Millis,
    pub(super) attempts: u32,
    pub(super) reason: Option<Reason>,
    /// Of what is due: since when it is ready.
    pub(super) since: Millis,
}

impl Record {
    /// The longest life has the least, or, of what is unknown, what has waited for the longest.
    pub(super) const fn rank(&self) -> Millis {
        match self.class {
            Class::Known => Millis::MAX - self.expires_at,
            Class::Unknown => self.since,
        }
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Stage {
    Minting {
        is_withdrawn: bool,
    },
    Live,
    /// In `ready`, or in `later` at that time.
    Due {
        ready_at: Option<Millis>,
    },
    Dead,
}

#[derive(Default)]
pub(super) struct Session {
    /// `None`: a stranger.
    pub(super) owner: Option<Owner>,
    pub(super) ids: BTreeMap<String, String>,
    pub(super) lease: Option<Lease>,
    pub(super) withdrawn_until: Millis,
    pub(super) withdrawn_ids: BTreeMap<String, Millis>,
    /// Until then a token may be alive that was minted and then lost: whoever had it minted has
    /// died of it, or has heard no answer.
    pub(super) lost_until: Millis,
}

#[derive(Default)]
pub(super) struct Lease {
    pub(super) ends_at: Millis,
    pub(super) is_told: bool,
    pub(super) said: String,
    pub(super) recalls: Vec<String>,
    pub(super) version: u64,
}

impl State {
    pub(super) fn new(now: Millis, is_first: bool) -> Self {
        Self {
            now,
            since: now,
            is_first,
            records: HashMap::new(),
            by_token: HashMap::new(),
            by_handle: HashMap::new(),
            by_expiry: BTreeSet::new(),
            ready: BTreeMap::new(),
            later: BTreeSet::new(),
            unknown: 0,
            live: 0,
            budgets: BTreeMap::new(),
            sessions: HashMap::new(),
            strangers: 0,
            by_owner: BTreeMap::new(),
            by_end: BTreeSet::new(),
            by_lease_end: BTreeSet::new(),
            leases_of: BTreeMap::new(),
            watched_at: now,
            grace_until: 0,
            told: VecDeque::new(),
            told_before: 0,
        }
    }

    /// It is `now`: what has expired goes.
    pub(super) fn turn(&mut self, now: Millis) {
        self.now = self.now.max(now);
        while let Some((_, key)) = self.by_expiry.first().filter(|(at, _)| *at <= self.now) {
            let key = key.clone();
            self.expire(&key);
        }
        while let Some((_, session)) = self.by_end.first().filter(|(at, _)| *at <= self.now) {
            let session = session.clone();
            self.by_end.pop_first();
            self.forget_session(&session);
        }
        self.wake();
    }

    fn expire(&mut self, key: &str) {
        let record = self.records.get(key);
        let minting = record.filter(|one| matches!(one.stage, Stage::Minting { .. }));
        if let Some(record) = minting {
            // Whoever minted it has died or hangs, and what became of it nobody knows.
            self.lose(key, record.expires_at.saturating_add(record.lost));
        }
        self.remove(key);
    }

    /// What was minted for this record, if anything, may be alive until then.
    pub(super) fn lose(&mut self, key: &str, until: Millis) {
        let record = self.records.get(key);
        if let Some(session) = record.and_then(|record| record.session.as_ref())
            && let Some(one) = self.sessions.get_mut(session)
        {
            one.lost_until = one.lost_until.max(until);
            self.by_end.insert((until, session.clone()));
        }
    }

    pub(super) fn remove(&mut self, key: &str) {
        let Some(record) = self.records.remove(key) else {
            return;
        };
        self.by_expiry.remove(&(record.expires_at, key.to_owned()));
        self.unqueue(key, &record);
        match record.stage {
            Stage::Live => self.live -= 1,
            Stage::Minting { .. } | Stage::Due { .. } | Stage::Dead => {}
        }
        if record.class == Class::Unknown {
            self.unknown = self.unknown.saturating_sub(1);
        }
        for (index, name) in [
            (&mut self.by_token, record.token),
            (&mut self.by_handle, record.handle),
        ] {
            if let Some(name) = name.filter(|name| index.get(name).is_some_and(|own| own == key)) {
                index.remove(&name);
            }
        }
        if let Some(session) = record.session {
            if let Some(one) = self.sessions.get_mut(&session)
                && one.ids.get(&record.id).is_some_and(|own| own == key)
            {
                one.ids.remove(&record.id);
            }
            self.forget_session(&session);
        }
    }

    /// Takes it out of what is ready or claimed.
    pub(super) fn unqueue(&mut self, key: &str, record: &Record) {
        let Stage::Due { ready_at } = record.stage else {
            return;
        };
        let name = key.to_owned();
        match ready_at {
            Some(at) => _ = self.later.remove(&(at, name)),
            None => {
                let ready = self.ready.entry(record.class).or_default();
                ready.remove(&(record.rank(), name));
            }
        }
    }

    /// Forgets a session that is of no use any more.
    pub(super) fn forget_session(&mut self, name: &str) {
        let now = self.now;
        let Some(session) = self.sessions.get_mut(name) else {
            return;
        };
        session.withdrawn_ids.retain(|_, until| *until > now);
        let until = session.withdrawn_ids.values().copied().max().unwrap_or(0);
        let until = until.max(session.withdrawn_until).max(session.lost_until);
        if until > now {
            self.by_end.insert((until, name.to_owned()));
            return;
        }
        if !session.ids.is_empty() || session.lease.is_some() {
            return;
        }
        let owner = session.owner.take();
        self.sessions.remove(name);
        match owner {
            Some(owner) => self.disown(name, owner),
            None => self.strangers = self.strangers.saturating_sub(1),
        }
    }

    pub(super) fn own(&mut self, name: &str, owner: &Owner) {
        for key in keys_of(owner.clone()) {
            let sessions = self.by_owner.entry(key).or_default();
            sessions.insert(name.to_owned());
        }
    }

    pub(super) fn disown(&mut self, name: &str, owner: Owner) {
        for key in keys_of(owner) {
            if let Some(sessions) = self.by_owner.get_mut(&key) {
                sessions.remove(name);
                if sessions.is_empty() {
                    self.by_owner.remove(&key);
                }
            }
        }
    }

    /// Leaves word that there is word for `session`.
    pub(super) fn tell(&mut self, session: &str) {
        self.told.push_back(session.to_owned());
        if self.told.len() > MOST_TOLD {
            self.told.pop_front();
            self.told_before += 1;
        }
    }

    pub(super) fn told_since(&self, number: u64) -> (u64, Vec<String>) {
        let skip = usize::try_from(number.saturating_sub(self.told_before)).unwrap_or(usize::MAX);
        let told = self.told.iter().skip(skip).cloned().collect();
        let next = self.told_before + u64::try_from(self.told.len()).unwrap_or(0);
        (next, told)
    }

    pub(super) fn stats(&self) -> Stats {
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        let ready = self.ready.values().map(BTreeSet::len).sum::<usize>();
        Stats {
            live: self.live,
            due: count(ready + self.later.len()),
            leases: count(self.by_lease_end.len()),
            unknown: self.unknown.into(),
        }
    }
}

fn keys_of(owner: Owner) -> [OwnerKey; 2] {
    [OwnerKey::User(owner.user), OwnerKey::SignIn(owner.sign_in)]
}
