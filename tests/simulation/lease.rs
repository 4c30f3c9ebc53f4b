//! The backend's side of a lease: who was heard of, and when.

use std::collections::BTreeMap;

use downscope::core::{Failure, LEASE_GAP, Millis, RequestId, Terms};

use crate::life::Happening;
use crate::network::{Arrival, unauthorized, unavailable};
use crate::support::{Kept, ensure, seconds};
use crate::visit::Visit;
use crate::world::World;

/// What was minted for a page life is revoked once it was not heard of for so long.
pub(crate) const TERM: Millis = seconds(90);

/// Lease requests are held open for so long, but for the first of a page life.
pub(crate) const HOLD: Millis = seconds(55);

/// What is known of each page life, by its session.
#[derive(Debug, Default)]
pub(crate) struct Leases(BTreeMap<u32, Known>);

#[derive(Debug, Default)]
struct Known {
    heard: u64,
    answered: bool,
}

impl Leases {
    fn hear(&mut self, session: u32, now: u64) {
        self.0.entry(session).or_default().heard = now;
    }
}

/// When a page last asked for a lease, as it went in truth.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    at: u64,
    session: u32,
    skew: i64,
}

impl Visit {
    /// A token request counts as well.
    pub(super) fn hear(&mut self, session: u32, world: &mut World) {
        if self.endpoints.lease {
            self.ledger.leases.hear(session, world.now);
            let sweep = Arrival::Sweep(session, world.now);
            self.to_backend(TERM.0, sweep, world);
        }
    }

    pub(super) fn request_lease(&mut self, request: RequestId, world: &mut World) -> Kept {
        world.tally.leases += 1;
        self.check_gap(world)?;
        if world.is_lost() {
            self.lease_answer(request, Err(Failure::Network), world);
        } else {
            let latency = world.latency();
            let arrival = Arrival::Lease(request, self.session);
            self.to_backend(latency, arrival, world);
        }
        Ok(())
    }

    /// In true time. Only a clock that was set meanwhile may make it shorter.
    fn check_gap(&mut self, world: &World) -> Kept {
        let asked = Asked {
            at: world.now,
            session: self.session,
            skew: self.skew,
        };
        if let Some(last) = self.asked.replace(asked)
            && (last.session, last.skew) == (asked.session, asked.skew)
        {
            let gap = Millis(asked.at - last.at);
            ensure!(gap >= LEASE_GAP, "two lease requests within {gap:?}");
        }
        Ok(())
    }

    pub(super) fn lease_arrives(&mut self, request: RequestId, session: u32, world: &mut World) {
        if let Some(failure) = self.turned_away(world) {
            return self.lease_answer(request, Err(failure), world);
        }
        self.hear(session, world);
        let known = self.ledger.leases.0.entry(session).or_default();
        if known.answered {
            let held = Arrival::LeaseHeld(request, session);
            self.to_backend(HOLD.0, held, world);
        } else {
            known.answered = true;
            self.lease_answer(request, Ok(terms(Millis(0))), world);
        }
    }

    /// A request that was held open is answered, whoever is still there.
    pub(super) fn lease_is_over(&mut self, request: RequestId, session: u32, world: &mut World) {
        if world.is_down() {
            return self.lease_answer(request, Err(Failure::Network), world);
        }
        self.hear(session, world);
        self.lease_answer(request, Ok(terms(HOLD)), world);
    }

    pub(super) fn sweep(&mut self, session: u32, heard: u64, world: &mut World) {
        let known = self.ledger.leases.0.get(&session);
        if known.is_some_and(|known| known.heard == heard) {
            let swept = self.ledger.sweep(session, world.now);
            if self.alive && self.session == session {
                world.tally.swept_alive += swept;
            } else {
                world.tally.swept += swept;
            }
        }
    }

    fn turned_away(&self, world: &mut World) -> Option<Failure> {
        if world.is_down() || world.random.per_mille(world.weather.error) {
            Some(unavailable(None))
        } else {
            self.signed_out.then(unauthorized)
        }
    }

    fn lease_answer(&self, request: RequestId, answer: Result<Terms, Failure>, world: &mut World) {
        if !world.is_lost() {
            let latency = world.latency();
            self.later(latency, Happening::LeaseAnswer(request, answer), world);
        } else if world.random.per_mille(500) {
            let failure = Err(Failure::Network);
            self.later(3_000, Happening::LeaseAnswer(request, failure), world);
        }
    }
}

const fn terms(held: Millis) -> Terms {
    Terms {
        renew_in: Millis(0),
        held,
        term: Some(TERM),
    }
}
