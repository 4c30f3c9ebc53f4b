//! How callers get tokens.

use super::super::answer::Issued;
use super::super::backoff;
use super::super::error::{Code, Error, Failure};
use super::super::event::{Notice, Output, Want};
use super::super::grant::{Flight, Grant, Waiter};
use super::super::table::{Cursor, GrantId};
use super::super::time::{Due, Millis, Moment};
use super::super::token::{Generation, Token};
use super::ending::Ending;
use super::revoke::{Reason, take};
use super::{CallerId, Machine};

/// After this many failures in a row callers are told at once. The first
/// failure is kept from them: one lost packet should not blank a preview.
pub const PATIENCE: u32 = 2;

/// How often and for how long what is not the backend's answers a grant's
/// requests before it is taken for the backend's word: 5 times in a row, over 5
/// minutes. A deployment being rolled out, a check for bots or a sign-in to the
/// network takes less; an app that has no such endpoint says it for ever.
const FOREIGN_TIMES: u32 = 5;
const FOREIGN_LASTS: Millis = Millis(300_000);

/// Once the resource has refused a token, for so long no other one is dropped for
/// the same reason: 30 seconds. What refuses a token that is seconds old refuses
/// the next one, too.
pub const REFUSAL_HOLD: Millis = Millis(30_000);

/// Superseded tokens that a grant keeps alive for those who still hold them.
const MOST_SUPERSEDED: usize = 4;

impl Machine {
    pub(super) fn acquire(&mut self, id: GrantId, caller: CallerId, want: Want, now: Moment) {
        self.touch(id);
        if self.lease.has_lapsed(now) {
            self.look_at_the_lease(now);
        }
        let error = self.closed_error();
        let config_timeout = self.config.timeout;
        let Some(grant) = self
            .grants
            .get_mut(id)
            .filter(|_| error.code != Code::Closed)
        else {
            return self.emit(Output::Reject(caller, error));
        };
        grant.used = true;
        let force = want.force && !grant.is_refused_again(now);
        if !force && let Some(token) = grant.usable(want.min_ttl, now) {
            let generation = token.generation;
            let due = token.refresh_at.reached(now);
            self.outputs.push_back(Output::Resolve(caller, generation));
            if due {
                self.mark_expiring(id, now);
                self.request(id, now);
            }
            return;
        }
        let timeout = want.timeout.unwrap_or(config_timeout);
        if let Some(error) = refusal(grant, timeout, now) {
            return self.emit(Output::Reject(caller, error));
        }
        grant.waiters.push(Waiter {
            caller,
            timeout,
            due: now.after(timeout),
            excused: false,
        });
        self.request(id, now);
        self.schedule(id);
    }

    pub(super) fn cancel(&mut self, id: GrantId, caller: CallerId) {
        let Some(grant) = self.grants.get_mut(id) else {
            return;
        };
        if let Some(place) = grant.waiters.iter().position(|one| one.caller == caller) {
            grant.waiters.swap_remove(place);
            self.emit(Output::Reject(caller, Error::new(Code::Aborted)));
        }
    }

    /// Sends a request if nothing stands against it.
    pub(super) fn request(&mut self, id: GrantId, now: Moment) {
        if self.away || self.closed || self.rests_while_hidden() {
            return;
        }
        let due = now.after(self.config.request_timeout);
        let Some(grant) = self.grants.get_mut(id).filter(|one| one.may_request(now)) else {
            return;
        };
        if let Some(wait) = self.pace.rest(grant.name, now) {
            // Not all at once: there may be many clients.
            let wait = wait + self.random.up_to(backoff::FLOOR);
            grant.retry_at = Some(now.after(wait));
            return self.schedule(id);
        }
        self.pace.begun(grant.name, now);
        self.generations = self.generations.wrapping_add(1);
        let generation = Generation(self.generations);
        grant.flight = Some(Flight {
            generation,
            started: now,
            due,
        });
        self.emit(Output::RequestToken(id, generation));
        self.schedule(id);
        self.begin_lease(now);
    }

    pub(super) fn answered(
        &mut self,
        id: GrantId,
        generation: Generation,
        answer: Result<Issued, Failure>,
        now: Moment,
    ) {
        if self.lease.has_lapsed(now) {
            self.look_at_the_lease(now);
        }
        let awaited = self.grants.get_mut(id).and_then(|grant| {
            grant
                .flight
                .take_if(|flight| flight.generation == generation)
        });
        let given_up = take(&mut self.given_up, generation);
        match (awaited, answer) {
            (Some(flight), Ok(issued)) => self.arrived(id, &flight, issued, now),
            (Some(flight), Err(failure)) => {
                if failure.may_have_minted() {
                    self.remember_unanswered(generation);
                } else {
                    self.emit(Output::Forget(generation));
                }
                self.failed(id, flight.started, failure, now);
            }
            // Given up, revoked or closed while the answer was on its way.
            (None, Ok(issued)) if given_up => {
                self.unname(generation);
                let ending = Ending {
                    generation,
                    weight: issued.weight,
                    ends_at: issued.lifetime.map_or(Due::NEVER, |life| now.after(life)),
                };
                self.revoke_tokens(vec![ending], Reason::Explicit);
            }
            (None, _) => {}
        }
        self.schedule(id);
    }

    /// The resource answered 401. Only the token that it refused is dropped:
    /// by the time a late 401 comes in, there may be a newer one.
    pub(super) fn refused(&mut self, id: GrantId, generation: Generation, now: Moment) {
        let Some(grant) = self.grants.get_mut(id) else {
            return;
        };
        let Some(refused) = grant.current.as_ref() else {
            return;
        };
        if refused.generation != generation {
            return;
        }
        let mark = grant.refusal_mark;
        if !mark.reached(now) {
            if !std::mem::replace(&mut grant.told_refused, true) {
                let error = Error {
                    status: Some(401),
                    retry_after: Some(mark.remaining(now)),
                    ..Error::new(Code::TokenRefused)
                };
                self.notify(id, Notice::Failed(error));
            }
            return;
        }
        grant.refusal_mark = now.after(REFUSAL_HOLD);
        grant.told_refused = false;
        let refused = grant.current.take();
        // It may be alive all the same, so it is still revoked in the end.
        if let Some(token) = refused {
            self.supersede(id, token, now);
            self.schedule(id);
        }
    }

    pub(super) fn resume(&mut self, now: Moment) {
        self.halted = false;
        self.ask_for_the_lease_anew(now);
        let mut all = Cursor::default();
        while let Some(id) = self.grants.next(&mut all) {
            if let Some(grant) = self.grants.get_mut(id) {
                grant.begin_anew();
            }
            self.request_if_wanted(id, now);
        }
    }

    pub(super) fn request_if_wanted(&mut self, id: GrantId, now: Moment) {
        let wanted = self
            .grants
            .get(id)
            .is_some_and(|grant| grant.wants_request(self.visible, now));
        if wanted {
            self.request(id, now);
        }
    }

    /// As [`Machine::request_if_wanted`], and also for a grant without a token
    /// that was in use.
    pub(super) fn request_if_used(&mut self, id: GrantId, now: Moment) {
        let Some(grant) = self.grants.get_mut(id) else {
            return;
        };
        let used = grant.current.is_none() && grant.used;
        if !used && grant.waiters.is_empty() {
            return;
        }
        self.request(id, now);
        // Once; but what stands in the way now is no reason to forget it.
        if let Some(grant) = self.grants.get_mut(id) {
            grant.used &= grant.flight.is_none();
        }
    }

    pub(super) fn mark_expiring(&mut self, id: GrantId, now: Moment) {
        let token = self.grants.get_mut(id).and_then(|one| one.current.as_mut());
        if let Some(token) = token.filter(|token| !token.told_expiring) {
            token.told_expiring = true;
            let expires_in = token.dead_at.remaining(now);
            self.notify(id, Notice::Expiring(expires_in));
        }
    }

    /// Counts a failure, and plans the next request unless it is final.
    pub(super) fn failed(&mut self, id: GrantId, sent: Moment, failure: Failure, now: Moment) {
        let Some(grant) = self.grants.get_mut(id) else {
            return;
        };
        self.pace.failed(grant.name, sent);
        grant.failures = grant.failures.saturating_add(1);
        let mut error = Error::from(failure);
        if matches!(failure, Failure::Foreign { .. }) {
            let (times, since) = grant.foreign.get_or_insert((0, now));
            *times += 1;
            if *times >= FOREIGN_TIMES && now.since(*since) >= FOREIGN_LASTS {
                error = failure.lasting();
            }
        } else {
            grant.foreign = None;
        }
        if error.is_terminal() {
            grant.stopped = true;
        } else {
            let wait = backoff::delay(grant.failures, error.retry_after, &mut self.random);
            error.retry_after = Some(wait);
            grant.retry_at = Some(now.after(wait));
            grant.retry_floor = now.after(backoff::floor(grant.failures));
        }
        grant.error = Some(error);
        for waiter in std::mem::take(&mut grant.waiters) {
            match refusal(grant, waiter.due.remaining(now), now) {
                Some(error) => self.outputs.push_back(Output::Reject(waiter.caller, error)),
                None => grant.waiters.push(waiter),
            }
        }
        self.notify(id, Notice::Failed(error));
    }

    /// Keeps a token alive for those who hold it, though callers get another.
    pub(super) fn supersede(&mut self, id: GrantId, token: Box<Token>, now: Moment) {
        let Some(grant) = self.grants.get_mut(id) else {
            return;
        };
        if token.dead_at.reached(now) && !token.outlives() {
            return self.emit(Output::Forget(token.generation));
        }
        grant.superseded.push(token);
        if grant.superseded.len() > MOST_SUPERSEDED {
            let oldest = grant.superseded.remove(0);
            self.revoke_tokens(vec![oldest.into()], Reason::Evicted);
        }
    }

    fn arrived(&mut self, id: GrantId, flight: &Flight, issued: Issued, now: Moment) {
        let generation = flight.generation;
        let token = Box::new(Token::new(
            generation,
            flight.started,
            issued,
            &self.config,
            &mut self.random,
        ));
        self.lease.heard(flight.started);
        self.wake = self.wake.earliest(self.lease.next_due());
        if !token.is_usable(Millis(0), now) || self.lease.is_over_for(flight.started, now) {
            return self.arrived_dead(id, flight.started, token, now);
        }
        let expires_in = token.dead_at.remaining(now);
        let Some(grant) = self.grants.get_mut(id) else {
            return;
        };
        grant.forget_failures();
        self.pace.served(grant.name);
        let previous = grant.current.replace(token);
        let waiters = std::mem::take(&mut grant.waiters);
        grant.used = !waiters.is_empty();
        if let Some(previous) = previous {
            self.supersede(id, previous, now);
        }
        for waiter in waiters {
            self.emit(Output::Resolve(waiter.caller, generation));
        }
        self.notify(id, Notice::Refreshed(expires_in));
    }

    /// The answer took longer than the token lives. After a sleep that says
    /// nothing about the server, so once it is no failure.
    fn arrived_dead(&mut self, id: GrantId, sent: Moment, token: Box<Token>, now: Moment) {
        self.supersede(id, token, now);
        let Some(grant) = self.grants.get_mut(id) else {
            return;
        };
        if grant.excused {
            let failure = Failure::Malformed("the token had expired when it arrived");
            self.failed(id, sent, failure, now);
        } else {
            grant.excused = true;
            self.request_if_wanted(id, now);
        }
    }
}

/// Why a caller who is ready to wait for `patience` is not let wait.
fn refusal(grant: &Grant, patience: Millis, now: Moment) -> Option<Error> {
    let error = grant.error?;
    if grant.stopped {
        return Some(error);
    }
    let wait = grant.cooling(now).filter(|_| grant.flight.is_none())?;
    (grant.failures >= PATIENCE || wait >= patience).then_some(Error {
        retry_after: Some(wait),
        ..error
    })
}
