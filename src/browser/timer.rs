//! The one timer of a client.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;

use super::call::once;
use super::io;
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
        let is_soon = |(due, _): &(Due, Timeout)| due.remaining(now) <= wait;
        if self.0.borrow().as_ref().is_some_and(is_soon) {
            return;
        }
        // No borrow is held meanwhile: what sets timers may be code of the page's.
        let set = Rc::new(Cell::new(None));
        let out = set.clone();
        io::outside(&once(move |_, _| {
            out.set(Some(Timeout::new(clamped(wait), wake)));
        }));
        if let Some(timeout) = set.take() {
            self.0.replace(Some((now.after(wait), timeout)));
        }
    }

    pub(super) fn disarm(&self) {
        let armed = self.0.take();
        drop(armed);
    }
}
