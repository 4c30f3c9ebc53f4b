//! The state machine: the interface here, the rules in the files beside it.

mod acquire;
mod clock;
mod ending;
mod farewell;
mod lease;
mod leasing;
mod page;
mod parts;
mod request;
mod revoke;
mod revokes;

use super::code::Code;
use super::config::{Config, Endpoints};
use super::error::Error;
use super::grant::Grant;
use super::input::{Input, Scope};
use super::key::GrantKey;
use super::names::{Generation, GrantId, RequestId};
use super::output::{Notice, Output};
use super::pace::Pace;
use super::random::Random;
use super::state::{State, Status};
use super::table::{Cursor, Table};
use super::time::{Due, MAX_WAIT, Millis, Moment};

pub use farewell::{Farewell, UNLOAD_QUOTA};
pub use lease::{ASSUMED_TERM, LEASE_GAP, LEASE_PATIENCE};
pub use revokes::REVOKE_ATTEMPTS;

use farewell::NOTHING;
use lease::Lease;
use parts::{Life, Numbers, Out};
use revokes::Revokes;

/// Decides for all grants of one client. See [`crate::core`] for the contract.
#[derive(Debug)]
pub struct Machine {
    config: Config,
    endpoints: Endpoints,
    life: Life,
    grants: Table,
    /// No later than the next thing the clock has to do for a grant.
    wake: Due,
    revokes: Revokes,
    lease: Lease,
    pace: Pace,
    random: Random,
    numbers: Numbers,
    out: Out,
}

impl Machine {
    /// A machine for a page that is there and visible. `seed` feeds the jitter.
    #[must_use]
    pub fn new(config: Config, endpoints: Endpoints, seed: u64) -> Self {
        Self {
            config,
            endpoints,
            life: Life {
                visible: true,
                away: false,
                closed: false,
                halted: false,
            },
            grants: Table::default(),
            wake: Due::NEVER,
            revokes: Revokes::NONE,
            lease: Lease::NONE,
            pace: Pace::default(),
            random: Random::new(seed),
            numbers: Numbers(0),
            out: Out::default(),
        }
    }

    /// Has the machine keep pace with the page's other clients of this backend;
    /// to be called before anything else.
    #[must_use]
    pub fn keeping_pace(mut self, pace: &Pace, backend: &str) -> Self {
        self.pace = pace.with(backend);
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
        let name = self.pace.name(&key);
        let mut grant = Grant::new(key, name);
        if self.life.halted {
            grant.stop(Error::new(Code::Stopped));
        }
        let id = self.grants.insert(grant);
        self.grants.touch(id);
        id
    }

    /// The grant for a key, if there is one.
    #[must_use]
    pub fn find(&self, key: &GrantKey) -> Option<GrantId> {
        self.grants.find(key)
    }

    /// The token to use right now, if there is one, and no request.
    ///
    /// `settled` asks for one whose refresh is not due yet: on `None` the
    /// caller takes the long way, which starts that refresh.
    pub fn peek(&mut self, id: GrantId, settled: bool, now: Moment) -> Option<Generation> {
        let grant = self.grants.touch(id)?;
        grant.used = true;
        grant.asked = true;
        let token = grant.usable(Millis(0), now)?;
        if self.lease.has_lapsed(now) {
            return None;
        }
        (!settled || !grant.is_refresh_due(token, now)).then_some(token.generation)
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
            Input::LeaseAnswered { request, answer } => self.lease_answered(request, answer, now),
            Input::Page(page) => self.page(page, now),
            Input::Recalled(recall) => self.recalled(recall, now),
            Input::Unauthorized { grant, generation } => self.unauthorized(grant, generation, now),
            Input::Resume => self.resume(now),
            Input::Revoke { scope, caller } => match scope {
                Scope::All => self.revoke_all(caller),
                Scope::EveryTab => {
                    self.emit(Output::TellOtherTabs);
                    self.revoke_all(caller);
                }
                Scope::Grant(id) => self.revoke_grant(id, caller),
            },
            Input::RevokeAnswered { request, outcome } => {
                self.revoke_answered(request, outcome, now);
            }
        }
    }

    /// What to carry out next; `None` when there is nothing left.
    #[must_use]
    pub fn poll_output(&mut self) -> Option<Output> {
        self.out.queue.pop_front()
    }

    /// How long until [`Machine::handle_timeout`] wants to be called; `None`
    /// when the clock has nothing to do. Never more than [`MAX_WAIT`].
    #[must_use]
    pub fn poll_timeout(&self, now: Moment) -> Option<Millis> {
        let due = self.next_due();
        (due != Due::NEVER).then(|| due.remaining(now).min(MAX_WAIT))
    }

    /// What the last request of the page has to say, if the page ends now and there is
    /// an endpoint to say it to. A shell has it ready, made anew whenever a request
    /// went out, an answer was kept or something was forgotten.
    #[must_use]
    pub fn farewell(&self) -> Farewell {
        self.out.alive.farewell(NOTHING)
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

    /// Whether a request that the resource refused with this token is worth another one: not
    /// while callers get the same, and not once the app has ended it, by a sign-out for example.
    #[must_use]
    pub fn has_another(&self, id: GrantId, generation: Generation) -> bool {
        let ended = self.grants.get(id).map_or(generation, |grant| grant.ended);
        ended < generation && self.current(id) != Some(generation)
    }

    /// Where the grant stands.
    #[must_use]
    pub fn state(&self, id: GrantId, now: Moment) -> State {
        if self.life.closed {
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
        let has_more = !self.revokes.unrevoked.is_empty() || self.out.alive.has_lost_track;
        self.life.closed
            && self.revokes.sent.is_empty()
            && self.revokes.given_up.is_empty()
            && !(has_more && self.endpoints.revoke)
    }

    /// Evicts the least recently used grant that nobody waits for. If somebody
    /// waits for each of them, the bound gives way instead.
    fn make_room(&mut self) {
        while self.grants.len() >= self.config.max_grants as usize {
            let Some(id) = self.grants.least_used() else {
                return;
            };
            self.evict(id);
        }
    }

    /// The next thing the clock has to do.
    fn next_due(&self) -> Due {
        let due = self.wake.earliest(self.revokes.next_due());
        due.earliest(self.lease.next_due())
    }

    /// To be called whenever a grant may have something new for the clock.
    fn schedule(&mut self, id: GrantId) {
        if let Some(grant) = self.grants.get(id) {
            // What is left of a page that is away are its callers' time-outs.
            let rests = self.life.away || self.rests_while_hidden();
            let due = grant.next_due(self.life.visible, rests);
            self.wake = self.wake.earliest(due);
        }
    }

    fn schedule_all(&mut self) {
        self.wake = Due::NEVER;
        let mut all = Cursor::default();
        while let Some(id) = self.grants.next(&mut all) {
            self.schedule(id);
        }
    }

    fn emit(&mut self, output: Output) {
        self.out.push(output);
    }

    fn notify(&mut self, id: GrantId, notice: Notice) {
        self.emit(Output::Notify(id, notice));
    }

    fn reject_waiters(&mut self, id: GrantId, error: Error) {
        let Some(grant) = self.grants.get_mut(id) else {
            return;
        };
        for waiter in std::mem::take(&mut grant.waiters) {
            self.out.push(Output::Reject(waiter.caller, error));
        }
    }

    const fn new_request(&mut self) -> RequestId {
        RequestId(self.numbers.next())
    }

    /// What is said to a caller whose grant is no more.
    fn closed_error(&self) -> Error {
        Error::new(if self.life.closed {
            Code::Closed
        } else {
            Code::Revoked
        })
    }
}
