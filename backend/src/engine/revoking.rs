//! Carries out a revoke.

use std::{sync::Arc, time::Duration};

use tokio::sync::OwnedSemaphorePermit;

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

/// How many bytes revokes take together that wait for the store. They are carried out though nobody
/// waits for the answer, and anybody can send them: where the store is away, they would add up.
pub(super) const ROOM: usize = 128 * 1024 * 1024;
/// About how many one name takes, beside its length.
const NAME: usize = 200;

impl Engine {
    /// Answers a revoke, within 10 s. Whoever names something may end it, so there is
    /// nobody to check.
    pub async fn revoke(&self, request: RevokeRequest) -> Result<RevokeAnswer, Refusal> {
        let room = Arc::clone(&self.0.room).try_acquire_many_owned(weight(&request));
        let Ok(room) = room else {
            return Err(Refusal::not_taken());
        };
        let engine = self.clone();
        let revoking = self.0.tasks.spawn(async move {
            let ring = engine.ring();
            let revocation = Revocation::new(request, engine.revoking(), ring, entropy::unix_now());
            engine.carry_out_revocation(revocation, room).await
        });
        revoking
            .await
            .unwrap_or_else(|_| Err(Refusal::server_error("The request failed.")))
    }

    async fn carry_out_revocation(
        &self,
        mut revocation: Revocation,
        room: OwnedSemaphorePermit,
    ) -> Result<RevokeAnswer, Refusal> {
        let Self(inner) = self;
        let until = Instant::now() + PATIENCE;
        let mut room = Some(room);
        let session = revocation.session().unwrap_or_default().to_owned();
        let mut event = RevocationEvent::Start;
        loop {
            let step = revocation.next(event);
            if !matches!(
                step,
                RevocationStep::Withdraw(_) | RevocationStep::Enlist(_)
            ) {
                drop(room.take());
            }
            event = match step {
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

/// About how many bytes it takes.
fn weight(request: &RevokeRequest) -> u32 {
    let secrets = request.tokens.iter().chain(&request.handles);
    let names = secrets.map(|secret| secret.expose().len());
    let names = names.chain(request.pending.iter().map(String::len));
    let weight = names.fold(NAME, |sum, length| sum.saturating_add(NAME + length));
    u32::try_from(weight.min(ROOM)).unwrap_or(u32::MAX)
}
