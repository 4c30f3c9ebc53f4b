//! The app's backend: mints tokens, revokes them, and remembers which of one
//! page's tokens are alive. Its leases are in `lease.rs`.

use std::collections::{BTreeMap, BTreeSet};

use downscope::core::{Generation, Millis};

use crate::lease::Leases;
use crate::support::hours;

/// A request's name as the backend sees it: the page's session and the id.
pub(crate) type MintId = (u32, Generation);

/// A revoke request as it travels.
#[derive(Clone, Debug)]
pub(crate) struct Revocation {
    pub(crate) session: u32,
    pub(crate) tokens: Vec<Generation>,
    pub(crate) pending: Vec<Generation>,
    pub(crate) whole_session: bool,
}

#[derive(Debug)]
struct Minted {
    session: u32,
    expires: u64,
    revoked: Option<u64>,
    /// The page has got it.
    delivered: bool,
}

/// Why a token may live on though its page has got it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Excuse {
    /// The last revoke that named it got lost, or the page crashed.
    Lost,
    /// The page's clock was set ahead, and so it took the token for dead.
    Misjudged,
}

/// How many of a page's tokens are alive, by the reason.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Alive {
    pub(crate) lost: u64,
    pub(crate) misjudged: u64,
    /// The page never heard of them.
    pub(crate) orphans: u64,
    /// There is no reason.
    pub(crate) outlived: u64,
}

/// The tokens of one page, dead or alive.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    minted: BTreeMap<Generation, Minted>,
    /// Requests whose token nobody wants.
    unwanted: BTreeSet<MintId>,
    unwanted_sessions: BTreeSet<u32>,
    excuses: BTreeMap<Generation, Excuse>,
    crashed: bool,
    pub(crate) leases: Leases,
}

/// How long minted tokens live: an hour, as Box's do.
pub(crate) const LIFETIME: Millis = hours(1);

impl Ledger {
    /// `None` where the page has already said that it does not want the token.
    pub(crate) fn mint(&mut self, (session, id): MintId, now: u64) -> Option<Millis> {
        if self.unwanted.contains(&(session, id)) || self.unwanted_sessions.contains(&session) {
            return None;
        }
        let token = Minted {
            session,
            expires: now + LIFETIME.0,
            revoked: None,
            delivered: false,
        };
        self.minted.insert(id, token);
        Some(LIFETIME)
    }

    pub(crate) fn delivered(&mut self, id: Generation) {
        if let Some(token) = self.minted.get_mut(&id) {
            token.delivered = true;
        }
    }

    /// Idempotent, as RFC 7009 wants it.
    pub(crate) fn revoke(&mut self, revocation: &Revocation, now: u64) {
        let session = revocation.session;
        if revocation.whole_session {
            self.unwanted_sessions.insert(session);
        }
        let pending = revocation.pending.iter().map(|&id| (session, id));
        self.unwanted.extend(pending);
        for (id, token) in &mut self.minted {
            if revocation.tokens.contains(id)
                || self.unwanted.contains(&(token.session, *id))
                || self.unwanted_sessions.contains(&token.session)
            {
                token.revoked.get_or_insert(now);
            }
        }
    }

    /// Lets go of what was minted for a page life that is not heard of any
    /// more, and says how many tokens that were.
    pub(crate) fn sweep(&mut self, session: u32, now: u64) -> u64 {
        let mut swept = 0;
        for token in self.minted.values_mut() {
            if token.session == session && token.revoked.is_none() && now < token.expires {
                token.revoked = Some(now);
                swept += 1;
            }
        }
        swept
    }

    /// For how long after this moment a token was alive.
    pub(crate) fn outlived_by(&self, end: u64) -> u64 {
        let deaths = self.minted.values().map(|token| {
            let revoked = token.revoked.unwrap_or(token.expires);
            revoked.min(token.expires).saturating_sub(end)
        });
        deaths.max().unwrap_or_default()
    }

    /// The revoke will not reach the backend any more.
    pub(crate) fn lose(&mut self, revocation: &Revocation) {
        for id in revocation.tokens.iter().chain(&revocation.pending) {
            self.excuse(*id, Excuse::Lost);
        }
    }

    /// The page has ended without a word.
    pub(crate) const fn crash(&mut self) {
        self.crashed = true;
    }

    /// Also of what is yet to be minted.
    pub(crate) fn excuse(&mut self, id: Generation, excuse: Excuse) {
        self.excuses.entry(id).or_insert(excuse);
    }

    pub(crate) fn is_alive(&self, id: Generation, now: u64) -> bool {
        let token = self.minted.get(&id);
        token.is_some_and(|token| token.revoked.is_none() && now < token.expires)
    }

    /// How many tokens there ever were.
    pub(crate) fn minted(&self) -> u64 {
        self.minted.len() as u64
    }

    pub(crate) fn alive(&self, now: u64) -> Alive {
        let mut alive = Alive::default();
        for (id, token) in &self.minted {
            let count = match self.excuses.get(id) {
                _ if !self.is_alive(*id, now) => continue,
                _ if self.crashed => &mut alive.lost,
                Some(Excuse::Lost) => &mut alive.lost,
                Some(Excuse::Misjudged) => &mut alive.misjudged,
                None if token.delivered => &mut alive.outlived,
                None => &mut alive.orphans,
            };
            *count += 1;
        }
        alive
    }
}
