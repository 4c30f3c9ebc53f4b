//! The one timer of a client.

use std::cell::RefCell;

use gloo_timers::callback::Timeout;

use crate::core::{Due, Millis, Moment};

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
        // The core asks for no more than `MAX_WAIT`, far from where the
        // browser's signed 32-bit delay would overflow and fire at once.
        let millis = u32::try_from(wait.0).unwrap_or(i32::MAX as u32);
        *armed = Some((now.after(wait), Timeout::new(millis, wake)));
    }

    pub(super) fn disarm(&self) {
        self.0.take();
    }
}
