//! The lease requests that are held open here.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

/// How many requests of one sign-in are held. A browser opens six connections to
/// a host (HTTP/1.1), and held requests must leave most of them to the app.
const PER_SIGN_IN: u32 = 2;

#[derive(Default)]
pub(super) struct Held(Mutex<State>);

#[derive(Default)]
struct State {
    last: u64,
    has_stopped: bool,
    /// By page life: the latest request of it. To drop the sender wakes it.
    by_session: HashMap<String, (u64, oneshot::Sender<()>)>,
    by_sign_in: HashMap<String, u32>,
    /// The sum of these.
    total: u32,
}

/// One that is held. Dropped, it gives its place back.
pub(super) struct Place<'a> {
    held: &'a Held,
    session: String,
    sign_in: String,
    number: u64,
    pub(super) woken: oneshot::Receiver<()>,
}

impl Held {
    /// Whether one more is held of this sign-in, of `most` in all.
    pub(super) fn has_room(&self, sign_in: &str, most: u32) -> bool {
        let state = self.lock();
        let count = state.by_sign_in.get(sign_in).copied().unwrap_or(0);
        count < PER_SIGN_IN && state.total < most && !state.has_stopped
    }

    pub(super) fn count(&self) -> usize {
        self.lock().by_session.len()
    }

    /// Whether there is anybody to wake.
    pub(super) fn is_empty(&self) -> bool {
        self.lock().by_session.is_empty()
    }

    pub(super) fn contains(&self, session: &str) -> bool {
        self.lock().by_session.contains_key(session)
    }

    /// Holds a request of `session`; an earlier one of it is answered.
    pub(super) fn hold(&self, session: &str, sign_in: &str) -> Place<'_> {
        let (wake, woken) = oneshot::channel();
        let mut state = self.lock();
        state.last += 1;
        let number = state.last;
        if !state.has_stopped {
            state.by_session.insert(session.to_owned(), (number, wake));
        }
        state.total += 1;
        *state.by_sign_in.entry(sign_in.to_owned()).or_default() += 1;
        Place {
            held: self,
            session: session.to_owned(),
            sign_in: sign_in.to_owned(),
            number,
            woken,
        }
    }

    /// There is something to say to `session`.
    pub(super) fn wake(&self, session: &str) {
        self.lock().by_session.remove(session);
    }

    /// Answers all of them.
    pub(super) fn release(&self) {
        self.lock().by_session.clear();
    }

    /// Answers all of them, and holds none from now on.
    pub(super) fn stop(&self) {
        self.lock().has_stopped = true;
        self.release();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.held.lock();
        let latest = state.by_session.get(&self.session);
        if latest.is_some_and(|(number, _)| *number == self.number) {
            state.by_session.remove(&self.session);
        }
        state.total = state.total.saturating_sub(1);
        if let Some(count) = state.by_sign_in.get_mut(&self.sign_in) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                state.by_sign_in.remove(&self.sign_in);
            }
        }
    }
}
