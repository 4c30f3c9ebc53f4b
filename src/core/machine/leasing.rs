//! The lease as it is kept: asked for, answered, lapsed; and what the backend takes
//! back by it.

use super::super::answer::Terms;
use super::super::backoff;
use super::super::code::Code;
use super::super::error::{Error, Failure};
use super::super::grant::Grant;
use super::super::input::Recall;
use super::super::names::{Generation, RequestId};
use super::super::output::{Notice, Output, Reason};
use super::super::table::Cursor;
use super::super::time::{ASLEEP, Due, Millis, Moment};
use super::Machine;
use super::lease::{ASSUMED_TERM, Flight, LEASE_GAP, LEASE_PATIENCE, Lease, RETRY_SPREAD};

/// How often and for how long a lease endpoint answers what is no lease before
/// there is none: as with the token endpoint.
const ODD_TIMES: u32 = 5;
const ODD_LASTS: Millis = Millis(300_000);

impl Machine {
    pub(super) fn lease_answered(
        &mut self,
        request: RequestId,
        answer: Result<Terms, Failure>,
        now: Moment,
    ) {
        let lease = &mut self.lease;
        let Some(flight) = lease.flight.take_if(|flight| flight.request == request) else {
            return;
        };
        match answer {
            Ok(terms) => {
                lease.failures = 0;
                lease.cut_off = false;
                lease.told = true;
                lease.odd = None;
                lease.term = terms.term;
                lease.next = now.after(terms.renew_in);
                // An answer that comes after the term brings nothing back.
                if !lease.has_lapsed(now) {
                    let heard = terms.held.min(now.since(flight.sent));
                    let lapses = terms.term.map(|term| flight.sent.after(heard + term));
                    lease.lapses = lapses.unwrap_or(Due::NEVER);
                }
            }
            Err(failure) => self.lease_failed(failure, now),
        }
        self.look_at_the_lease(now);
    }

    /// What the backend pushes. It is revoked there already; that it is revoked
    /// from here once more makes sure that what was minted meanwhile is, too.
    pub(super) fn recalled(&mut self, recall: Recall, now: Moment) {
        match recall {
            Recall::All => self.empty_all(Reason::Recalled, None),
            Recall::Stop => {
                self.empty_all(Reason::Recalled, None);
                self.life.halted = true;
                let mut all = Cursor::default();
                while let Some(id) = self.grants.next(&mut all) {
                    if let Some(grant) = self.grants.get_mut(id) {
                        grant.stop(Error::new(Code::Stopped));
                    }
                }
            }
            Recall::Token(generation) => self.recall(generation, now),
        }
    }

    /// Sends the first lease request of a page life with its first token request. Where
    /// the last one has failed and nothing was at stake since, a token has to arrive first:
    /// in an outage each request for one would make two.
    pub(super) fn begin_lease(&mut self, now: Moment) {
        if self.endpoints.lease && !self.lease.told && self.lease.odd.is_none() {
            self.lease.term = Some(ASSUMED_TERM);
        }
        if self.lease.next == Due::NEVER && self.lease.failures == 0 {
            self.renew_lease(now);
        }
    }

    pub(super) fn end_lease(&mut self) {
        let next = Lease {
            not_before: self.lease.not_before,
            ..self.lease.of_the_next_page_life()
        };
        if let Some(flight) = std::mem::replace(&mut self.lease, next).flight {
            self.emit(Output::AbortLease(flight.request));
        }
    }

    /// A request that is held says who was signed in when it was sent.
    pub(super) fn ask_for_the_lease_anew(&mut self, now: Moment) {
        if let Some(flight) = self.lease.flight.take() {
            self.emit(Output::AbortLease(flight.request));
            self.lease.next = now.after(Millis(0));
        }
        self.look_at_the_lease(now);
    }

    /// Does what the clock has made due for the lease.
    pub(super) fn look_at_the_lease(&mut self, now: Moment) {
        let late = self.lease.flight.take_if(|flight| flight.due.reached(now));
        if let Some(flight) = late {
            self.emit(Output::AbortLease(flight.request));
            if flight.due.overshoot(now) > ASLEEP {
                self.lease.next = now.after(Millis(0));
            } else {
                self.lease_failed(Failure::Timeout, now);
            }
        }
        if self.lease.has_lapsed(now) {
            self.lapse(now);
        }
        if self.lease.next.reached(now) {
            self.renew_lease(now);
        }
    }

    /// The backend has not heard of this page for the term: what it minted is
    /// dead, or about to be.
    pub(super) fn lapse(&mut self, now: Moment) {
        let slept = self.lease.lapses.overshoot(now) > ASLEEP;
        self.lease.lapses = Due::NEVER;
        // What it says is as old as the tokens. One that follows others that failed is not
        // made again: it goes with the next token.
        if let Some(flight) = self.lease.flight.take() {
            self.emit(Output::AbortLease(flight.request));
            if self.lease.failures == 0 {
                self.lease.next = now.after(Millis(0));
            }
        }
        let mut endings = Vec::new();
        let mut affected = Vec::new();
        let mut all = Cursor::default();
        while let Some(id) = self.grants.next(&mut all) {
            if let Some(grant) = self.grants.get_mut(id)
                && grant.take_tokens(&mut endings)
            {
                affected.push(id);
            }
        }
        // What was slept through has ended at the backend: it is named with the next revoke and
        // at the end, since one of its own would double what is asked where many lids are opened
        // at once. Else the backend may not have ended it, because it was away itself, keeps no
        // lease, or has heard a request without an answer: there it is revoked as soon as a token
        // arrives.
        self.revokes.owes_lapsed |= !slept || self.lease.failures > 0 || !self.lease.told;
        self.keep_unrevoked(endings);
        for id in affected {
            self.notify(id, Notice::Revoked(Reason::Lapsed));
            if self.life.visible {
                self.request_if_used(id, now);
            }
        }
    }

    fn renew_lease(&mut self, now: Moment) {
        self.lease.next = Due::NEVER;
        let idle = self.lease.flight.is_none() && !self.life.away && !self.life.closed;
        if !self.endpoints.lease || !idle || !self.is_anything_at_stake() {
            return;
        }
        let lease = &self.lease;
        let gap = lease.not_before.or(lease.not_anew_before);
        if let Some(due) = gap.filter(|due| !due.reached(now)) {
            self.lease.next = due;
            return;
        }
        let request = self.new_request();
        let gap = Some(now.after(LEASE_GAP));
        if self.lease.not_before.is_none() {
            self.lease.not_anew_before = gap;
        }
        self.lease.not_before = gap;
        self.lease.flight = Some(Flight {
            request,
            sent: now,
            due: now.after(LEASE_PATIENCE),
        });
        self.emit(Output::RequestLease(request));
    }

    fn lease_failed(&mut self, failure: Failure, now: Moment) {
        let mut error = Error::from(failure);
        let lease = &mut self.lease;
        lease.next = Due::NEVER;
        let mut is_none = false;
        if error.code == Code::InvalidResponse {
            let first = lease.odd.is_none();
            let (times, since) = lease.odd.get_or_insert((0, now));
            *times += 1;
            if *times >= ODD_TIMES && now.since(*since) >= ODD_LASTS {
                error = failure.lasting();
                is_none = true;
            } else if !lease.told {
                // A page that counted a term which nobody else counts would drop
                // good tokens.
                lease.term = None;
                lease.lapses = Due::NEVER;
                if first {
                    self.out.push(Output::LeaseLost(error));
                }
            }
        }
        if error.is_terminal() || is_none {
            if error.code == Code::LoginRequired {
                self.recalled(Recall::All, now);
            } else if !lease.told {
                lease.term = None;
                lease.lapses = Due::NEVER;
            }
            self.lease.failures = 0;
            self.emit(Output::LeaseLost(error));
        } else {
            lease.failures = lease.failures.saturating_add(1);
            lease.cut_off = matches!(error.code, Code::Network | Code::Timeout);
            let wait = backoff::delay(lease.failures, error.retry_after, &mut self.random);
            let spread = if lease.cut_off {
                RETRY_SPREAD
            } else {
                Millis(0)
            };
            lease.next = now.after(wait + self.random.up_to(spread));
        }
    }

    fn is_anything_at_stake(&self) -> bool {
        let mut all = Cursor::default();
        while let Some(id) = self.grants.next(&mut all) {
            if self.grants.get(id).is_some_and(Grant::has_anything) {
                return true;
            }
        }
        false
    }

    fn recall(&mut self, generation: Generation, now: Moment) {
        let mut all = Cursor::default();
        while let Some(id) = self.grants.next(&mut all) {
            if let Some(grant) = self.grants.get_mut(id)
                && let Some(ending) = grant.take_one(generation)
            {
                if ending.is_open {
                    self.pace.failed(grant.name, now);
                }
                self.end(vec![ending], Reason::Recalled, None);
                self.notify(id, Notice::Revoked(Reason::Recalled));
                self.request_if_wanted(id, now);
            }
        }
    }
}
