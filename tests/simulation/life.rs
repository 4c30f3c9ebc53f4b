//! What happens in a page: the app that calls, the user who comes and goes.

use downscope::core::{
    CallerId, Config, Failure, Generation, GrantId, Input, Page as PageEvent, RequestId,
    RevokeOutcome, Scope, Terms, Want,
};

use crate::backend::LIFETIME;
use crate::support::{ANY, Kept, Outcome, ensure, minutes};
use crate::visit::{Clocks, Event, Visit};
use crate::world::World;

/// By then whatever was on its way when a page ended has arrived, and no lease
/// of it stands: it may travel for a minute, be held for 55 seconds, and be good
/// for 90.
const AFTERMATH: u64 = 220_000;

#[derive(Debug)]
pub(crate) enum Happening {
    Answer(GrantId, Generation, Result<(), Failure>),
    /// Back from the back/forward cache, or dropped from it.
    Back,
    /// The app wants a token.
    Call,
    End,
    GiveUp(GrantId, CallerId),
    /// After `close()`, the page itself goes.
    Leave,
    LeaseAnswer(RequestId, Result<Terms, Failure>),
    RevokeAnswer(RequestId, RevokeOutcome),
    /// The page is seen again.
    Seen,
    SignIn,
    /// The timer that was set for this moment.
    Timer(u64),
    /// The machine wakes after so long a sleep.
    Wake(u64),
}

impl Visit {
    pub(super) fn run(&mut self, happening: Happening, world: &mut World) -> Kept {
        match happening {
            Happening::Call => self.call(world),
            Happening::GiveUp(grant, caller) => self.take(Input::Cancel { grant, caller }, world),
            Happening::Timer(at) => {
                if self.timer != Some(at) {
                    return Ok(());
                }
                self.timer = None;
                let outputs = self.page.tick()?;
                self.react(&outputs, world)
            }
            Happening::Answer(grant, generation, answer) => {
                self.answer(grant, generation, answer, world)
            }
            Happening::RevokeAnswer(request, outcome) => {
                self.revoke_answer(request, outcome, world)
            }
            Happening::LeaseAnswer(request, answer) => {
                self.take(Input::LeaseAnswered { request, answer }, world)
            }
            Happening::Seen => {
                self.hidden = false;
                self.take(Input::Page(PageEvent::Visible), world)
            }
            Happening::Back => self.come_back(world),
            Happening::Wake(time) => {
                self.slept += time;
                self.look_at_the_clocks(world);
                // Not every wake is told to the page.
                if world.random.per_mille(500) {
                    self.take(Input::Page(PageEvent::Visible), world)?;
                }
                Ok(())
            }
            Happening::SignIn => {
                self.signed_out = false;
                self.take(Input::Resume, world)
            }
            Happening::End => self.end(world),
            Happening::Leave => self.leave(world),
        }
    }

    fn call(&mut self, world: &mut World) -> Kept {
        let (least, most) = world.weather.pause;
        let pause = world.random.scattered(least, most);
        self.later(pause, Happening::Call, world);
        if world.random.per_mille(world.weather.incident) {
            return self.incident(world);
        }
        let grant = self.any_grant(world);
        let want = match world.random.between(0, 19) {
            0 => Want { force: true, ..ANY },
            1 | 2 => Want {
                min_ttl: minutes(20),
                ..ANY
            },
            _ => ANY,
        };
        let peeked = self.page.machine.peek(grant, false, self.page.now);
        ensure!(
            peeked.is_none_or(|token| self.ledger.is_alive(token, world.now)),
            "{peeked:?} is in use though dead to the backend"
        );
        let (caller, outputs) = self.page.ask(grant, want)?;
        let at_once = match self.page.shell.answers.get(&caller) {
            Some(Outcome::Resolved(generation)) => Some(*generation),
            Some(Outcome::Rejected(_) | Outcome::Revoked(_)) | None => None,
        };
        if want == ANY {
            world.tally.calls += 1;
            world.tally.immediate += u64::from(at_once.is_some());
            let now = self.page.now;
            let expected = self
                .reference
                .usable(grant, LIFETIME, &Config::default(), now);
            // A lease may have lapsed, which the reference knows nothing of.
            ensure!(
                at_once == expected || (self.endpoints.lease && at_once.is_none()),
                "a call was answered with {at_once:?} and not with {expected:?}"
            );
        }
        if at_once.is_none() && world.random.per_mille(world.weather.incident) {
            self.later(300, Happening::GiveUp(grant, caller), world);
        }
        self.react(&outputs, world)
    }

    /// Something other than a call.
    fn incident(&mut self, world: &mut World) -> Kept {
        match world.random.between(0, 8) {
            0 => {
                let away = world.random.scattered(1_000, 1_200_000);
                self.hidden = true;
                self.later(away, Happening::Seen, world);
                self.take(Input::Page(PageEvent::Hidden), world)
            }
            1 => {
                let away = world.random.scattered(1_000, 600_000);
                self.leave_for(true, world)?;
                self.frozen_until = world.now + away;
                self.later(away, Happening::Back, world);
                Ok(())
            }
            2 if self.clocks == Clocks::SetAhead => {
                let asleep = world.random.scattered(60_000, 8 * 3_600_000);
                self.frozen_until = world.now + asleep;
                self.later(asleep, Happening::Wake(asleep), world);
                Ok(())
            }
            2 | 3 => {
                let jump = world.random.scattered(1_000, 7_200_000).cast_signed();
                self.skew += match self.clocks {
                    Clocks::SetAhead => jump,
                    Clocks::SetBack => -jump,
                };
                Ok(())
            }
            4 => self.take(Input::Page(PageEvent::Online), world),
            5 => {
                self.reference.emptied();
                self.revoke(Scope::All, world)
            }
            6 => {
                let grant = self.any_grant(world);
                self.reference.revoked(grant);
                self.revoke(Scope::Grant(grant), world)
            }
            7 => {
                self.signed_out = true;
                let pause = world.random.scattered(10_000, 600_000);
                self.later(pause, Happening::SignIn, world);
                Ok(())
            }
            _ => {
                let grant = self.any_grant(world);
                let Some(generation) = self.page.machine.current(grant) else {
                    return Ok(());
                };
                self.reference
                    .unauthorized(grant, generation, self.page.now);
                self.take(Input::Unauthorized { grant, generation }, world)
            }
        }
    }

    fn revoke(&mut self, scope: Scope, world: &mut World) -> Kept {
        let caller = self.page.new_caller();
        self.take(Input::Revoke { scope, caller }, world)
    }

    fn come_back(&mut self, world: &mut World) -> Kept {
        // Some pages are dropped from the cache, and get no event.
        if world.random.per_mille(300) {
            self.is_over(world);
            return Ok(());
        }
        self.take(Input::Page(PageEvent::Shown), world)
    }

    fn end(&mut self, world: &mut World) -> Kept {
        if world.random.per_mille(world.weather.crash) {
            self.ledger.crash();
            self.is_over(world);
            return Ok(());
        }
        if world.random.per_mille(100) {
            self.reference.emptied();
            let pause = world.random.scattered(10, 20_000);
            self.later(pause, Happening::Leave, world);
            let caller = self.page.new_caller();
            return self.take(Input::Close { caller }, world);
        }
        self.leave(world)
    }

    fn leave(&mut self, world: &mut World) -> Kept {
        self.leave_for(false, world)?;
        self.is_over(world);
        Ok(())
    }

    fn leave_for(&mut self, persisted: bool, world: &mut World) -> Kept {
        self.reference.emptied();
        let is_ready = world.random.per_mille(700);
        let told = is_ready.then(|| self.say_farewell(world));
        self.take(Input::Page(PageEvent::Leaving { persisted, told }), world)
    }

    fn is_over(&mut self, world: &mut World) {
        self.alive = false;
        self.ended = world.now;
        world.tally.open += world.now - self.opened;
        world.put(AFTERMATH, self.number, Event::Inspect);
    }

    fn any_grant(&self, world: &mut World) -> GrantId {
        let most = self.grants.len() as u64 - 1;
        self.grants[world.random.between(0, most) as usize]
    }
}
