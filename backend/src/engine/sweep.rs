//! Does once what a backend that runs does again and again: for a process that is frozen
//! between its requests, or ends after each.

use tokio::sync::watch;

use super::{Engine, run::CLAIM};
use crate::{core::Class, store::StoreError};

impl Engine {
    /// Ends the leases that are over and everything that is due. The answer is how much is due
    /// all the same, since it has failed or is under way elsewhere.
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        self.lapse().await;
        let (_running, stopped) = watch::channel(false);
        tokio::select! {
            () = self.end_what_is_due() => {}
            () = self.keep_claims(stopped) => {}
        }
        Ok(self.0.store.stats().await?.due)
    }

    /// Waits for the tasks that are under way here.
    pub async fn settled(&self) {
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    async fn end_what_is_due(&self) {
        for class in [Class::Known, Class::Unknown] {
            loop {
                let claim = self.claim(class, CLAIM);
                if claim.most == 0 {
                    break;
                }
                match self.0.store.claim(&claim).await {
                    Ok(works) if works.is_empty() => break,
                    Ok(works) => _ = self.carry_out(works).await,
                    Err(error) => {
                        self.failed("claim", &error);
                        return;
                    }
                }
            }
        }
    }
}
