//! A store that fails, or takes its time, when it is told to.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use downscope_backend::{
    core::{
        Admit, Admitted, Begin, Begun, Claim, Enlist, Enlisted, Fate, Heard, Heartbeat, Lapsed,
        Limits, Millis, RecallOp, Say, Stats, Withdraw, Withdrawn, Work,
    },
    store::{Call, Store, StoreError},
};
use tokio::time::sleep;

use crate::support::store;

pub(crate) struct Faulty {
    store: Arc<dyn Store>,
    /// Does not withdraw or enlist so often.
    pub(crate) refuses: AtomicU32,
    /// Enters so many tokens without a word.
    pub(crate) mute: AtomicU32,
    /// How many milliseconds a heartbeat takes, or until a request is entered.
    pub(crate) takes: AtomicU64,
}

impl Faulty {
    pub(crate) fn new() -> Self {
        Self {
            store: store(),
            refuses: AtomicU32::new(0),
            mute: AtomicU32::new(0),
            takes: AtomicU64::new(0),
        }
    }

    fn or_refuse<'a, T: Send + 'a>(&'a self, call: impl FnOnce() -> Call<'a, T>) -> Call<'a, T> {
        if take_one(&self.refuses) {
            return Box::pin(std::future::ready(Err(StoreError("FAKE".to_owned()))));
        }
        call()
    }
}

/// Whether there was one left.
fn take_one(left: &AtomicU32) -> bool {
    let less = |left: u32| left.checked_sub(1);
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
        .is_ok()
}

impl Store for Faulty {
    fn withdraw<'a>(&'a self, withdraw: &'a Withdraw) -> Call<'a, Withdrawn> {
        self.or_refuse(|| self.store.withdraw(withdraw))
    }

    fn enlist<'a>(&'a self, enlist: &'a Enlist) -> Call<'a, Enlisted> {
        self.or_refuse(|| self.store.enlist(enlist))
    }

    fn begin<'a>(&'a self, begin: &'a Begin) -> Call<'a, Begun> {
        Box::pin(async {
            sleep(Duration::from_millis(self.takes.load(Ordering::Relaxed))).await;
            self.store.begin(begin).await
        })
    }

    fn admit<'a>(&'a self, admit: &'a Admit) -> Call<'a, Admitted> {
        if !take_one(&self.mute) {
            return self.store.admit(admit);
        }
        Box::pin(async {
            self.store.admit(admit).await?;
            Err(StoreError("FAKE".to_owned()))
        })
    }

    fn abandon<'a>(&'a self, session: &'a str, key: &'a str, lost: Millis) -> Call<'a, ()> {
        self.store.abandon(session, key, lost)
    }

    fn recall<'a>(&'a self, recall: &'a RecallOp) -> Call<'a, u64> {
        self.store.recall(recall)
    }

    fn heartbeat<'a>(&'a self, heartbeat: &'a Heartbeat) -> Call<'a, Heard> {
        Box::pin(async {
            sleep(Duration::from_millis(self.takes.load(Ordering::Relaxed))).await;
            self.store.heartbeat(heartbeat).await
        })
    }

    fn say<'a>(&'a self, say: &'a Say) -> Call<'a, bool> {
        self.store.say(say)
    }

    fn lapse<'a>(&'a self, term: Millis, most: u32, limits: &'a Limits) -> Call<'a, Lapsed> {
        self.store.lapse(term, most, limits)
    }

    fn claim<'a>(&'a self, claim: &'a Claim) -> Call<'a, Vec<Work>> {
        self.store.claim(claim)
    }

    fn done<'a>(&'a self, works: &'a [Work]) -> Call<'a, ()> {
        self.store.done(works)
    }

    fn retry<'a>(&'a self, works: &'a [(Work, Millis)]) -> Call<'a, ()> {
        self.store.retry(works)
    }

    fn fates<'a>(&'a self, session: &'a str, keys: &'a [String]) -> Call<'a, Vec<Fate>> {
        self.store.fates(session, keys)
    }

    fn told_since(&self, number: u64) -> Call<'_, (u64, Vec<String>)> {
        self.store.told_since(number)
    }

    fn ping(&self) -> Call<'_, ()> {
        self.store.ping()
    }

    fn stats(&self) -> Call<'_, Stats> {
        self.store.stats()
    }
}
