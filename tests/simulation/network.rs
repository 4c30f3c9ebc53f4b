//! Between a page and its backend: what is sent, what arrives, what gets lost.

use downscope::core::{
    Code, Failure, Generation, GrantId, Input, Millis, Output, RequestId, RevokeOutcome, Sending,
};

use crate::backend::{Excuse, LIFETIME, MintId, Revocation};
use crate::life::Happening;
use crate::support::{Kept, ensure, issued, minutes};
use crate::visit::{Event, Visit};
use crate::world::World;

/// Something that reaches the backend.
#[derive(Debug)]
pub(crate) enum Arrival {
    Lease(RequestId, u32),
    /// It was held open for long enough.
    LeaseHeld(RequestId, u32),
    Request(GrantId, MintId),
    /// The page awaits the answer where the request has a name.
    Revoke(Option<RequestId>, Revocation),
    /// Time to let go of what was minted for a session, if it was last heard of then.
    Sweep(u32, u64),
}

impl Visit {
    pub(crate) fn arrive(&mut self, arrival: Arrival, world: &mut World) {
        match arrival {
            Arrival::Lease(request, session) => self.lease_arrives(request, session, world),
            Arrival::LeaseHeld(request, session) => self.lease_is_over(request, session, world),
            Arrival::Request(grant, id) => self.request_arrives(grant, id, world),
            Arrival::Revoke(request, revocation) => self.revoke_arrives(request, revocation, world),
            Arrival::Sweep(session, heard) => self.sweep(session, heard, world),
        }
    }

    pub(super) fn react(&mut self, outputs: &[Output], world: &mut World) -> Kept {
        let leaves = outputs.iter().any(is_last_word);
        for output in outputs {
            match output {
                Output::AbortRequest(generation) => {
                    self.aborted.insert(*generation);
                }
                Output::Reject(_, error) => {
                    let expected =
                        matches!(error.code, Code::Aborted | Code::Closed | Code::Revoked);
                    world.tally.rejected += u64::from(!expected);
                }
                Output::RenewSession => self.session += 1,
                Output::RequestLease(request) => self.request_lease(*request, world)?,
                Output::RequestToken(grant, generation) => {
                    world.tally.requests += 1;
                    self.send_request(*grant, *generation, world);
                }
                Output::Resolve(_, generation) => ensure!(
                    self.ledger.is_alive(*generation, world.now),
                    "{generation:?} is handed out though dead to the backend"
                ),
                Output::Revoke {
                    request, sending, ..
                } => {
                    let revoke = self.page.shell.revokes[self.revokes].clone();
                    self.revokes += 1;
                    world.tally.revokes += 1;
                    let revocation = Revocation {
                        session: self.session,
                        tokens: revoke.tokens,
                        pending: revoke.pending,
                        whole_session: revoke.whole_session,
                    };
                    self.send_revoke(*request, *sending, revocation, world);
                }
                // What the page has just named as its last word is not misjudged.
                Output::Forget(generation) if self.skew > 0 && !leaves => {
                    self.ledger.excuse(*generation, Excuse::Misjudged);
                }
                Output::AbortLease(_)
                | Output::Forget(_)
                | Output::LeaseLost(_)
                | Output::Name(_)
                | Output::Notify(..)
                | Output::Revoked(..)
                | Output::TellOtherTabs => {}
            }
        }
        Ok(())
    }

    fn send_request(&self, grant: GrantId, generation: Generation, world: &mut World) {
        let id = (self.session, generation);
        if world.is_lost() {
            self.answer_arrives(grant, generation, Err(Failure::Network), world);
        } else {
            let latency = world.latency();
            self.to_backend(latency, Arrival::Request(grant, id), world);
        }
    }

    fn send_revoke(
        &mut self,
        request: RequestId,
        sending: Sending,
        revocation: Revocation,
        world: &mut World,
    ) {
        let lost = world.is_lost();
        let latency = world.random.between(15, 200);
        match sending {
            Sending::Awaited => {
                if lost {
                    let again = RevokeOutcome::TryAgain(None);
                    self.later(5_000, Happening::RevokeAnswer(request, again), world);
                } else {
                    self.to_backend(latency, Arrival::Revoke(Some(request), revocation), world);
                }
            }
            Sending::Unload if lost => self.ledger.lose(&revocation),
            Sending::Unload => {
                // What is sent once may arrive twice.
                if world.is_lost() {
                    let again = Arrival::Revoke(None, revocation.clone());
                    self.to_backend(latency + 50, again, world);
                }
                self.to_backend(latency, Arrival::Revoke(None, revocation), world);
            }
        }
    }

    pub(super) fn answer(
        &mut self,
        grant: GrantId,
        generation: Generation,
        answer: Result<(), Failure>,
        world: &mut World,
    ) -> Kept {
        let answer = if self.aborted.contains(&generation) && !self.deaf {
            Err(Failure::Network)
        } else {
            answer
        };
        if answer.is_ok() {
            self.ledger.delivered(generation);
            if self.page.shell.flight(grant) == Some(generation)
                && let Some(request) = self.page.shell.requests.get(&generation)
            {
                self.reference.arrived(grant, generation, request.sent);
            }
        }
        let answer = answer.map(|()| issued(LIFETIME));
        self.take(
            Input::Answered {
                grant,
                generation,
                answer,
            },
            world,
        )
    }

    fn request_arrives(&mut self, grant: GrantId, id: MintId, world: &mut World) {
        let answer = if world.is_down() {
            Err(unavailable(world.random.per_mille(500).then(|| minutes(1))))
        } else if world.random.per_mille(world.weather.error) {
            Err(unavailable(None))
        } else if self.signed_out {
            Err(unauthorized())
        } else {
            self.hear(id.0, world);
            match self.ledger.mint(id, world.now) {
                Some(_) if world.random.per_mille(world.weather.replaced) => {
                    world.tally.replaced += 1;
                    Err(replacement(world))
                }
                Some(_) => Ok(()),
                None => return,
            }
        };
        self.answer_arrives(grant, id.1, answer, world);
    }

    /// Lost answers are noticed by the browser, or only by the clock.
    fn answer_arrives(
        &self,
        grant: GrantId,
        id: Generation,
        answer: Result<(), Failure>,
        world: &mut World,
    ) {
        if !world.is_lost() {
            let latency = world.latency();
            self.later(latency, Happening::Answer(grant, id, answer), world);
        } else if world.random.per_mille(500) {
            let failure = Err(Failure::Network);
            self.later(3_000, Happening::Answer(grant, id, failure), world);
        }
    }

    /// The last request of the page, which lay ready, goes out before anything else
    /// happens. Gives up to which request it tells.
    pub(super) fn say_farewell(&mut self, world: &mut World) -> Generation {
        let farewell = self.page.shell.farewell.clone();
        if !farewell.is_empty() {
            let names = farewell.names.into_iter();
            let (tokens, pending) = names.partition(|&one| self.page.shell.holds(one));
            let revocation = Revocation {
                session: self.session,
                tokens,
                pending,
                whole_session: farewell.whole_session,
            };
            world.tally.revokes += 1;
            self.send_revoke(RequestId(0), Sending::Unload, revocation, world);
        }
        farewell.up_to
    }

    fn revoke_arrives(
        &mut self,
        request: Option<RequestId>,
        revocation: Revocation,
        world: &mut World,
    ) {
        let failed = world.is_down() || world.random.per_mille(world.weather.error);
        if !failed {
            self.ledger.revoke(&revocation, world.now);
        }
        match request {
            Some(request) => {
                let outcome = if failed || world.is_lost() {
                    RevokeOutcome::TryAgain(None)
                } else {
                    RevokeOutcome::Confirmed
                };
                let latency = world.latency();
                self.later(latency, Happening::RevokeAnswer(request, outcome), world);
            }
            None if failed => self.ledger.lose(&revocation),
            None => {}
        }
    }

    pub(super) fn revoke_answer(
        &mut self,
        request: RequestId,
        outcome: RevokeOutcome,
        world: &mut World,
    ) -> Kept {
        self.take(Input::RevokeAnswered { request, outcome }, world)
    }

    pub(super) fn to_backend(&self, after: u64, arrival: Arrival, world: &mut World) {
        world.put(after, self.number, Event::AtBackend(arrival));
    }
}

const fn is_last_word(output: &Output) -> bool {
    matches!(
        output,
        Output::Revoke {
            sending: Sending::Unload,
            ..
        }
    )
}

/// What the page gets in place of a token that was minted.
const fn replacement(world: &mut World) -> Failure {
    match world.random.between(0, 5) {
        0 => Failure::Foreign {
            status: 403,
            what: "a web page",
            retry_after: None,
        },
        1 => Failure::Malformed("cut off"),
        2 => Failure::Network,
        3 => unavailable_with(408),
        4 => unavailable_with(502),
        _ => unavailable_with(504),
    }
}

const fn unavailable_with(status: u16) -> Failure {
    Failure::Status {
        status,
        oauth_error: None,
        retry_after: None,
    }
}

pub(super) const fn unauthorized() -> Failure {
    Failure::Status {
        status: 401,
        oauth_error: None,
        retry_after: None,
    }
}

pub(super) const fn unavailable(retry_after: Option<Millis>) -> Failure {
    Failure::Status {
        status: 503,
        oauth_error: None,
        retry_after,
    }
}
