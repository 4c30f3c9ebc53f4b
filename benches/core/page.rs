//! A page with a machine and nothing else: no shell that keeps book, so that
//! what is measured is the machine.

use downscope::core::{
    CallerId, Config, Endpoints, Generation, GrantId, GrantKey, Input, Issued, Machine, Millis,
    Moment, Output, Page as Event, RequestId, RevokeOutcome, Sending, Want,
};

const LIFE: Millis = Millis::from_secs(3_600);

/// Past the refresh point of every token, before the expiry of any.
const LATE: Millis = Millis::from_secs(51 * 60);

const ENDPOINTS: Endpoints = Endpoints {
    revoke: true,
    lease: false,
};

/// Whatever is held will do.
const ANY: Want = Want {
    min_ttl: Millis(0),
    force: false,
    timeout: None,
};

pub(crate) struct Page {
    pub(crate) machine: Machine,
    pub(crate) grants: Vec<GrantId>,
    pub(crate) now: Moment,
    /// What the machine was told so far: inputs and timers.
    pub(crate) events: u64,
    requests: Vec<(GrantId, Generation)>,
    revokes: Vec<RequestId>,
    callers: u32,
    turn: usize,
}

impl Page {
    /// A page with so many grants, and no token.
    pub(crate) fn open(grants: usize) -> Self {
        let config = Config {
            max_grants: grants as u32 + 1,
            ..Config::default()
        };
        let mut page = Self {
            machine: Machine::new(config, ENDPOINTS, 1),
            grants: Vec::with_capacity(grants),
            now: Moment(Millis(0)),
            events: 0,
            requests: Vec::with_capacity(grants),
            revokes: Vec::with_capacity(grants),
            callers: 0,
            turn: 0,
        };
        for file in 0..grants {
            page.grants.push(page.machine.open(key(file), None));
        }
        page
    }

    /// A page that holds an hour-long token for each of its grants.
    pub(crate) fn held(grants: usize) -> Self {
        let mut page = Self::open(grants);
        page.fetch_all();
        page
    }

    /// The same, past the refresh point of each.
    pub(crate) fn due(grants: usize) -> Self {
        let mut page = Self::held(grants);
        page.pass(LATE);
        page
    }

    /// The same, at the moment at which the first of them is due.
    pub(crate) fn one_due(grants: usize) -> Self {
        let mut page = Self::held(grants);
        // The first timer is for requests that are answered meanwhile.
        page.pass(Millis::from_secs(31));
        page.tick();
        // A step at a time: no wait is longer than the core's bound.
        while let Some(wait @ Millis(1..)) = page.machine.poll_timeout(page.now) {
            page.pass(wait);
        }
        page
    }

    /// Another grant each time, not in the order in which they lie in memory.
    pub(crate) fn next(&mut self) -> GrantId {
        const STRIDE: usize = 7_919;
        self.turn = (self.turn + STRIDE) % self.grants.len();
        self.grants[self.turn]
    }

    /// What the package's `token()` does first, and `peek()` does.
    pub(crate) fn peek(&mut self, grant: GrantId) -> Option<Generation> {
        self.events += 1;
        self.machine.peek(grant, true, self.now)
    }

    pub(crate) fn ask(&mut self, grant: GrantId) {
        self.callers = self.callers.wrapping_add(1);
        self.take(Input::Acquire {
            grant,
            caller: CallerId(self.callers),
            want: ANY,
        });
    }

    /// Asks for a token of each grant, then answers all requests.
    pub(crate) fn fetch_all(&mut self) {
        for turn in 0..self.grants.len() {
            self.ask(self.grants[turn]);
        }
        self.answer();
    }

    /// A good answer to each request under way.
    pub(crate) fn answer(&mut self) {
        while let Some((grant, generation)) = self.requests.pop() {
            self.take(Input::Answered {
                grant,
                generation,
                answer: Ok(Issued {
                    lifetime: Some(LIFE),
                    weight: 40,
                }),
            });
        }
        while let Some(request) = self.revokes.pop() {
            self.take(Input::RevokeAnswered {
                request,
                outcome: RevokeOutcome::Confirmed,
            });
        }
    }

    /// A 401 to the token in use, and the next token.
    pub(crate) fn refuse(&mut self, grant: GrantId) {
        if let Some(generation) = self.machine.current(grant) {
            self.take(Input::Unauthorized { grant, generation });
        }
        self.ask(grant);
        self.answer();
    }

    pub(crate) fn leave(&mut self) {
        self.take(Input::Page(Event::Leaving {
            persisted: false,
            told: None,
        }));
    }

    /// The timer fires.
    pub(crate) fn tick(&mut self) {
        self.events += 1;
        self.machine.handle_timeout(self.now);
        self.drain();
    }

    pub(crate) fn pass(&mut self, time: Millis) {
        self.now = Moment(self.now.0 + time);
    }

    pub(crate) fn take(&mut self, input: Input) {
        self.events += 1;
        self.machine.handle_input(input, self.now);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.machine.poll_output() {
            if let Output::RequestToken(grant, generation) = output {
                self.requests.push((grant, generation));
            } else if let Output::Revoke {
                request, sending, ..
            } = output
                && sending == Sending::Awaited
            {
                self.revokes.push(request);
            }
            std::hint::black_box(output);
        }
    }
}

/// The name of a grant as an app would choose it.
pub(crate) fn key(file: usize) -> GrantKey {
    let resource = format!("https://api.box.com/2.0/files/{file}");
    let scopes = ["base_preview", "item_download"].map(str::to_owned);
    GrantKey::new(Some(resource), scopes).unwrap_or_else(|wrong| unreachable!("{wrong}"))
}
