//! Ends tokens at the authorization server.

use std::{slice, sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};

use super::{
    Engine, Event, PATIENCE,
    claims::Claimed,
    entropy,
    runtime::{Instant, sleep, sleep_until},
};
use crate::core::{
    Claim, Class, Millis, Reason, Secret, UpstreamError, Verdict, Withdraw, Work, after_revoking,
};

/// How many calls one revoke has under way at a time.
const AT_ONCE: usize = 16;
/// How long a store is left alone that does not hear which token is dead.
const TELLING_AGAIN: Duration = Duration::from_secs(5);
/// How long a record waits whose key is missing from the ring.
const KEY_IS_MISSING: Millis = 60_000;

impl Engine {
    /// Carries out what was claimed, and says whether all of it is dead.
    pub(super) async fn carry_out(&self, works: Vec<Work>) -> bool {
        let works = works.into_iter().map(|work| self.0.claims.hold(work));
        // All of them, though some wait for the others.
        let works: Vec<_> = works.collect();
        let outcomes = stream::iter(works).map(|claimed| self.carry_out_one(claimed));
        let are_dead = outcomes.buffer_unordered(AT_ONCE);
        are_dead.all_of().await
    }

    async fn carry_out_one(&self, claimed: Claimed) -> bool {
        let Self(inner) = self;
        let work = Arc::clone(&claimed.work);
        let Some(token) = work.token(&self.ring()) else {
            inner.audit.record(&Event::Unreadable { key: &work.key });
            drop(claimed);
            self.again(&work, KEY_IS_MISSING).await;
            return false;
        };
        let mut claimed = Some(claimed);
        let mut attempts = work.attempts;
        let patient_until = Instant::now() + self.patience(work.class);
        loop {
            let called = self.call(&token, work.class).await;
            // What follows is not to be undone by keeping the claim.
            drop(claimed.take());
            let wait = match called {
                Ok(outcome) => match self.judge(&work, &token, attempts, outcome).await {
                    Verdict::Dead => return true,
                    Verdict::Again(after) => Duration::from_millis(after),
                },
                Err(until) => until.saturating_duration_since(Instant::now()),
            };
            if Instant::now() + wait >= patient_until {
                self.again(&work, millis(wait)).await;
                return false;
            }
            attempts = attempts.saturating_add(1);
            sleep(wait).await;
        }
    }

    /// For how long a work is repeated here and now. What is on record is claimed again; what is
    /// not has nobody else. Made-up names are worth one call.
    fn patience(&self, class: Class) -> Duration {
        match class {
            Class::Known if !self.0.store.has_record() => PATIENCE,
            Class::Known | Class::Unknown => Duration::ZERO,
        }
    }

    /// Writes down what has come of a call.
    async fn judge(
        &self,
        work: &Work,
        token: &Secret,
        attempts: u32,
        outcome: Result<(), UpstreamError>,
    ) -> Verdict {
        let Self(inner) = self;
        let verdict = after_revoking(outcome, attempts, entropy::number());
        match (verdict, outcome) {
            (Verdict::Dead, _) => {
                inner.audit.record(&Event::Revoked {
                    token: token.fingerprint(),
                    owner: work.owner.as_ref(),
                    session: work.session.as_deref(),
                    reason: work.reason,
                });
                // It is dead all the same: where this fails, it is claimed again and found dead.
                if let Err(error) = inner.store.done(slice::from_ref(work)).await {
                    self.failed("done", &error);
                }
            }
            (Verdict::Again(_), Err(error)) => inner.audit.record(&Event::NotRevoked {
                token: token.fingerprint(),
                owner: work.owner.as_ref(),
                session: work.session.as_deref(),
                error,
                attempts,
            }),
            (Verdict::Again(_), Ok(())) => {}
        }
        verdict
    }

    /// Gives a work back. Where that fails, its claim runs out.
    async fn again(&self, work: &Work, after: Millis) {
        if let Err(error) = self.0.store.retry(&[(work.clone(), after)]).await {
            self.failed("retry", &error);
        }
    }

    /// Revokes it at the authorization server, unless that is to be left alone until then: what
    /// has failed for another one fails for this one.
    async fn call(
        &self,
        token: &Secret,
        class: Class,
    ) -> Result<Result<(), UpstreamError>, Instant> {
        let Self(inner) = self;
        let (calls, pause) = match class {
            Class::Known => (&inner.calls, &inner.pause),
            Class::Unknown => (&inner.look_ups, &inner.look_up_pause),
        };
        if let Some(until) = self.paused_until(class) {
            return Err(until);
        }
        // Nobody closes it.
        let _permit = calls.acquire().await;
        // It may have failed for those that were waited for.
        if let Some(until) = self.paused_until(class) {
            return Err(until);
        }
        pause.enter()?;
        let outcome = inner.upstream.revoke(token).await;
        let paused = pause.note(outcome, class);
        // What somebody makes up is not worth a word.
        if let (Some(wait), Err(error), Class::Known) = (paused, outcome, class) {
            let wait = millis(wait);
            inner.audit.record(&Event::Paused { error, wait });
        }
        Ok(outcome)
    }
}

/// Ends a token of which the store has not said that it is on record, as long as it lives. It
/// may be on record all the same: so that the store hands it out to nobody, it is told.
pub(super) async fn orphan(engine: &Engine, token: Secret, life: Duration) {
    let ends_at = Instant::now().checked_add(life);
    let mut attempts = 0;
    while ends_at.is_none_or(|ends_at| ends_at > Instant::now()) {
        let outcome = match engine.call(&token, Class::Known).await {
            Ok(outcome) => outcome,
            Err(until) => {
                sleep_until(until).await;
                continue;
            }
        };
        attempts += 1;
        match after_revoking(outcome, attempts, entropy::number()) {
            Verdict::Dead => {
                engine.0.audit.record(&Event::Revoked {
                    token: token.fingerprint(),
                    owner: None,
                    session: None,
                    reason: Some(Reason::Unrecorded),
                });
                break;
            }
            Verdict::Again(after) => sleep(Duration::from_millis(after)).await,
        }
    }
    let withdraw = Withdraw {
        tokens: vec![token.fingerprint()],
        reason: Some(Reason::Unrecorded),
        claim: Claim {
            most: 0,
            ..engine.revoking().claim
        },
        limits: engine.revoking().limits,
        ..Withdraw::default()
    };
    while ends_at.is_none_or(|ends_at| ends_at > Instant::now()) {
        match engine.0.store.withdraw(&withdraw).await {
            Ok(_) => {
                engine.0.due.notify_one();
                return;
            }
            Err(error) => {
                engine.failed("withdraw", &error);
                sleep(TELLING_AGAIN).await;
            }
        }
    }
}

fn millis(duration: Duration) -> Millis {
    Millis::try_from(duration.as_millis()).unwrap_or(Millis::MAX)
}

/// Whether every item is true, all of them waited for.
trait AllOf {
    async fn all_of(self) -> bool;
}

impl<S: futures_util::Stream<Item = bool>> AllOf for S {
    async fn all_of(self) -> bool {
        self.fold(true, async |all, one| all & one).await
    }
}
