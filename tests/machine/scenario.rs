//! A page that fails the test as soon as one of the shell's rules is broken.

use downscope::core::{
    CallerId, Config, Endpoints, Error, Failure, Generation, GrantId, Input, Issued, Millis,
    Notice, Output, Page as Event, REVOKE_ATTEMPTS, Recall, RequestId, RevokeOutcome, Revoked,
    Scope, State, Terms, Want,
};

use crate::support::{ANY, Outcome, Page, REVOKING, hours, issued, key, seconds};
pub(crate) use crate::support::{LEASING, Revoke};

pub(crate) struct Scenario {
    pub(crate) page: Page,
    log: Vec<Output>,
    /// Where the outputs of the last action begin.
    last: usize,
}

impl Scenario {
    pub(crate) fn new() -> Self {
        Self::with(Config::default())
    }

    pub(crate) fn with(config: Config) -> Self {
        Self::of(config, REVOKING, 1)
    }

    /// With a client of this backend.
    pub(crate) fn at(endpoints: Endpoints) -> Self {
        Self::of(Config::default(), endpoints, 1)
    }

    pub(crate) fn seeded(config: Config, seed: u64) -> Self {
        Self::of(config, REVOKING, seed)
    }

    pub(crate) fn of(config: Config, endpoints: Endpoints, seed: u64) -> Self {
        Self {
            page: Page::new(config, endpoints, seed),
            log: Vec::new(),
            last: 0,
        }
    }

    pub(crate) fn grant(&mut self, scope: &str) -> GrantId {
        let opened = self.page.open(key(scope));
        let (id, outputs) = opened.unwrap_or_else(|broken| panic!("{broken}"));
        self.write_down(Ok(outputs));
        id
    }

    /// A grant that holds an hour-long token.
    pub(crate) fn held(&mut self, scope: &str) -> (GrantId, Generation) {
        let grant = self.grant(scope);
        self.ask(grant);
        (grant, self.answer(grant, hours(1)))
    }

    pub(crate) fn ask(&mut self, grant: GrantId) -> CallerId {
        self.ask_for(grant, ANY)
    }

    pub(crate) fn ask_for(&mut self, grant: GrantId, want: Want) -> CallerId {
        let caller = self.page.new_caller();
        self.take(Input::Acquire {
            grant,
            caller,
            want,
        });
        caller
    }

    /// The request under way for a grant.
    pub(crate) fn flight(&self, grant: GrantId) -> Generation {
        let flight = self.page.shell.flight(grant);
        flight.unwrap_or_else(|| panic!("no request is under way"))
    }

    /// A good answer to the request under way.
    pub(crate) fn answer(&mut self, grant: GrantId, lifetime: Millis) -> Generation {
        let generation = self.flight(grant);
        self.answer_to(grant, generation, Ok(issued(lifetime)));
        generation
    }

    /// A bad answer to the request under way.
    pub(crate) fn fail(&mut self, grant: GrantId, failure: Failure) {
        let generation = self.flight(grant);
        self.answer_to(grant, generation, Err(failure));
    }

    pub(crate) fn answer_to(
        &mut self,
        grant: GrantId,
        generation: Generation,
        answer: Result<Issued, Failure>,
    ) {
        self.take(Input::Answered {
            grant,
            generation,
            answer,
        });
    }

    pub(crate) fn revoke(&mut self, grant: GrantId) -> CallerId {
        self.revoke_scope(Scope::Grant(grant))
    }

    pub(crate) fn revoke_scope(&mut self, scope: Scope) -> CallerId {
        let caller = self.page.new_caller();
        self.take(Input::Revoke { scope, caller });
        caller
    }

    pub(crate) fn close(&mut self) -> CallerId {
        let caller = self.page.new_caller();
        self.take(Input::Close { caller });
        caller
    }

    /// The answer to every revoke request under way.
    pub(crate) fn answer_revokes(&mut self, outcome: RevokeOutcome) {
        for request in self.page.shell.revokes_under_way().collect::<Vec<_>>() {
            self.take(Input::RevokeAnswered { request, outcome });
        }
    }

    /// The lease request under way.
    pub(crate) fn lease(&self) -> RequestId {
        let lease = self.page.shell.lease.under_way();
        lease.unwrap_or_else(|| panic!("no lease request is under way"))
    }

    /// A good answer to the lease request under way.
    pub(crate) fn lease_answer(&mut self, terms: Terms) {
        let request = self.lease();
        let answer = Ok(terms);
        self.take(Input::LeaseAnswered { request, answer });
    }

    /// A bad answer to the lease request under way.
    pub(crate) fn lease_fail(&mut self, failure: Failure) {
        let request = self.lease();
        let answer = Err(failure);
        self.take(Input::LeaseAnswered { request, answer });
    }

    pub(crate) fn recall(&mut self, recall: Recall) {
        self.take(Input::Recalled(recall));
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.take(Input::Page(event));
    }

    pub(crate) fn take(&mut self, input: Input) {
        let outputs = self.page.take(input);
        self.write_down(outputs);
    }

    /// Time passes on both clocks, and timers fire when they should.
    pub(crate) fn pass(&mut self, time: Millis) {
        let outputs = self.page.pass(time);
        self.write_down(outputs);
    }

    /// Time passes until a request is under way for a grant.
    pub(crate) fn pass_until_request(&mut self, grant: GrantId) {
        while self.page.shell.flight(grant).is_none() {
            let wait = self.timer();
            self.pass(wait.unwrap_or_else(|| panic!("no request is planned")));
        }
    }

    /// Time passes until the back-off of a grant is over.
    pub(crate) fn pass_until_request_is_allowed(&mut self, grant: GrantId) {
        let error = self.state(grant).error;
        let wait = error.and_then(|error| error.retry_after);
        self.pass(wait.unwrap_or_default());
    }

    /// The machine sleeps: only the wall clock goes on, and no timer fires.
    pub(crate) fn sleep(&mut self, time: Millis) {
        self.page.jump(Millis(0), time.0.cast_signed());
    }

    /// The timer fires, on time or late.
    pub(crate) fn tick(&mut self) {
        let outputs = self.page.tick();
        self.write_down(outputs);
    }

    /// Every token request so far.
    pub(crate) fn requests(&self) -> usize {
        self.page.shell.requests.len()
    }

    /// Every lease request so far.
    pub(crate) fn lease_requests(&self) -> usize {
        let mut all = self.log.iter();
        let mut count = 0;
        while all.any(|output| matches!(output, Output::RequestLease(_))) {
            count += 1;
        }
        count
    }

    /// How often the app was told that there is no lease, and why.
    pub(crate) fn leases_lost(&self) -> Vec<Error> {
        let lost = self.log.iter().filter_map(|output| {
            if let Output::LeaseLost(error) = output {
                Some(*error)
            } else {
                None
            }
        });
        lost.collect()
    }

    /// Every revoke request so far, those sent again included.
    pub(crate) fn revokes(&self) -> Vec<Revoke> {
        self.page.shell.revokes.clone()
    }

    pub(crate) fn last_revoke(&self) -> Revoke {
        let last = self.revokes().pop();
        last.unwrap_or_else(|| panic!("nothing was revoked"))
    }

    /// The outputs of the last action.
    pub(crate) fn said(&self) -> &[Output] {
        &self.log[self.last..]
    }

    /// What the app was told so far about a grant.
    pub(crate) fn notices(&self, grant: GrantId) -> Vec<Notice> {
        let notices = self.log.iter().filter_map(|output| {
            if let Output::Notify(id, notice) = output
                && *id == grant
            {
                Some(*notice)
            } else {
                None
            }
        });
        notices.collect()
    }

    pub(crate) fn outcome(&self, caller: CallerId) -> Option<Outcome> {
        self.page.shell.answers.get(&caller).copied()
    }

    /// The token that a caller was given, if it was.
    pub(crate) fn token(&self, caller: CallerId) -> Option<Generation> {
        match self.outcome(caller) {
            Some(Outcome::Resolved(generation)) => Some(generation),
            _ => None,
        }
    }

    /// Why a caller got no token.
    pub(crate) fn error(&self, caller: CallerId) -> Error {
        match self.outcome(caller) {
            Some(Outcome::Rejected(error)) => error,
            other => panic!("{caller:?} was told {other:?}"),
        }
    }

    pub(crate) fn revoked(&self, caller: CallerId) -> Option<Revoked> {
        match self.outcome(caller) {
            Some(Outcome::Revoked(revoked)) => Some(revoked),
            _ => None,
        }
    }

    pub(crate) fn peek(&mut self, grant: GrantId) -> Option<Generation> {
        self.page.machine.peek(grant, false, self.page.now)
    }

    pub(crate) fn state(&self, grant: GrantId) -> State {
        self.page.machine.state(grant, self.page.now)
    }

    pub(crate) fn holds(&self, generation: Generation) -> bool {
        self.page.shell.holds(generation)
    }

    /// Whether the client is closed, and the page may forget it.
    pub(crate) fn is_over(&self) -> bool {
        self.page.machine.is_over()
    }

    /// Whether the last request of the page would name the session.
    pub(crate) fn names_session(&self) -> bool {
        self.page.machine.farewell().whole_session
    }

    /// Each revoke request under way fails until it is given up.
    pub(crate) fn fail_revokes(&mut self) {
        for _ in 0..REVOKE_ATTEMPTS {
            self.answer_revokes(RevokeOutcome::TryAgain(None));
            self.pass(seconds(10));
        }
    }

    pub(crate) fn timer(&self) -> Option<Millis> {
        self.page.machine.poll_timeout(self.page.now)
    }

    fn write_down(&mut self, outputs: Result<Vec<Output>, String>) {
        self.last = self.log.len();
        let outputs = outputs.unwrap_or_else(|broken| panic!("{broken}"));
        // What a revoke names is written down with it.
        let is_said = |one: &Output| !matches!(one, Output::Name(_));
        self.log.extend(outputs.into_iter().filter(is_said));
    }
}

/// The page goes, and nothing of it has been told.
pub(crate) const UNLOAD: Event = Event::Leaving {
    persisted: false,
    told: None,
};

/// The page goes into the back/forward cache, and nothing of it has been told.
pub(crate) const INTO_CACHE: Event = Event::Leaving {
    persisted: true,
    told: None,
};

/// A backend that mints tokens, and that is all.
pub(crate) const MINTING: Endpoints = Endpoints {
    revoke: false,
    lease: false,
};

/// To be renewed after that long; what the page holds dies 90 seconds after it
/// was last heard of.
pub(crate) const fn renew_after(renew_in: Millis) -> Terms {
    Terms {
        renew_in,
        held: Millis(0),
        term: Some(TERM),
    }
}

/// As the reference backend has it.
pub(crate) const TERM: Millis = seconds(90);

/// An answer with that status and nothing else to go by.
pub(crate) const fn status(status: u16) -> Failure {
    Failure::Status {
        status,
        oauth_error: None,
        retry_after: None,
    }
}

/// Something between page and backend answers in the backend's place.
pub(crate) const fn foreign(status: u16, retry_after: Option<Millis>) -> Failure {
    Failure::Foreign {
        status,
        what: WHAT,
        retry_after,
    }
}

/// What that answer is instead.
pub(crate) const WHAT: &str = "it is not in the contract's form";

/// Answers that do not say that no token was minted.
pub(crate) const UNCERTAIN: [Failure; 15] = [
    status(302),
    status(408),
    status(421),
    status(425),
    status(429),
    status(500),
    status(502),
    status(503),
    status(504),
    foreign(403, None),
    Failure::Malformed("why"),
    Failure::Network,
    Failure::Timeout,
    Failure::Thrown,
    Failure::Final,
];

/// A 503 that asks to be left alone for so long.
pub(crate) const fn busy(retry_after: Millis) -> Failure {
    Failure::Status {
        status: 503,
        oauth_error: None,
        retry_after: Some(retry_after),
    }
}
