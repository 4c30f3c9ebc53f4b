//! Requests for tokens, and what becomes of them.

use super::super::answer::Issued;
use super::super::backoff;
use super::super::ending::Ending;
use super::super::error::{Error, Failure};
use super::super::grant::Flight;
use super::super::names::{Generation, GrantId};
use super::super::output::{Notice, Output, Reason};
use super::super::time::{Due, Millis, Moment};
use super::super::token::Token;
use super::Machine;

/// How often and for how long what is not the backend's answers a grant's
/// requests before it is taken for the backend's word: 5 times in a row, over 5
/// minutes. A deployment being rolled out, a check for bots or a sign-in to the
/// network takes less; an app that has no such endpoint says it for ever.
const FOREIGN_TIMES: u32 = 5;
const FOREIGN_LASTS: Millis = Millis(300_000);

/// A lease that fails counts for so many failures of a token request at the most: it may have
/// reasons of its own.
const LEASE_TELLS: u32 = 3;

/// Superseded tokens that a grant keeps alive for those who still hold them.
const MOST_SUPERSEDED: usize = 4;

impl Machine {
    /// Sends a request if nothing stands against it.
    pub(super) fn request(&mut self, id: GrantId, now: Moment) {
        if self.life.away || self.life.closed || self.rests_while_hidden() {
            return;
        }
        let due = now.after(self.config.request_timeout);
        let Some(grant) = self.grants.get_mut(id).filter(|one| one.may_request(now)) else {
            return;
        };
        if let Some(wait) = self.pace.rest(grant.name, now) {
            // Not all at once: there may be many clients.
            let wait = wait + self.random.up_to(backoff::FLOOR);
            grant.trouble().retry_at = now.after(wait);
            return self.schedule(id);
        }
        self.pace.begun(grant.name, now);
        let generation = Generation(self.numbers.next());
        grant.flight = Some(Box::new(Flight {
            generation,
            started: now,
            due,
        }));
        self.emit(Output::RequestToken(id, generation));
        self.schedule(id);
        self.begin_lease(now);
    }

    /// One that was given up, revoked or closed while its answer was on its way is
    /// revoked.
    pub(super) fn answered(
        &mut self,
        id: GrantId,
        generation: Generation,
        answer: Result<Issued, Failure>,
        now: Moment,
    ) {
        let was_given_up = self.revokes.takes_given_up(generation);
        if was_given_up && let Ok(issued) = answer {
            let ending = Ending {
                generation,
                weight: issued.weight,
                ends_at: issued.lifetime.map_or(Due::NEVER, |life| now.after(life)),
                is_open: false,
            };
            return self.revoke_late(ending);
        }
        if self.lease.has_lapsed(now) {
            self.look_at_the_lease(now);
        }
        let flight = self.grants.get_mut(id).and_then(|grant| {
            let flight = &mut grant.flight;
            flight.take_if(|flight| flight.generation == generation)
        });
        match (flight, answer) {
            (Some(flight), Ok(issued)) => {
                self.out.alive.weigh(generation, issued.weight);
                self.arrived(id, &flight, issued, now);
            }
            (Some(flight), Err(failure)) => {
                if failure.may_have_minted() {
                    self.remember_unanswered(generation);
                } else {
                    self.emit(Output::Forget(generation));
                }
                self.failed(id, flight.started, failure, now);
            }
            // Nobody has asked, or it was answered before.
            (None, _) => {}
        }
        self.schedule(id);
    }

    /// Counts a failure, and plans the next request unless it is final.
    pub(super) fn failed(&mut self, id: GrantId, sent: Moment, failure: Failure, now: Moment) {
        let Some(grant) = self.grants.get_mut(id) else {
            return;
        };
        self.pace.failed(grant.name, sent);
        let usable = grant.current.as_ref();
        let usable = usable.map_or(Millis(0), |token| token.expired_at.remaining(now));
        let trouble = grant.trouble();
        trouble.failures = trouble.failures.saturating_add(1);
        let mut error = Error::from(failure);
        if matches!(failure, Failure::Foreign { .. }) {
            let (times, since) = trouble.foreign.get_or_insert((0, now));
            *times += 1;
            if *times >= FOREIGN_TIMES && now.since(*since) >= FOREIGN_LASTS {
                error = failure.lasting();
            }
        } else {
            trouble.foreign = None;
        }
        if !error.is_terminal() {
            let mut failures = trouble.failures;
            if failures > 1 {
                // A lease that fails tells of the same outage.
                failures += self.lease.failures.min(LEASE_TELLS);
            }
            let wait = backoff::delay(failures, error.retry_after, &mut self.random);
            error.retry_after = Some(wait);
            trouble.retry_at = now.after(wait);
            trouble.retry_floor = now.after(backoff::floor(trouble.failures));
            // There is no hurry while callers have a token, and those who come all at
            // once when an outage ends make the next one.
            trouble.refresh_at = now.after(usable / 2 + self.random.up_to(usable / 4));
        }
        trouble.error = Some(error);
        grant.stopped |= error.is_terminal();
        for waiter in std::mem::take(&mut grant.waiters) {
            match grant.turned_away(waiter.due.remaining(now), now) {
                Some(error) => self.out.push(Output::Reject(waiter.caller, error)),
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
        if token.dead_at().reached(now) && !token.outlives() {
            return self.emit(Output::Forget(token.generation));
        }
        grant.superseded.push(token);
        if grant.superseded.len() > MOST_SUPERSEDED {
            let oldest = grant.superseded.remove(0);
            self.end(vec![oldest.into()], Reason::Evicted, None);
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
        if !token.is_usable(Millis(0), now) || self.lease.is_over_for(flight.started, now) {
            return self.arrived_dead(id, flight.started, token, now);
        }
        let expires_in = token.dead_at().remaining(now);
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
        if std::mem::take(&mut self.revokes.owes_lapsed) {
            let lapsed = std::mem::take(&mut self.revokes.unrevoked);
            self.send(lapsed, 0, Reason::Lapsed, None);
        }
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
