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
    /// By page life: the requests of it that ask the store just now.
    asking: HashMap<String, Asking>,
    /// When all were released last, as a number.
    released: u64,
}

#[derive(Default)]
struct Asking {
    count: u32,
    /// When the page life was woken last, as a number.
    woken: u64,
}

/// One that is held. Dropped, it gives its place back.
pub(super) struct Place<'a> {
    held: &'a Held,
    session: String,
    sign_in: String,
    number: u64,
    pub(super) woken: oneshot::Receiver<()>,
}

/// One that asks the store for news and may be held afterwards. What is said meanwhile is
/// said after it has asked and before it is held, and wakes it all the same.
pub(super) struct Ear<'a> {
    held: &'a Held,
    session: String,
    since: u64,
}

impl Held {
    /// To be called before the store is asked for news of `session`.
    pub(super) fn listen(&self, session: &str) -> Ear<'_> {
        let mut state = self.lock();
        state.asking.entry(session.to_owned()).or_default().count += 1;
        Ear {
            held: self,
            session: session.to_owned(),
            since: state.last,
        }
    }

    /// Whether one more is held of this sign-in, of `most` in all.
    pub(super) fn has_room(&self, sign_in: &str, most: u32) -> bool {
        let state = self.lock();
        state.has_room(sign_in, most) && !state.has_stopped
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

    /// Holds the request that has listened, of `most` in all; an earlier one of its page life is
    /// answered. `None` where others have taken the room since it was asked for.
    pub(super) fn hold(&self, ear: &Ear<'_>, sign_in: &str, most: u32) -> Option<Place<'_>> {
        let (wake, woken) = oneshot::channel();
        let session = ear.session.as_str();
        let mut state = self.lock();
        if !state.has_room(sign_in, most) {
            return None;
        }
        let has_missed = state.has_woken(session, ear.since);
        let number = state.next();
        // Once it has stopped none waits: it is answered at once, and asks another instance.
        if !state.has_stopped && !has_missed {
            state.by_session.insert(session.to_owned(), (number, wake));
        }
        state.total += 1;
        *state.by_sign_in.entry(sign_in.to_owned()).or_default() += 1;
        Some(Place {
            held: self,
            session: session.to_owned(),
            sign_in: sign_in.to_owned(),
            number,
            woken,
        })
    }

    /// There is something to say to `session`.
    pub(super) fn wake(&self, session: &str) {
        let mut state = self.lock();
        state.by_session.remove(session);
        let number = state.next();
        if let Some(asking) = state.asking.get_mut(session) {
            asking.woken = number;
        }
    }

    /// Answers all of them.
    pub(super) fn release(&self) {
        let mut state = self.lock();
        state.by_session.clear();
        state.released = state.next();
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

impl State {
    fn has_room(&self, sign_in: &str, most: u32) -> bool {
        let count = self.by_sign_in.get(sign_in).copied().unwrap_or(0);
        count < PER_SIGN_IN && self.total < most
    }

    fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    fn has_woken(&self, session: &str, since: u64) -> bool {
        let woken = self.asking.get(session).map_or(0, |asking| asking.woken);
        woken.max(self.released) > since
    }
}

impl Ear<'_> {
    /// To be called before the store is asked once more.
    pub(super) fn listen_anew(&mut self) {
        self.since = self.held.lock().last;
    }
}

impl Drop for Ear<'_> {
    fn drop(&mut self) {
        let mut state = self.held.lock();
        if let Some(asking) = state.asking.get_mut(&self.session) {
            asking.count = asking.count.saturating_sub(1);
            if asking.count == 0 {
                state.asking.remove(&self.session);
            }
        }
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

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot::error::TryRecvError;

    use super::Held;

    #[test]
    fn what_is_said_between_the_question_and_the_holding_wakes() {
        let held = Held::default();
        let ear = held.listen("page");
        held.wake("page");
        let mut place = held.hold(&ear, "user", 1).unwrap();
        assert_eq!(place.woken.try_recv(), Err(TryRecvError::Closed));
    }

    #[test]
    fn what_was_said_before_the_question_wakes_nobody() {
        let held = Held::default();
        let mut ear = held.listen("page");
        held.wake("page");
        held.release();
        ear.listen_anew();
        held.wake("another page");
        let mut place = held.hold(&ear, "user", 1).unwrap();
        assert_eq!(place.woken.try_recv(), Err(TryRecvError::Empty));
    }

    #[test]
    fn who_has_been_answered_is_remembered_no_longer() {
        let held = Held::default();
        let (one, another) = (held.listen("page"), held.listen("page"));
        drop(one);
        assert_eq!(held.lock().asking.len(), 1);
        drop(another);
        assert!(held.lock().asking.is_empty());
    }
}
