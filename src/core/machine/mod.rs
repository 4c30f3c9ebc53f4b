//! The state machine: the interface here, the rules in the files beside it.

mod acquire;
mod ending;
mod lease;
mod page;
mod revoke;
mod timeouts;

use std::collections::VecDeque;

use super::config::Config;
use super::error::{Code, Error};
use super::event::{Input, Notice, Output, Scope};
use super::grant::{Grant, State, Status};
use super::key::GrantKey;
use super::pace::{Name, Pace};
use super::random::Random;
use super::table::{Cursor, GrantId, Table};
use super::time::{Due, MAX_WAIT, Millis, Moment};
use super::token::Generation;

pub use acquire::{PATIENCE, REFUSAL_HOLD};
pub use lease::{ASSUMED_TERM, LEASE_GAP, LEASE_PATIENCE};
pub use revoke::{Batch, REVOKE_ATTEMPTS, Reason, Revoked, UNLOAD_QUOTA};

use ending::Endings;
use lease::Lease;
use revoke::Sent;

/// Names somebody who waits for an answer; chosen by the shell, each used once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallerId(pub u32);

/// Decides for all grants of one client. See [`crate::core`] for the contract.
#[derive(Debug)]
pub struct Machine {
    config: Config,
    random: Random,
    grants: Table,
    /// Revoke requests that are not confirmed yet.
    sent: Vec<Sent>,
    /// Requests given up whose answer has not come yet.
    given_up: Vec<Generation>,
    /// Requests that failed and may have minted a token, not named to the backend yet.
    unanswered: Vec<Generation>,
    /// What may be alive though it was to be revoked: the backend has not said
    /// that it is dead.
    unrevoked: Endings,
    /// Who is told what became of everything once no revoke is under way.
    last_answers: Vec<(CallerId, Revoked)>,
    /// There was more of that than is remembered.
    has_lost_track: bool,
    /// When a closed client stops waiting for late answers.
    lets_go_at: Due,
    pace: Pace,
    /// Names the backend among those of the page's clients.
    backend: String,
    lease: Lease,
    outputs: VecDeque<Output>,
    /// No later than the next thing the clock has to do.
    wake: Due,
    generations: u32,
    batches: u32,
    uses: u64,
    visible: bool,
    /// Between `pagehide` and `pageshow`, or while prerendering.
    away: bool,
    closed: bool,
    /// The backend has told the page to stop.
    halted: bool,
}

impl Machine {
    /// A machine for a page that is there and visible. `seed` feeds the jitter.
    #[must_use]
    pub fn new(config: Config, seed: u64) -> Self {
        Self {
            config,
            random: Random::new(seed),
            grants: Table::default(),
            sent: Vec::new(),
            given_up: Vec::new(),
            unanswered: Vec::new(),
            unrevoked: Endings::default(),
            last_answers: Vec::new(),
            has_lost_track: false,
            lets_go_at: Due::NEVER,
            pace: Pace::default(),
            backend: String::new(),
            lease: Lease::NONE,
            outputs: VecDeque::new(),
            wake: Due::NEVER,
            generations: 0,
            batches: 0,
            uses: 0,
            visible: true,
            away: false,
            closed: false,
            halted: false,
        }
    }

    /// Has the machine keep pace with the page's other clients of this backend;
    /// to be called before anything else.
    #[must_use]
    pub fn keeping_pace(mut self, pace: Pace, backend: String) -> Self {
        self.pace = pace;
        self.backend = backend;
        self
    }

    /// The grant for a key. `hint` is a name that an earlier call gave for the
    /// same key: it is given back while it is alive.
    pub fn open(&mut self, key: GrantKey, hint: Option<GrantId>) -> GrantId {
        if let Some(id) = hint.filter(|&id| self.grants.get(id).is_some()) {
            return id;
        }
        if let Some(id) = self.grants.find(&key) {
            return id;
        }
        self.make_room();
        let name = Name::new(&self.backend, &key);
        let mut grant = Grant::new(key, name);
        if self.halted {
            grant.stop(Error::new(Code::Stopped));
        }
        let id = self.grants.insert(grant);
        self.touch(id);
        id
    }

    /// The token to use right now, if there is one, and no request.
    ///
    /// `settled` asks for one whose refresh is not due yet: on `None` the
    /// caller takes the long way, which starts that refresh.
    pub fn peek(&mut self, id: GrantId, settled: bool, now: Moment) -> Option<Generation> {
        self.uses += 1;
        let uses = self.uses;
        let grant = self.grants.get_mut(id)?;
        grant.last_used = uses;
        grant.used = true;
        let token = grant.usable(Millis(0), now)?;
        if self.lease.has_lapsed(now) {
            return None;
        }
        (!settled || !token.refresh_at.reached(now)).then_some(token.generation)
    }

    /// Takes one input; drain [`Machine::poll_output`] afterwards.
    pub fn handle_input(&mut self, input: Input, now: Moment) {
        match input {
            Input::Acquire {
                grant,
                caller,
                want,
            } => self.acquire(grant, caller, want, now),
            Input::Answered {
                grant,
                generation,
                answer,
            } => self.answered(grant, generation, answer, now),
            Input::Cancel { grant, caller } => self.cancel(grant, caller),
            Input::Close { caller } => self.close(caller, now),
            Input::LeaseAnswered { batch, answer } => self.lease_answered(batch, answer, now),
            Input::Page(page) => self.page(page, now),
            Input::Recalled(recall) => self.recalled(recall, now),
            Input::Refused { grant, generation } => self.refused(grant, generation, now),
            Input::Resume => self.resume(now),
            Input::Revoke {
                scope: Scope::All,
                caller,
            } => self.revoke_all(caller),
            Input::Revoke {
                scope: Scope::EveryTab,
                caller,
            } => {
                self.emit(Output::TellOtherTabs);
                self.revoke_all(caller);
            }
            Input::Revoke {
                scope: Scope::Grant(id),
                caller,
            } => self.revoke_grant(id, caller),
            Input::RevokeAnswered { batch, outcome } => self.revoke_answered(batch, outcome, now),
        }
    }

    /// What to carry out next; `None` when there is nothing left.
    #[must_use]
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// How long until [`Machine::handle_timeout`] wants to be called; `None`
    /// when the clock has nothing to do. Never more than [`MAX_WAIT`].
    #[must_use]
    pub fn poll_timeout(&self, now: Moment) -> Option<Millis> {
        let armed = self.wake != Due::NEVER;
        armed.then(|| self.wake.remaining(now).min(MAX_WAIT))
    }

    /// What the grant is for, while its name is alive.
    #[must_use]
    pub fn key(&self, id: GrantId) -> Option<&GrantKey> {
        self.grants.get(id).map(|grant| &grant.key)
    }

    /// The token that callers of the grant would get, for reports that name a
    /// token by its characters.
    #[must_use]
    pub fn current(&self, id: GrantId) -> Option<Generation> {
        let token = self.grants.get(id)?.current.as_ref()?;
        Some(token.generation)
    }

    /// Where the grant stands.
    #[must_use]
    pub fn state(&self, id: GrantId, now: Moment) -> State {
        if self.closed {
            return State::CLOSED;
        }
        let empty = State {
            status: Status::Empty,
            ..State::CLOSED
        };
        if self.lease.has_lapsed(now) {
            return empty;
        }
        self.grants.get(id).map_or(empty, |grant| grant.state(now))
    }

    /// Whether the machine is closed and nothing is left that it could revoke.
    #[must_use]
    pub fn is_over(&self) -> bool {
        let has_more = !self.unrevoked.is_empty() || self.has_lost_track;
        self.closed
            && self.sent.is_empty()
            && self.given_up.is_empty()
            && !(has_more && self.config.can_revoke)
    }

    fn touch(&mut self, id: GrantId) {
        self.uses += 1;
        let uses = self.uses;
        if let Some(grant) = self.grants.get_mut(id) {
            grant.last_used = uses;
        }
    }

    /// Evicts the least recently used grant that nobody waits for. If somebody
    /// waits for each of them, the bound gives way instead.
    fn make_room(&mut self) {
        while self.grants.len() >= self.config.max_grants as usize {
            let mut oldest: Option<(u64, GrantId)> = None;
            let mut all = Cursor::default();
            while let Some(id) = self.grants.next(&mut all) {
                if let Some(grant) = self.grants.get(id)
                    && grant.waiters.is_empty()
                    && oldest.is_none_or(|(last_used, _)| grant.last_used < last_used)
                {
                    oldest = Some((grant.last_used, id));
                }
            }
            let Some((_, id)) = oldest else {
                return;
            };
            self.evict(id);
        }
    }

    fn emit(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    fn notify(&mut self, id: GrantId, notice: Notice) {
        self.emit(Output::Notify(id, notice));
    }

    fn reject_waiters(&mut self, id: GrantId, error: Error) {
        let Some(grant) = self.grants.get_mut(id) else {
            return;
        };
        for waiter in std::mem::take(&mut grant.waiters) {
            self.outputs.push_back(Output::Reject(waiter.caller, error));
        }
    }

    /// To be called whenever a grant may have something new for the clock.
    fn schedule(&mut self, id: GrantId) {
        if let Some(grant) = self.grants.get(id) {
            // What is left of a page that is away are its callers' time-outs.
            let rests = self.away || self.rests_while_hidden();
            self.wake = self.wake.earliest(grant.next_due(self.visible, rests));
        }
    }

    fn schedule_all(&mut self) {
        self.wake = Due::NEVER;
        let mut all = Cursor::default();
        while let Some(id) = self.grants.next(&mut all) {
            self.schedule(id);
        }
        for sent in &self.sent {
            self.wake = self.wake.earliest(sent.retry_at);
        }
        self.wake = self.wake.earliest(self.lease.next_due());
        self.wake = self.wake.earliest(self.next_forgotten());
    }

    fn closed_error(&self) -> Error {
        Error::new(if self.closed {
            Code::Closed
        } else {
            Code::Revoked
        })
    }
}
