//! Leaves an authorization server alone that is down, that has asked for it, or that refuses
//! whatever this backend asks.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::runtime::Instant;
use crate::core::{Class, UpstreamError, Verdict, after_revoking, is_about_every_call};

/// Once it is back, it is tried again within this time. A call ends within it, too.
const LONGEST: Duration = Duration::from_secs(10);

#[derive(Default)]
pub(super) struct Pause(Mutex<State>);

#[derive(Default)]
struct State {
    failures: u32,
    /// Calls that have failed since the last one that did not, for whatever reason.
    in_a_row: u32,
    until: Option<Instant>,
    /// Whether one tries just now whether it is back, for which the others wait.
    is_tried: bool,
}

impl Pause {
    /// How many calls may be made now: none, one to try, or as many as wanted.
    pub(super) fn most(&self, wanted: u32) -> u32 {
        let state = self.lock();
        match state.until {
            Some(until) if until > Instant::now() => 0,
            _ if state.failures > 0 => wanted.min(1),
            _ => wanted,
        }
    }

    /// When the next call may be made, if not now.
    pub(super) fn until(&self) -> Option<Instant> {
        self.lock().until.filter(|until| *until > Instant::now())
    }

    /// A call begins, unless it is to wait until then: many have been told at once that one may
    /// try, or have waited for their turn since before it was known to be away.
    pub(super) fn enter(&self) -> Result<(), Instant> {
        let mut state = self.lock();
        let now = Instant::now();
        if let Some(until) = state.until.filter(|until| *until > now) {
            return Err(until);
        }
        if state.failures > 0 {
            state.is_tried = true;
            state.until = Some(now + LONGEST);
        }
        Ok(())
    }

    /// A call has ended. Only what is about the server, and not about one token, counts. The
    /// answer is for how long it is left alone, where that begins by it.
    pub(super) fn note(
        &self,
        outcome: Result<(), UpstreamError>,
        class: Class,
    ) -> Option<Duration> {
        let mut state = self.lock();
        let is_tried = std::mem::take(&mut state.is_tried);
        let now = Instant::now();
        state.in_a_row = state.in_a_row.saturating_add(1);
        match outcome {
            Ok(()) => *state = State::default(),
            Err(error) if !is_about_every_call(error, class, state.in_a_row) => {
                if is_tried {
                    state.until = None;
                }
            }
            // Calls that were under way together count as one failure.
            Err(_) if !is_tried && state.until.is_some_and(|until| until > now) => {}
            Err(_) => {
                let again = after_revoking(outcome, state.failures, u32::MAX);
                state.failures = state.failures.saturating_add(1);
                if let Verdict::Again(millis) = again {
                    let wait = Duration::from_millis(millis).min(LONGEST);
                    state.until = Some(now + wait);
                    return Some(wait);
                }
            }
        }
        None
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
