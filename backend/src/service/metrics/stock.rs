//! How much the store holds, asked at most once a second.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

use crate::{core::Stats, store::Store};

/// For so long an answer is good, and so long the store may take.
const SECOND: Duration = Duration::from_secs(1);

/// How much there is.
pub(in crate::service) struct Stock {
    store: Arc<dyn Store>,
    last: Mutex<Option<(Instant, Option<Stats>)>>,
}

impl Stock {
    pub(in crate::service) fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            last: Mutex::default(),
        }
    }

    /// Whether the store answers in time. Nothing is counted for it.
    pub(in crate::service) async fn answers(&self) -> bool {
        let answer = timeout(SECOND, self.store.ping()).await;
        answer.is_ok_and(|answer| answer.is_ok())
    }

    /// How much there is; `None` if the store does not say so in time.
    pub(in crate::service) async fn look(&self) -> Option<Stats> {
        let mut last = self.last.lock().await;
        if let Some((at, stats)) = *last
            && at.elapsed() < SECOND
        {
            return stats;
        }
        let stats = timeout(SECOND, self.store.stats()).await;
        let stats = stats.ok().and_then(Result::ok);
        *last = Some((Instant::now(), stats));
        stats
    }
}
