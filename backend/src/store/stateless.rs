//! No store: nothing is remembered from one request to the next. For a worker at the edge, whose
//! sealed handles say all that a revoke needs.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Call, Store, StoreError};
use crate::core::{
    Admit, Admitted, Begin, Begun, Claim, Class, Enlist, Enlisted, Fate, Heard, Heartbeat, Lapsed,
    Limits, Listed, Millis, Reason, RecallOp, Say, Stats, Withdraw, Withdrawn, Work,
};

/// Keeps no record. All that it counts is how many made-up tokens were looked up lately.
pub struct Stateless {
    now: Arc<dyn Fn() -> Millis + Send + Sync>,
    look_ups: Mutex<LookUps>,
}

/// How many there were in the second that began at `since`. All of a second's at once, where
/// others have a tenth: what a revoke names is looked up now or not at all.
#[derive(Default)]
struct LookUps {
    since: Millis,
    count: u32,
}

impl Stateless {
    /// `now` never goes back.
    pub fn new(now: impl Fn() -> Millis + Send + Sync + 'static) -> Self {
        Self {
            now: Arc::new(now),
            look_ups: Mutex::default(),
        }
    }

    /// How many unknown tokens may be looked up now.
    fn afford(&self, claim: &Claim, wanted: u32) -> u32 {
        let most = wanted.min(claim.most);
        if claim.per_second == 0 {
            return most;
        }
        let mut look_ups = self.look_ups.lock().unwrap_or_else(PoisonError::into_inner);
        let now = (self.now)();
        if now.saturating_sub(look_ups.since) >= 1_000 {
            *look_ups = LookUps {
                since: now,
                count: 0,
            };
        }
        let taken = most.min(claim.per_second.saturating_sub(look_ups.count));
        look_ups.count = look_ups.count.saturating_add(taken);
        taken
    }
}

impl Store for Stateless {
    fn has_record(&self) -> bool {
        false
    }

    fn begin<'a>(&'a self, _begin: &'a Begin) -> Call<'a, Begun> {
        ready(Begun::Begun)
    }

    fn admit<'a>(&'a self, _admit: &'a Admit) -> Call<'a, Admitted> {
        ready(Admitted::Live)
    }

    fn abandon<'a>(&'a self, _session: &'a str, _key: &'a str, _lost: Millis) -> Call<'a, ()> {
        ready(())
    }

    fn withdraw<'a>(&'a self, withdraw: &'a Withdraw) -> Call<'a, Withdrawn> {
        ready(Withdrawn {
            unknown_tokens: places(withdraw.tokens.len()),
            unknown_handles: places(withdraw.handles.len()),
            ..Withdrawn::default()
        })
    }

    /// What a handle has proven is carried out at once, all of it: nobody comes for the rest.
    fn enlist<'a>(&'a self, enlist: &'a Enlist) -> Call<'a, Enlisted> {
        // What is named a hundred times is worth one call.
        let items: BTreeMap<_, _> = enlist.items.iter().map(|item| (&item.key, item)).collect();
        let is_known = |item: &&Listed| item.class == Class::Known;
        let (known, unknown): (Vec<_>, Vec<_>) = items.into_values().partition(is_known);
        let wanted = count(unknown.len());
        let most = self.afford(&enlist.claim_unknown, wanted);
        let unknown = unknown.into_iter().take(most as usize);
        let works = known.into_iter().chain(unknown);
        ready(Enlisted {
            works: works.map(|item| work(item, enlist.reason)).collect(),
            due: wanted - most,
            refused: 0,
        })
    }

    fn recall<'a>(&'a self, _recall: &'a RecallOp) -> Call<'a, u64> {
        let error = "a backend that keeps no record has nothing to recall";
        Box::pin(std::future::ready(Err(StoreError(error.to_owned()))))
    }

    fn heartbeat<'a>(&'a self, _heartbeat: &'a Heartbeat) -> Call<'a, Heard> {
        ready(Heard::Ended)
    }

    fn say<'a>(&'a self, _say: &'a Say) -> Call<'a, bool> {
        ready(false)
    }

    fn lapse<'a>(&'a self, _term: Millis, _most: u32, _limits: &'a Limits) -> Call<'a, Lapsed> {
        ready(Lapsed::default())
    }

    fn claim<'a>(&'a self, _claim: &'a Claim) -> Call<'a, Vec<Work>> {
        ready(Vec::new())
    }

    fn done<'a>(&'a self, _works: &'a [Work]) -> Call<'a, ()> {
        ready(())
    }

    fn retry<'a>(&'a self, _works: &'a [(Work, Millis)]) -> Call<'a, ()> {
        ready(())
    }

    fn fates<'a>(&'a self, _session: &'a str, keys: &'a [String]) -> Call<'a, Vec<Fate>> {
        ready(vec![Fate::Alive; keys.len()])
    }

    fn told_since(&self, number: u64) -> Call<'_, (u64, Vec<String>)> {
        ready((number, Vec::new()))
    }

    fn ping(&self) -> Call<'_, ()> {
        ready(())
    }

    fn stats(&self) -> Call<'_, Stats> {
        ready(Stats::default())
    }
}

impl fmt::Debug for Stateless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stateless").finish_non_exhaustive()
    }
}

fn ready<'a, T: Send + 'a>(answer: T) -> Call<'a, T> {
    Box::pin(std::future::ready(Ok(answer)))
}

fn places(count: usize) -> Vec<u32> {
    (0..).take(count).collect()
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn work(item: &Listed, reason: Option<Reason>) -> Work {
    Work {
        key: item.key.clone(),
        sealed: item.sealed.clone(),
        attempts: 1,
        expires_in: item.expires_in,
        reason,
        owner: None,
        session: None,
        class: item.class,
    }
}
