//! What goes on while the backend runs: ends what is due, looks after the leases, wakes
//! requests that are held.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tokio::sync::watch;

use super::{
    Engine, Event,
    runtime::{Instant, Interval, sleep, sleep_until, spawn, timeout},
};
use crate::core::{Class, Work};

/// How often it is looked whether something is due that another instance has left.
const LOOK: Duration = Duration::from_millis(500);
/// How often what is due is looked at where a rate is kept: its budget is there by the tenth.
const LOOK_PACED: Duration = Duration::from_millis(50);
/// How many works are claimed at a time.
pub(super) const CLAIM: u32 = 64;
/// The same for unknown tokens.
const CLAIM_UNKNOWN: u32 = 8;
/// How often the leases are looked at.
const TICK: Duration = Duration::from_secs(1);
/// How many leases are ended in one step.
const LAPSE: u32 = 500;

/// A backend that runs.
#[derive(Debug)]
pub struct Running {
    engine: Engine,
    stop: watch::Sender<bool>,
}

impl Engine {
    /// Runs until [`Running::stop`], or until what this gives is dropped.
    pub fn run(&self) -> Running {
        let (stop, stopped) = watch::channel(false);
        for class in [Class::Known, Class::Unknown] {
            let engine = self.clone();
            let stopped = stopped.clone();
            spawn(async move { engine.work(class, stopped).await });
        }
        let engine = self.clone();
        let keeps = stopped.clone();
        spawn(async move { engine.keep_claims(keeps).await });
        let engine = self.clone();
        spawn(async move { engine.watch(stopped).await });
        Running {
            engine: self.clone(),
            stop,
        }
    }

    async fn work(&self, class: Class, mut stopped: watch::Receiver<bool>) {
        let Self(inner) = self;
        let (most, due) = match class {
            Class::Known => (CLAIM, &inner.due),
            Class::Unknown => (CLAIM_UNKNOWN, &inner.unknown),
        };
        while !*stopped.borrow() {
            let claim = self.claim(class, most);
            let works = if claim.most == 0 {
                Vec::new()
            } else {
                let works = inner.store.claim(&claim).await;
                works.unwrap_or_else(|error| {
                    self.failed("claim", &error);
                    Vec::new()
                })
            };
            if works.is_empty() {
                let look = if claim.per_second > 0 {
                    LOOK_PACED
                } else {
                    LOOK
                };
                let paused_until = self.paused_until(class);
                tokio::select! {
                    () = async {
                        match paused_until {
                            Some(until) => sleep_until(until).await,
                            None => _ = timeout(look, due.notified()).await,
                        }
                    } => {}
                    _ = stopped.changed() => return,
                }
                continue;
            }
            // One that is to show whether the authorization server is back is waited for.
            let is_to_try = claim.most < most;
            self.start(works, is_to_try || class == Class::Unknown)
                .await;
        }
    }

    /// Carries works out beside whatever else goes on, once there is room for it.
    async fn start(&self, works: Vec<Work>, is_awaited: bool) {
        let engine = self.clone();
        let working = self
            .0
            .tasks
            .spawn(async move { engine.carry_out(works).await });
        // What is unknown waits for its own end, so that only so many are claimed.
        if is_awaited || self.0.calls.available_permits() == 0 {
            _ = working.await;
        }
    }

    async fn watch(&self, mut stopped: watch::Receiver<bool>) {
        let mut next = Instant::now();
        let mut look = Interval::new(Duration::from_millis(250));
        loop {
            tokio::select! {
                () = sleep_until(next) => next = Instant::now() + self.lapse().await,
                () = look.tick() => if !self.0.held.is_empty() {
                    self.wake_told().await;
                },
                _ = stopped.changed() => return,
            }
        }
    }

    /// The answer is when to look again: every second, so that it is seen that somebody
    /// looks, or as soon as the next lease can end.
    pub(super) async fn lapse(&self) -> Duration {
        let settings = self.settings();
        let term = settings.lease.term;
        loop {
            match self.0.store.lapse(term, LAPSE, &settings.limits).await {
                Ok(lapsed) => {
                    if lapsed.sessions > 0 {
                        self.0.audit.record(&Event::Lapsed {
                            sessions: lapsed.sessions,
                            due: lapsed.due,
                        });
                        self.0.due.notify_one();
                    }
                    if lapsed.sessions < LAPSE {
                        let next = self.0.store.until_next_lapse();
                        let next = next.filter(|_| !lapsed.is_waiting);
                        return next.map_or(TICK, |millis| {
                            Duration::from_millis(millis.max(1)).min(TICK)
                        });
                    }
                }
                Err(error) => {
                    self.failed("lapse", &error);
                    return TICK;
                }
            }
        }
    }

    /// Wakes the held requests for which word was left, here or at another instance.
    pub(super) async fn wake_told(&self) {
        let from = self.0.told.load(Ordering::Relaxed);
        match self.0.store.told_since(from).await {
            Ok((next, sessions)) => {
                self.0.told.store(next, Ordering::Relaxed);
                for session in sessions {
                    self.0.held.wake(&session);
                }
            }
            Err(error) => self.failed("told_since", &error),
        }
    }
}

impl Running {
    /// Stops in order: answers the requests that are held, claims nothing any more, and
    /// waits up to `patience` for what is under way. What is not done by then is in the
    /// store, and the next instance claims it; what cannot be is written down. Where the store ends with this process,
    /// `is_last` has everything due ended first.
    pub async fn stop(self, patience: Duration, is_last: bool) {
        let inner = &self.engine.0;
        inner.held.stop();
        let stopping = async {
            inner.tasks.close();
            if is_last {
                // What is under way first: what it leaves behind may be due as well.
                inner.tasks.wait().await;
                while inner.store.stats().await.is_ok_and(|stats| stats.due > 0) {
                    sleep(Duration::from_millis(50)).await;
                }
            }
            self.stop.send_replace(true);
            inner.tasks.wait().await;
        };
        _ = timeout(patience, stopping).await;
        self.stop.send_replace(true);
        self.engine.tell_left_behind();
    }
}

/// Where [`Engine::wake_told`] goes on.
pub(super) type Told = AtomicU64;
