//! A store in this process: bounded, and gone with it. For one instance, and the
//! definition of what the others do.

mod leases;
mod records;
mod revokes;
mod sessions;
mod state;
mod work;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use self::state::State;
use super::{Call, Store};
use crate::core::{
    Admit, Admitted, Begin, Begun, Claim, Enlist, Enlisted, Fate, Heard, Heartbeat, Lapsed, Limits,
    Millis, RecallOp, Say, Stats, Withdraw, Withdrawn, Work,
};

/// A store in this process.
pub struct Memory {
    now: Arc<dyn Fn() -> Millis + Send + Sync>,
    state: Mutex<State>,
}

impl Memory {
    /// An empty store. `now` never goes back, and stands still or not while the machine
    /// sleeps. `is_first` says that nothing was minted before this process started, as with an
    /// authorization server that starts with it: then what is not on record was never minted.
    pub fn new(now: impl Fn() -> Millis + Send + Sync + 'static, is_first: bool) -> Self {
        let state = Mutex::new(State::new(now(), is_first));
        Self {
            now: Arc::new(now),
            state,
        }
    }

    /// Forgets everything. The tokens stay alive.
    pub fn clear(&self) {
        let mut state = self.lock();
        let since = (self.now)();
        let is_first = state.is_first;
        *state = State::new(since, is_first);
    }

    /// The page lives that keep a lease, with when they end, the next at the front.
    pub fn leases(&self) -> Vec<(Millis, String)> {
        self.lock().by_lease_end.iter().cloned().collect()
    }

    /// Does it at once: there is nothing to wait for.
    fn call<'a, T: Send + 'a>(&'a self, work: impl FnOnce(&mut State) -> T) -> Call<'a, T> {
        let mut state = self.lock();
        state.turn((self.now)());
        let outcome = work(&mut state);
        drop(state);
        Box::pin(std::future::ready(Ok(outcome)))
    }

    /// No panic leaves the state half changed that a later one could not work with.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Memory {
    fn begin<'a>(&'a self, begin: &'a Begin) -> Call<'a, Begun> {
        self.call(|state| state.begin(begin))
    }

    fn admit<'a>(&'a self, admit: &'a Admit) -> Call<'a, Admitted> {
        self.call(|state| state.admit(admit))
    }

    fn abandon<'a>(&'a self, _session: &'a str, key: &'a str, lost: Millis) -> Call<'a, ()> {
        self.call(|state| state.abandon(key, lost))
    }

    fn withdraw<'a>(&'a self, withdraw: &'a Withdraw) -> Call<'a, Withdrawn> {
        self.call(|state| state.withdraw(withdraw))
    }

    fn enlist<'a>(&'a self, enlist: &'a Enlist) -> Call<'a, Enlisted> {
        self.call(|state| state.enlist(enlist))
    }

    fn recall<'a>(&'a self, recall: &'a RecallOp) -> Call<'a, u64> {
        self.call(|state| state.recall(recall))
    }

    fn heartbeat<'a>(&'a self, heartbeat: &'a Heartbeat) -> Call<'a, Heard> {
        self.call(|state| state.heartbeat(heartbeat))
    }

    fn say<'a>(&'a self, say: &'a Say) -> Call<'a, bool> {
        self.call(|state| state.say(say))
    }

    fn lapse<'a>(&'a self, term: Millis, most: u32, limits: &'a Limits) -> Call<'a, Lapsed> {
        self.call(|state| state.lapse(term, most, limits))
    }

    fn until_next_lapse(&self) -> Option<Millis> {
        let state = self.lock();
        let (at, _) = state.by_lease_end.first()?;
        Some(at.saturating_sub((self.now)()))
    }

    fn claim<'a>(&'a self, claim: &'a Claim) -> Call<'a, Vec<Work>> {
        self.call(|state| state.claim(claim))
    }

    fn done<'a>(&'a self, works: &'a [Work]) -> Call<'a, ()> {
        self.call(|state| state.done(works))
    }

    fn retry<'a>(&'a self, works: &'a [(Work, Millis)]) -> Call<'a, ()> {
        self.call(|state| state.retry(works))
    }

    fn fates<'a>(&'a self, session: &'a str, keys: &'a [String]) -> Call<'a, Vec<Fate>> {
        self.call(|state| keys.iter().map(|key| state.fate(session, key)).collect())
    }

    fn told_since(&self, number: u64) -> Call<'_, (u64, Vec<String>)> {
        self.call(|state| state.told_since(number))
    }

    fn ping(&self) -> Call<'_, ()> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn stats(&self) -> Call<'_, Stats> {
        self.call(|state| state.stats())
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}
