//! One page: a machine of the core, and an app that asks it for a token now and then.

use downscope::core::{
    CallerId, Config, Endpoints, Generation, GrantId, Input, MAX_WAIT, Machine, Output,
    Page as Happening, RequestId, Sending, Status, Want,
};

use crate::agenda::{Answer, Event, SECOND, Time};
use crate::answers::{self, moment};
use crate::scenario::BEFORE_ASKING_AGAIN;
use crate::series::Kind;
use crate::world::Around;

/// A timer is late by as much as this, at the most.
const LATEST_TIMER: u64 = 20;

/// Whoever opens a lid looks at the page after so long, at the most.
const LOOKS_WITHIN: u64 = 20_000;

/// Never.
const NEVER: Time = Time::MAX;

/// The least that has to be known beside the machine: there are a million.
pub(crate) struct Page {
    pub(crate) machine: Machine,
    grant: GrantId,
    /// The timer that is set; another one that fires is of no interest.
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
    pub(crate) fn new(number: u32, lease: bool, seed: u64) -> Self {
        let endpoints = Endpoints {
            revoke: true,
            lease,
        };
        let mut machine = Machine::new(Config::default(), endpoints, seed);
        let grant = machine.open(answers::key(number), None);
        Self {
            machine,
            grant,
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

    /// Lets something happen, and carries out what the machine says to it.
    pub(crate) fn happen(&mut self, event: Event, number: u32, around: &mut Around) {
        let now = around.now;
        if now < self.sleeps_until && event != Event::Wake {
            return self.put_off(event, number, around);
        }
        match event {
            Event::Call => {
                around.tally.calls += 1;
                around.put_next_call(number);
                self.call(around);
            }
            Event::Look => self.call(around),
            Event::CallAgain => {
                if self.wanted_since != NEVER {
                    self.call(around);
                }
            }
            Event::Timer => {
                if self.timer != now {
                    return;
                }
                self.timer = NEVER;
                self.machine.handle_timeout(moment(now));
            }
            Event::Token(generation, answer) => self.tell(
                Input::Answered {
                    grant: self.grant,
                    generation: Generation(generation),
                    answer: answers::token(answer, around.scenario.token_life),
                },
                now,
            ),
            Event::Lease(request, answer) => self.lease_answered(RequestId(request), answer, now),
            Event::Revoke(request, answer) => {
                self.tell(answers::revoke(RequestId(request), answer), now);
            }
            Event::Sleep => {
                self.sleeps_until = around.wakes_at();
                return around.put(self.sleeps_until, number, Event::Wake);
            }
            Event::Wake => {
                let looks = around.random.between(0, LOOKS_WITHIN) as Time;
                around.put(now + looks, number, Event::Look);
                self.tell(Input::Page(Happening::Visible), now);
            }
            Event::Leave => self.leave(number, around),
        }
        self.react(number, around);
    }

    /// A connection that was held is gone with the backend.
    pub(crate) fn lose_lease(&self, number: u32, around: &mut Around) {
        if let Some(request) = self.lease {
            let notices = around.now + around.random.between(0, 200) as Time;
            around.put(notices, number, Event::Lease(request.0, Answer::Lost));
        }
    }

    fn tell(&mut self, input: Input, now: Time) {
        self.machine.handle_input(input, moment(now));
    }

    fn call(&mut self, around: &Around) {
        self.callers += 1;
        let want = Input::Acquire {
            grant: self.grant,
            caller: CallerId(self.callers),
            want: Want::default(),
        };
        self.wanted_since = self.wanted_since.min(around.now);
        self.tell(want, around.now);
    }

    fn lease_answered(&mut self, request: RequestId, answer: Answer, now: Time) {
        if self.lease.take_if(|one| *one == request).is_none() {
            return;
        }
        let sent_ago = now - self.lease_sent;
        self.tell(answers::lease(request, answer, sent_ago), now);
    }

    /// In sleep nothing happens, and every connection is lost.
    fn put_off(&mut self, event: Event, number: u32, around: &mut Around) {
        let awake = self.sleeps_until;
        let event = match event {
            Event::Token(generation, _) => Event::Token(generation, Answer::Lost),
            Event::Lease(request, _) => Event::Lease(request, Answer::Lost),
            Event::Revoke(request, _) => Event::Revoke(request, Answer::Lost),
            Event::Timer => {
                if self.timer == around.now {
                    self.timer = awake;
                }
                event
            }
            Event::Call
            | Event::CallAgain
            | Event::Look
            | Event::Sleep
            | Event::Wake
            | Event::Leave => event,
        };
        // The app goes on as before; all at once it is not asked.
        let pause = if event == Event::Call {
            around.pause()
        } else {
            0
        };
        around.put(awake + pause, number, event);
    }

    /// The last request goes out by two means, and somebody opens another page.
    fn leave(&mut self, number: u32, around: &mut Around) {
        let leaving = Happening::Leaving {
            persisted: false,
            told: None,
        };
        self.tell(Input::Page(leaving), around.now);
        while let Some(output) = self.machine.poll_output() {
            if matches!(output, Output::Revoke { .. }) {
                self.count(Kind::Revoke, 2, around);
                around.ask();
            }
        }
        around.tally.count_page(self.asked_in_outage);
        let lease = around.lease;
        *self = Self::new(number, lease, around.random.next());
        around.put_end_of_page(number);
        self.call(around);
    }

    fn react(&mut self, number: u32, around: &mut Around) {
        while let Some(output) = self.machine.poll_output() {
            self.carry_out(output, number, around);
        }
        self.set_timer(number, around);
    }

    fn carry_out(&mut self, output: Output, number: u32, around: &mut Around) {
        let now = around.now;
        match output {
            Output::RequestToken(_, generation) => {
                self.count(Kind::Token, 1, around);
                let (answer, after) = around.ask();
                around.put(now + after, number, Event::Token(generation.0, answer));
            }
            // The browser says so at once.
            Output::AbortRequest(generation) => {
                around.put(now, number, Event::Token(generation.0, Answer::Lost));
            }
            Output::RequestLease(request) => {
                self.count(Kind::Lease, 1, around);
                self.lease = Some(request);
                self.lease_sent = now;
                let (answer, after) = around.ask_for_lease(!self.has_asked_for_lease);
                self.has_asked_for_lease |= answer == Answer::Good;
                around.put(now + after, number, Event::Lease(request.0, answer));
            }
            Output::AbortLease(_) => self.lease = None,
            Output::Revoke {
                request, sending, ..
            } => {
                self.count(Kind::Revoke, 1, around);
                let (answer, after) = around.ask();
                if sending == Sending::Awaited {
                    around.put(now + after, number, Event::Revoke(request.0, answer));
                }
            }
            Output::Resolve(..) => {
                let waited = now - std::mem::replace(&mut self.wanted_since, NEVER).min(now);
                if waited > 0 {
                    around.tally.waits.count(waited);
                }
            }
            Output::Reject(..) => {
                around.tally.told += 1;
                let (least, most) = BEFORE_ASKING_AGAIN;
                let pause = around.random.between(least, most) as Time;
                around.put(now + pause, number, Event::CallAgain);
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

    /// A page looks at the clock every five minutes, if only to find that it is not time:
    /// that is left out.
    fn set_timer(&mut self, number: u32, around: &mut Around) {
        let mut earliest = around.now;
        loop {
            let Some(wait) = self.machine.poll_timeout(moment(earliest)) else {
                return;
            };
            earliest = earliest.saturating_add(wait.0 as Time);
            if wait < MAX_WAIT {
                break;
            }
        }
        if earliest < self.timer {
            let late = around.random.between(0, LATEST_TIMER) as Time;
            self.timer = earliest.saturating_add(late);
            around.put(self.timer, number, Event::Timer);
        }
    }
}
