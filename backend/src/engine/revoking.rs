//! Carries out a revoke.

use std::time::Duration;

use super::{
    Engine, PATIENCE, entropy,
    runtime::{Instant, sleep, timeout_at},
};

use crate::{
    core::{
        Fate, Refusal, Revocation, RevocationEvent, RevocationStep, RevokeAnswer, RevokeRequest,
        Work,
    },
    store::Call,
};

/// How long it takes to look again what became of a token that is being minted.
const FIRST_LOOK: Duration = Duration::from_millis(25);
const LAST_LOOK: Duration = Duration::from_secs(1);
/// How long a store is left alone that has failed.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LAST_WAIT: Duration = Duration::from_secs(1);
/// How long one call to it may take.
const ONE_TRY: Duration = Duration::from_secs(3);

impl Engine {
    /// Answers a revoke, within 10 s. Whoever names something may end it, so there is
    /// nobody to check.
    pub async fn revoke(&self, request: RevokeRequest) -> Result<RevokeAnswer, Refusal> {
        let engine = self.clone();
        let revoking = self.0.tasks.spawn(async move {
            let ring = engine.ring();
            let revocation = Revocation::new(request, engine.revoking(), ring, entropy::unix_now());
            engine.carry_out_revocation(revocation).await
        });
        revoking
            .await
            .unwrap_or_else(|_| Err(Refusal::server_error("The request failed.")))
    }

    async fn carry_out_revocation(
        &self,
        mut revocation: Revocation,
    ) -> Result<RevokeAnswer, Refusal> {
        let Self(inner) = self;
        let until = Instant::now() + PATIENCE;
        let session = revocation.session().unwrap_or_default().to_owned();
        let mut event = RevocationEvent::Start;
        loop {
            event = match revocation.next(event) {
                RevocationStep::Withdraw(withdraw) => {
                    let ask = || inner.store.withdraw(&withdraw);
                    let withdrawn = self.insist("withdraw", until, ask).await;
                    inner.due.notify_one();
                    RevocationEvent::Withdrawn(withdrawn.map(|withdrawn| {
                        let nonces = entropy::nonces(withdrawn.unknown_tokens.len());
                        (withdrawn, nonces)
                    }))
                }
                RevocationStep::Enlist(enlist) => {
                    let ask = || inner.store.enlist(&enlist);
                    let enlisted = self.insist("enlist", until, ask).await;
                    inner.due.notify_one();
                    inner.unknown.notify_one();
                    RevocationEvent::Enlisted(enlisted)
                }
                RevocationStep::Work(works) => {
                    RevocationEvent::Worked(self.carry_out_until(works, until).await)
                }
                RevocationStep::Await(keys) => {
                    RevocationEvent::Awaited(self.are_dead(&session, keys, until).await)
                }
                RevocationStep::Done(answer) => return answer,
            }
        }
    }

    /// Asks the store until it answers: a page that leaves sends its revoke once, and reads no
    /// refusal. `None` where that takes too long.
    async fn insist<'a, T>(
        &self,
        operation: &'static str,
        until: Instant,
        ask: impl Fn() -> Call<'a, T>,
    ) -> Option<T> {
        let mut wait = FIRST_WAIT;
        loop {
            match ask().await {
                Ok(answer) => return Some(answer),
                Err(error) => self.failed(operation, &error),
            }
            if Instant::now() + wait + ONE_TRY > until {
                return None;
            }
            sleep(wait).await;
            wait = (wait * 2).min(LAST_WAIT);
        }
    }

    /// It goes on though nobody waits any longer.
    async fn carry_out_until(&self, works: Vec<Work>, until: Instant) -> bool {
        let engine = self.clone();
        let working = self
            .0
            .tasks
            .spawn(async move { engine.carry_out(works).await });
        matches!(timeout_at(until, working).await, Ok(Ok(true)))
    }

    async fn are_dead(&self, session: &str, keys: Vec<String>, until: Instant) -> bool {
        let mut wait = FIRST_LOOK;
        while Instant::now() + wait < until {
            sleep(wait).await;
            wait = (wait * 2).min(LAST_LOOK);
            match self.0.store.fates(session, &keys).await {
                Ok(fates) if fates.iter().all(|fate| *fate == Fate::Dead) => return true,
                Ok(_) => {}
                Err(error) => {
                    self.failed("fates", &error);
                    return false;
                }
            }
        }
        false
    }
}
