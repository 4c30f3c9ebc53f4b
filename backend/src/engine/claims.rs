//! The works that are under way here. A claim is short, so that what an instance had that was
//! killed is soon another's; as long as it lives, it keeps what takes longer.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::watch;

use super::{
    Engine,
    runtime::{Instant, sleep},
};
use crate::core::{Millis, Work};

/// Nobody else gets a work for so long. Where the instance that had it was killed, its token
/// lives for so much longer: short enough for that to come twice within the 10 s in which
/// what a revoke has named is to be dead.
pub(super) const VISIBILITY: Millis = 3_000;
/// How often the claims are kept of what is under way.
const KEEP: Duration = Duration::from_secs(1);
/// How many of them at a time: a store that does so much for one holds up the others.
const AT_ONCE: usize = 500;

/// What is under way, in the order in which it was claimed.
#[derive(Clone, Default)]
pub(super) struct Claims(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    last: u64,
    works: BTreeMap<u64, (Instant, Arc<Work>)>,
}

/// One that is under way. Dropped, it is not kept any more.
pub(super) struct Claimed {
    pub(super) work: Arc<Work>,
    number: u64,
    claims: Claims,
}

impl Claims {
    pub(super) fn hold(&self, work: Work) -> Claimed {
        let work = Arc::new(work);
        let mut state = self.lock();
        state.last += 1;
        let number = state.last;
        let held = (Instant::now(), Arc::clone(&work));
        state.works.insert(number, held);
        Claimed {
            work,
            number,
            claims: self.clone(),
        }
    }

    /// What was claimed before.
    fn older_than(&self, age: Duration) -> Vec<(Work, Millis)> {
        let state = self.lock();
        let held = state.works.values();
        let older = held.take_while(|(since, _)| since.elapsed() >= age);
        older
            .map(|(_, work)| (Work::clone(work), VISIBILITY))
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Claimed {
    fn drop(&mut self) {
        self.claims.lock().works.remove(&self.number);
    }
}

impl Engine {
    /// Keeps the claims of what takes long. Where the store does not do it, somebody else
    /// carries it out as well, and that does no harm.
    pub(super) async fn keep_claims(&self, mut stopped: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                () = sleep(KEEP) => {}
                _ = stopped.changed() => return,
            }
            for works in self.0.claims.older_than(KEEP).chunks(AT_ONCE) {
                if let Err(error) = self.0.store.retry(works).await {
                    self.failed("retry", &error);
                }
            }
        }
    }
}
