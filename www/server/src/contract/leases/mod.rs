//! The page lives that keep a lease: when each was heard from, and what it is to hear.
//!
//! A page that dies of a crash, a killed process or a lost network sends nothing.
//! So it says every now and then that it lives, and silence is what ends its tokens.
//! A connection proves nothing: one that drops may belong to a page that lives, and
//! one that stands to a machine without power.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, btree_map::Entry},
    sync::{Arc, Mutex},
};

use serde::Serialize;
use tokio::sync::oneshot;

pub(super) use self::hold::{Answer, Renewal};
use self::{hold::Hold, push::Pushes};
use super::Recall;
use crate::{
    clock::{Clock, Millis},
    lock::lock,
    secret::Fingerprint,
};

mod hold;
mod push;

/// More page lives than any honest user base has at once in one process.
const CAPACITY: usize = 20_000;
/// More than anybody has open: nobody is to fill the list for all the others.
const MOST_PER_OWNER: usize = 500;
/// How many requests of one sign-in are held. A browser opens six connections to
/// a host (HTTP/1.1), and held requests must leave most of them to the app.
const HELD_PER_OWNER: usize = 2;

/// How long is what.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LeaseTerms {
    /// How long a lease request is held open.
    pub hold: Millis,
    /// How long a page life may be silent.
    pub term: Millis,
}

impl Default for LeaseTerms {
    fn default() -> Self {
        Self {
            hold: 55_000,
            term: 90_000,
        }
    }
}

/// One lease, for whoever watches.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeaseView {
    session: String,
    /// Whether a lease request is held open.
    held: bool,
    /// When the term is over, unless it is renewed.
    pub(crate) expires_at: Millis,
}

pub(super) struct Leases {
    clock: Clock,
    terms: LeaseTerms,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    last: u64,
    by_end: BTreeSet<(Millis, String)>,
    by_session: BTreeMap<String, Lease>,
    held: HashMap<Fingerprint, usize>,
}

struct Lease {
    owner: Fingerprint,
    ends_at: Millis,
    /// Whether a lease request was answered, so that the page knows the term.
    is_told: bool,
    /// The request that is held; to drop the sender wakes it.
    held: Option<(u64, oneshot::Sender<()>)>,
    pushes: Pushes,
}

/// A page life was heard from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Heard {
    /// As before, or for the first time.
    Owner,
    /// By another sign-in than before; that one has ended.
    NextOwner,
}

/// Why there is no lease.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum NoLease {
    /// Too many of them.
    Full,
    /// The page life belongs to somebody else who is signed in.
    NotYours,
}

impl Leases {
    pub(super) fn new(clock: Clock, terms: LeaseTerms) -> Self {
        Self {
            clock,
            terms,
            state: Mutex::default(),
        }
    }

    /// `session` was heard from; its term begins anew.
    pub(super) fn hear(
        &self,
        session: &str,
        owner: Fingerprint,
        is_signed_in: impl Fn(Fingerprint) -> bool,
    ) -> Result<Heard, NoLease> {
        let ends_at = self.ends_at();
        lock(&self.state).hear(session, owner, ends_at, is_signed_in)
    }

    /// Hears a lease request, and says what becomes of it. `word` is that of the
    /// push that the page has heard last.
    pub(super) fn renew(
        self: &Arc<Self>,
        session: &str,
        word: Option<&str>,
        owner: Fingerprint,
        is_signed_in: impl Fn(Fingerprint) -> bool,
    ) -> Result<(Heard, Renewal), NoLease> {
        let LeaseTerms { hold, term } = self.terms;
        let ends_at = self.ends_at();
        let mut state = lock(&self.state);
        let heard = state.hear(session, owner, ends_at, is_signed_in)?;
        let State {
            last,
            by_session,
            held,
            ..
        } = &mut *state;
        let lease = by_session.get_mut(session).ok_or(NoLease::Full)?;
        let has_room = held.get(&owner).is_none_or(|count| *count < HELD_PER_OWNER);
        let was_told = std::mem::replace(&mut lease.is_told, true);
        if let Some(word) = word {
            lease.pushes.heard(word);
        }
        if heard == Heard::NextOwner {
            // All that it has was the former sign-in's.
            lease.pushes = Pushes::default();
            lease.pushes.leave(Recall::All);
        }
        let push = lease.pushes.say();
        if push.is_none() && was_told && has_room {
            let (wake, woken) = oneshot::channel();
            *held.entry(owner).or_default() += 1;
            *last += 1;
            lease.held = Some((*last, wake));
            let hold = Hold {
                leases: Arc::clone(self),
                session: session.to_owned(),
                owner,
                number: *last,
                since: self.clock.now(),
                woken,
            };
            return Ok((heard, Renewal::Hold(hold)));
        }
        let answer = Answer {
            renew_in: if has_room { 0 } else { hold },
            held: 0,
            term,
            push,
        };
        Ok((heard, Renewal::Answer(answer)))
    }

    /// Leaves word for `session`, if it keeps a lease, and wakes its held request.
    pub(super) fn tell(&self, session: &str, recall: Recall) {
        if let Some(lease) = lock(&self.state).by_session.get_mut(session) {
            lease.pushes.leave(recall);
            lease.held = None;
        }
    }

    /// Strikes off the page lives whose term is over.
    pub(super) fn take_lapsed(&self) -> Vec<String> {
        let now = self.clock.now();
        let mut state = lock(&self.state);
        let mut lapsed = Vec::new();
        while state.by_end.first().is_some_and(|(end, _)| *end <= now) {
            if let Some((_, session)) = state.by_end.pop_first() {
                state.by_session.remove(&session);
                lapsed.push(session);
            }
        }
        lapsed
    }

    /// How long until the next lease can end; no longer than a term.
    pub(super) fn until_next_end(&self) -> Millis {
        let now = self.clock.now();
        let state = lock(&self.state);
        let next = state.by_end.first().map(|(end, _)| end.saturating_sub(now));
        next.map_or(self.terms.term, |wait| wait.min(self.terms.term))
    }

    /// The page lives that keep a lease, the one that ends first at the front.
    pub(super) fn sessions(&self) -> Vec<String> {
        let state = lock(&self.state);
        state.by_end.iter().map(|(_, one)| one.clone()).collect()
    }

    pub(super) fn view(&self) -> Vec<LeaseView> {
        let state = lock(&self.state);
        let view = |(end, session): &(Millis, String)| LeaseView {
            session: session.clone(),
            held: state
                .by_session
                .get(session)
                .is_some_and(|lease| lease.held.is_some()),
            expires_at: *end,
        };
        state.by_end.iter().map(view).collect()
    }

    /// Forgets everything; held requests are answered.
    pub(super) fn clear(&self) {
        let State {
            by_end, by_session, ..
        } = &mut *lock(&self.state);
        by_end.clear();
        by_session.clear();
    }

    fn ends_at(&self) -> Millis {
        self.clock.now().saturating_add(self.terms.term)
    }
}

impl State {
    fn hear(
        &mut self,
        session: &str,
        owner: Fingerprint,
        ends_at: Millis,
        is_signed_in: impl Fn(Fingerprint) -> bool,
    ) -> Result<Heard, NoLease> {
        let is_full = !self.by_session.contains_key(session) && !self.has_room_for(owner);
        let heard = match self.by_session.entry(session.to_owned()) {
            Entry::Vacant(_) if is_full => return Err(NoLease::Full),
            Entry::Vacant(place) => {
                place.insert(Lease {
                    owner,
                    ends_at,
                    is_told: false,
                    held: None,
                    pushes: Pushes::default(),
                });
                Heard::Owner
            }
            Entry::Occupied(mut place) => {
                let lease = place.get_mut();
                let heard = if lease.owner == owner {
                    Heard::Owner
                } else if is_signed_in(lease.owner) {
                    return Err(NoLease::NotYours);
                } else {
                    lease.owner = owner;
                    lease.held = None;
                    Heard::NextOwner
                };
                self.by_end.remove(&(lease.ends_at, session.to_owned()));
                lease.ends_at = ends_at;
                heard
            }
        };
        self.by_end.insert((ends_at, session.to_owned()));
        Ok(heard)
    }
}

impl State {
    fn has_room_for(&self, owner: Fingerprint) -> bool {
        let own = self.by_session.values().filter(|one| one.owner == owner);
        self.by_session.len() < CAPACITY && own.count() < MOST_PER_OWNER
    }
}

impl Lease {
    /// Whether there is no later request of this page life than `number`.
    fn is_held_by(&self, number: u64) -> bool {
        self.held.as_ref().is_none_or(|(held, _)| *held == number)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    const TERMS: LeaseTerms = LeaseTerms {
        hold: 1_000,
        term: 2_000,
    };

    fn leases_at(now: &Arc<AtomicU64>) -> Arc<Leases> {
        let now = Arc::clone(now);
        let clock = Clock::new(move || now.load(Ordering::Relaxed));
        Arc::new(Leases::new(clock, TERMS))
    }

    fn owner(name: &str) -> Fingerprint {
        Fingerprint::of(name)
    }

    fn hear(leases: &Leases, session: impl ToString) -> Result<Heard, NoLease> {
        leases.hear(&session.to_string(), owner("a"), |_| true)
    }

    /// A request of a page life that knows its term.
    fn hold(leases: &Arc<Leases>, session: &str) -> Option<Hold> {
        for _ in 0..2 {
            let (_, renewal) = leases.renew(session, None, owner("a"), |_| true).ok()?;
            if let Renewal::Hold(hold) = renewal {
                return Some(hold);
            }
        }
        None
    }

    fn is_empty(leases: &Leases) -> bool {
        let state = lock(&leases.state);
        state.by_end.is_empty() && state.by_session.is_empty() && state.held.is_empty()
    }

    #[test]
    fn a_lease_that_ended_leaves_nothing() {
        let now = Arc::default();
        let leases = leases_at(&now);
        drop(hold(&leases, "s"));
        leases.tell("s", Recall::All);
        now.store(1_999, Ordering::Relaxed);
        assert_eq!(leases.take_lapsed(), [""; 0]);
        now.store(2_000, Ordering::Relaxed);
        assert_eq!(leases.take_lapsed(), ["s"]);
        assert!(is_empty(&leases));
    }

    #[test]
    fn a_lease_that_ended_while_its_request_was_held_stays_ended() {
        let now = Arc::default();
        let leases = leases_at(&now);
        let held = hold(&leases, "s");
        now.store(2_000, Ordering::Relaxed);
        leases.take_lapsed();
        assert_eq!(held.map(|held| held.answer().push), Some(None));
        assert!(is_empty(&leases));
    }

    #[test]
    fn the_answer_of_a_request_that_was_overtaken_takes_nothing_from_the_later_one() {
        let leases = leases_at(&Arc::default());
        let first = hold(&leases, "s");
        let second = hold(&leases, "s");
        assert!(first.is_some() && second.is_some());
        // The later one is still held when the word comes, and the first still there.
        if let Some(lease) = lock(&leases.state).by_session.get_mut("s") {
            lease.pushes.leave(Recall::All);
        }
        assert_eq!(first.map(|first| first.answer().push), Some(None));
        let push = second.and_then(|second| second.answer().push);
        assert_eq!(push.map(|push| push.recall), Some(Recall::All));
    }

    #[test]
    fn who_has_too_many_pages_open_begins_no_more_leases_until_some_are_gone() {
        let now = Arc::default();
        let leases = leases_at(&now);
        for session in 0..MOST_PER_OWNER {
            assert_eq!(hear(&leases, session), Ok(Heard::Owner));
        }
        assert_eq!(hear(&leases, MOST_PER_OWNER), Err(NoLease::Full));
        assert_eq!(hear(&leases, 0), Ok(Heard::Owner));
        let somebody_else = leases.hear("theirs", owner("b"), |_| true);
        assert_eq!(somebody_else, Ok(Heard::Owner));
        now.store(2_000, Ordering::Relaxed);
        assert_eq!(leases.take_lapsed().len(), MOST_PER_OWNER + 1);
        assert_eq!(hear(&leases, MOST_PER_OWNER), Ok(Heard::Owner));
    }

    #[test]
    fn the_next_end_is_never_further_than_a_term() {
        let now = Arc::new(AtomicU64::new(10_000));
        let leases = leases_at(&now);
        assert_eq!(leases.until_next_end(), 2_000);
        assert_eq!(hear(&leases, "s"), Ok(Heard::Owner));
        now.store(11_500, Ordering::Relaxed);
        assert_eq!(leases.until_next_end(), 500);
        // Somebody has set the clock back.
        now.store(1_000, Ordering::Relaxed);
        assert_eq!(leases.until_next_end(), 2_000);
    }
}
