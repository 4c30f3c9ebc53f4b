//! Does once what a backend that runs does again and again: for a process that is frozen
//! between its requests, or ends after each.

use std::time::Duration;

use tokio::sync::watch;

use super::{
    Engine,
    run::CLAIM,
    runtime::{Instant, sleep},
};
use crate::{core::Class, store::StoreError};

/// How long it takes to look again at what has failed, or is under way elsewhere.
const FIRST_LOOK: Duration = Duration::from_millis(50);
const LAST_LOOK: Duration = Duration::from_millis(500);

impl Engine {
    /// Ends the leases that are over and everything that is due. What has failed, is under way
    /// elsewhere or is over the rate is tried again until nothing of it has ended for as long as
    /// `patience`. Tokens that nothing is on record of are looked up for that long alone: anybody can name
    /// them. The answer is how much is due all the same.
    pub async fn sweep(&self, patience: Duration) -> Result<u64, StoreError> {
        self.lapse().await;
        let (_running, stopped) = watch::channel(false);
        tokio::select! {
            left = self.end_what_is_due(patience) => left,
            // It goes on for as long as this does.
            () = self.keep_claims(stopped) => Ok(self.0.store.stats().await?.due),
        }
    }

    /// Waits for the tasks that are under way here.
    pub async fn settled(&self) {
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    async fn end_what_is_due(&self, patience: Duration) -> Result<u64, StoreError> {
        let stops_looking_up = Instant::now() + patience;
        let mut until = stops_looking_up;
        let mut wait = FIRST_LOOK;
        loop {
            let is_looking_up = Instant::now() < stops_looking_up;
            if self.end_those_of(Class::Known).await? {
                until = Instant::now() + patience;
                wait = FIRST_LOOK;
            }
            if is_looking_up {
                self.end_those_of(Class::Unknown).await?;
            }
            let stats = self.0.store.stats().await?;
            let is_left = stats.due > if is_looking_up { 0 } else { stats.unknown };
            if !is_left || Instant::now() + wait > until {
                return Ok(stats.due);
            }
            sleep(wait).await;
            wait = (wait * 2).min(LAST_LOOK);
        }
    }

    /// Ends those that can be claimed now. The answer is whether anything has come of it.
    async fn end_those_of(&self, class: Class) -> Result<bool, StoreError> {
        let mut has_ended = false;
        loop {
            let claim = self.claim(class, CLAIM);
            if claim.most == 0 {
                return Ok(has_ended);
            }
            let works = self.0.store.claim(&claim).await;
            let works = works.inspect_err(|error| self.failed("claim", error))?;
            if works.is_empty() {
                return Ok(has_ended);
            }
            has_ended |= self.carry_out(works).await;
        }
    }
}
