//! The one timer of a client.

use std::cell::Cell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;

use super::call::once;
use super::io;
use crate::core::{Due, Millis, Moment};

/// A delay for the browser, which takes 31 bits and fires longer ones at once.
pub(super) fn clamped(wait: Millis) -> u32 {
    wait.0.min(i32::MAX as u64) as u32
}

/// Not before then, unless it is dropped before.
pub(super) struct Timer {
    due: Due,
    _timeout: Timeout,
}

impl Timer {
    /// Whether it fires no later. One that fires early does no harm, so it is not set
    /// anew when a deadline moves out, as most do.
    pub(super) fn is_soon_enough(&self, wait: Millis, now: Moment) -> bool {
        self.due.remaining(now) <= wait
    }
}

/// Calls `wake` after `wait`. No borrow may be held: `setTimeout` may be the page's own
/// code.
pub(super) fn set(wait: Millis, now: Moment, wake: impl FnOnce() + 'static) -> Option<Timer> {
    let made = Rc::new(Cell::new(None));
    let out = made.clone();
    io::outside(&once(move |_, _| {
        out.set(Some(Timeout::new(clamped(wait), wake)));
    }));
    let due = now.after(wait);
    made.take().map(|_timeout| Timer { due, _timeout })
}
