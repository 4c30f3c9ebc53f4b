//! The one timer of a client.

use std::cell::RefCell;

use gloo_timers::callback::Timeout;

use crate::core::{Due, Millis, Moment};

/// A delay for the browser, which takes 31 bits and fires longer ones at once.
pub(super) fn clamped(wait: Millis) -> u32 {
    wait.0.min(i32::MAX as u64) as u32
}

/// Holds at most one armed time-out.
#[derive(Default)]
pub(super) struct Timer(RefCell<Option<(Due, Timeout)>>);

impl Timer {
    /// Calls `wake` after `wait`, or earlier if it was armed for earlier: the
    /// core takes a call too many, and most changes only push a deadline out.
    pub(super) fn arm(&self, wait: Millis, now: Moment, wake: impl FnOnce() + 'static) {
        let mut armed = self.0.borrow_mut();
        if let Some((due, _)) = &*armed
            && due.remaining(now) <= wait
        {
            return;
        }
        *armed = Some((now.after(wait), Timeout::new(clamped(wait), wake)));
    }

    pub(super) fn disarm(&self) {
        self.0.take();
    }
}
