//! One page: a machine of the core, and an app that asks it for a token now and then.

use downscope::core::{
    CallerId, Config, Endpoints, Generation, GrantId, Input, MAX_WAIT, Machine, Output,
    Page as Happening, RequestId, Sending, Status, Want,
};

use crate::answers::{self, moment};
use crate::diary::Diary;
use crate::event::{Answer, Event, NEVER, SECOND, Time};
use crate::random::Random;
use crate::scenario::{self, BEFORE_ASKING_AGAIN};
use crate::series::Kind;
use crate::world::Around;

/// A timer is late by as much as this, at the most.
const LATEST_TIMER: u64 = 20;

/// Whoever opens a lid looks at the page after so long, at the most.
const LOOKS_WITHIN: u64 = 20_000;

/// That a connection was cut is noticed after so long, at the most.
const NOTICES_WITHIN: u64 = 200;

/// The least that has to be known beside the machine: there are a million.
pub(crate) struct Page {
    machine: Machine,
    number: u32,
    grant: GrantId,
    pub(crate) random: Random,
    pub(crate) diary: Diary,
    /// When the machine has something to do, and when the timer for that fires.
    due: Time,
    timer: Time,
    sleeps_until: Time,
    /// Since when somebody wants a token and has got none.
    wanted_since: Time,
    /// The lease request under way.
    lease: Option<RequestId>,
    lease_sent: Time,
    /// The backend knows this page life by a lease request.
    has_asked_for_lease: bool,
    callers: u32,
    /// Requests while the backend was not there, by kind.
    pub(crate) asked_in_outage: [u8; Kind::ALL.len()],
}

impl Page {
    /// A page that holds nothing and has nothing before it.
    pub(crate) fn new(number: u32, lease: bool, mut random: Random) -> Self {
        let endpoints = Endpoints {
            revoke: true,
            lease,
        };
        let mut machine = Machine::new(Config::default(), endpoints, random.next());
        let grant = machine.open(answers::key(number), None);
        Self {
            machine,
            number,
            grant,
            random,
            diary: Diary::default(),
            due: NEVER,
            timer: NEVER,
            sleeps_until: 0,
            wanted_since: NEVER,
            lease: None,
            lease_sent: 0,
            has_asked_for_lease: false,
            callers: 0,
            asked_in_outage: [0; Kind::ALL.len()],
        }
    }

    /// Whether whoever asks is given a token, or the request for one goes out at once.
    /// That such a request takes its time is no fault.
    pub(crate) fn is_well(&self, now: Time) -> bool {
        if now < self.sleeps_until {
            return true;
        }
        let is_served = self.wanted_since > now.saturating_sub(SECOND);
        is_served && self.machine.state(self.grant, moment(now)).status != Status::Waiting
    }

    /// When something happens next.
    pub(crate) fn next_at(&self) -> Time {
        self.diary.next_at().min(self.timer)
    }

    /// Lets that happen, and carries out what the machine says to it.
    pub(crate) fn step(&mut self, around: &mut Around) {
        let now = self.next_at();
        around.now = now;
        match self.diary.take(now) {
            Some(event) => self.happen(event, around),
            None => {
                (self.due, self.timer) = (NEVER, NEVER);
                self.machine.handle_timeout(moment(now));
            }
        }
        while let Some(output) = self.machine.poll_output() {
            self.carry_out(output, around);
        }
        self.set_timer(now);
    }

    fn happen(&mut self, event: Event, around: &mut Around) {
        let now = around.now;
        match event {
            Event::Wake => {
                let looks = self.random.between(0, LOOKS_WITHIN) as Time;
                self.diary.put(now + looks, Event::Look);
                self.tell(Input::Page(Happening::Visible), now);
            }
            Event::Sleep => self.sleep(around),
            Event::Cut => {
                if let Some(request) = self.lease {
                    let notices = self.random.between(0, NOTICES_WITHIN) as Time;
                    let lost = Event::Lease(request.0, Answer::Lost);
                    self.diary.put(now + notices, lost);
                }
            }
            Event::Token(generation, answer) => {
                let answered = Input::Answered {
                    grant: self.grant,
                    generation: Generation(generation),
                    answer: answers::token(answer, around.scenario.token_life),
                };
                self.tell(answered, now);
            }
            Event::Lease(request, answer) => {
                let request = RequestId(request);
                if self.lease.take_if(|one| *one == request).is_some() {
                    let sent_ago = now - self.lease_sent;
                    self.tell(answers::lease(request, answer, sent_ago), now);
                }
            }
            Event::Revoke(request, answer) => {
                self.tell(answers::revoke(RequestId(request), answer), now);
            }
            Event::Call => {
                around.tally.calls += 1;
                let pause = scenario::pause(&mut self.random);
                self.diary.put(now + pause, Event::Call);
                self.call(now);
            }
            Event::Look => {
                around.tally.calls += 1;
                self.call(now);
            }
            Event::CallAgain => {
                if self.wanted_since != NEVER {
                    self.call(now);
                }
            }
            Event::Leave => self.leave(around),
        }
    }

    fn tell(&mut self, input: Input, now: Time) {
        self.machine.handle_input(input, moment(now));
    }

    fn call(&mut self, now: Time) {
        self.callers += 1;
        let want = Input::Acquire {
            grant: self.grant,
            caller: CallerId(self.callers),
            want: Want::default(),
        };
        self.wanted_since = self.wanted_since.min(now);
        self.tell(want, now);
    }

    /// In sleep nothing happens, and every connection is lost. The app goes on as before,
    /// but it is not asked at once.
    fn sleep(&mut self, around: &Around) {
        let Self { random, diary, .. } = self;
        let wakes = around.scenario.wakes_at(around.now, random);
        diary.put_off(wakes, |event| {
            let is_call = event == Event::Call;
            let pause = if is_call { scenario::pause(random) } else { 0 };
            (wakes + pause, event.lost())
        });
        diary.put(wakes, Event::Wake);
        self.sleeps_until = wakes;
        if self.timer < wakes {
            self.timer = wakes;
        }
    }

    /// The last request goes out by two means, and somebody opens another page.
    fn leave(&mut self, around: &mut Around) {
        let leaving = Happening::Leaving {
            persisted: false,
            told: None,
        };
        self.tell(Input::Page(leaving), around.now);
        while let Some(output) = self.machine.poll_output() {
            if matches!(output, Output::Revoke { .. }) {
                self.count(Kind::Revoke, 2, around);
                around.backend.ask(&mut self.random, around.now);
            }
        }
        around.tally.count_page(self.asked_in_outage);
        let seed = self.random.next();
        *self = Self::new(self.number, around.lease, Random::new(seed));
        around.scenario.plan(self, around.now);
    }

    fn carry_out(&mut self, output: Output, around: &mut Around) {
        let now = around.now;
        match output {
            Output::RequestToken(_, generation) => {
                self.count(Kind::Token, 1, around);
                let (answer, after) = around.backend.ask(&mut self.random, now);
                self.diary
                    .put(now + after, Event::Token(generation.0, answer));
            }
            // The browser says so at once.
            Output::AbortRequest(generation) => {
                self.diary
                    .put(now, Event::Token(generation.0, Answer::Lost));
            }
            Output::RequestLease(request) => {
                self.count(Kind::Lease, 1, around);
                self.lease = Some(request);
                self.lease_sent = now;
                let is_first = !self.has_asked_for_lease;
                let backend = &mut around.backend;
                let (answer, after) = backend.ask_for_lease(is_first, &mut self.random, now);
                self.has_asked_for_lease |= answer == Answer::Good;
                self.diary.put(now + after, Event::Lease(request.0, answer));
            }
            Output::AbortLease(_) => self.lease = None,
            Output::Revoke {
                request, sending, ..
            } => {
                self.count(Kind::Revoke, 1, around);
                let (answer, after) = around.backend.ask(&mut self.random, now);
                if sending == Sending::Awaited {
                    self.diary
                        .put(now + after, Event::Revoke(request.0, answer));
                }
            }
            Output::Resolve(..) => {
                let since = std::mem::replace(&mut self.wanted_since, NEVER);
                if since < now {
                    around.tally.waits.count(now - since);
                }
            }
            Output::Reject(..) => {
                around.tally.told += 1;
                let (least, most) = BEFORE_ASKING_AGAIN;
                let pause = self.random.between(least, most) as Time;
                self.diary.put(now + pause, Event::CallAgain);
            }
            Output::Forget(_)
            | Output::LeaseLost(_)
            | Output::Name(_)
            | Output::Notify(..)
            | Output::RenewSession
            | Output::Revoked(..)
            | Output::TellOtherTabs => {}
        }
    }

    fn count(&mut self, kind: Kind, requests: u32, around: &mut Around) {
        around.tally.series.count(kind, requests, around.now);
        if around.backend.is_down(around.now) {
            let asked = &mut self.asked_in_outage[kind as usize];
            *asked = asked.saturating_add(requests as u8);
        }
    }

    /// A page looks at the clock every five minutes, if only to find that it is not time;
    /// and it does so where what was due is not any more. Both is left out.
    fn set_timer(&mut self, now: Time) {
        let mut due = now.max(self.sleeps_until);
        loop {
            let Some(wait) = self.machine.poll_timeout(moment(due)) else {
                (self.due, self.timer) = (NEVER, NEVER);
                return;
            };
            due = due.saturating_add(wait.0 as Time);
            if wait < MAX_WAIT {
                break;
            }
        }
        if due != self.due {
            let late = self.random.between(0, LATEST_TIMER) as Time;
            self.due = due;
            self.timer = due.saturating_add(late);
        }
    }
}
