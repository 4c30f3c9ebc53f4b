//! The lease: the page is heard from, or the backend revokes what it minted.
//!
//! The page says that it lives by asking; a connection that stands says
//! nothing, since a power cut closes none. While anything is at stake one
//! request follows the other, and the backend may hold each open to push what
//! it wants. Both sides count the same term: the backend from when it last
//! heard of the page, the page from when it *sent* the last request that was
//! answered (and for as long as the backend says it was held), so it never takes
//! a token for alive that the backend has let go.

use super::super::backoff;
use super::super::error::{Code, Error, Failure};
use super::super::event::{Notice, Output, Recall, Terms};
use super::super::grant::Grant;
use super::super::table::Cursor;
use super::super::time::{Due, Millis, Moment};
use super::super::token::Generation;
use super::Machine;
use super::ending::Endings;
use super::revoke::{Batch, Reason};
use super::timeouts::ASLEEP;

/// Two lease requests of a page life lie at least this far apart, whatever the
/// backend answers, and so do the first ones of two page lives: 5 seconds.
pub const LEASE_GAP: Millis = Millis(5_000);

/// The backend may hold a lease request open for a minute; what takes longer
/// than this is lost: 75 seconds.
pub const LEASE_PATIENCE: Millis = Millis(75_000);

/// What a backend that has not named its term is taken to have: 1 minute. A
/// request may be held for that long, so a shorter one makes little sense.
pub const ASSUMED_TERM: Millis = Millis(60_000);

/// How often and for how long a lease endpoint answers what is no lease before
/// there is none: as with the token endpoint.
const ODD_TIMES: u32 = 5;
const ODD_LASTS: Millis = Millis(300_000);

/// What is known of the lease of this page life.
#[derive(Debug)]
pub(super) struct Lease {
    flight: Option<Flight>,
    /// When to ask again; [`Due::NEVER`]: with the next token request.
    next: Due,
    /// No further lease request of this page life before this, whatever happens.
    not_before: Option<Due>,
    /// No first one of another page life before this.
    not_anew_before: Option<Due>,
    /// Failures in a row.
    failures: u32,
    /// The last one was for want of a network.
    cut_off: bool,
    /// The backend has said something of this lease.
    told: bool,
    /// How often something else was answered, and since when: no lease, as far as
    /// is known.
    odd: Option<(u32, Moment)>,
    term: Option<Millis>,
    /// From here on the backend has revoked what it minted.
    lapses: Due,
}

#[derive(Debug)]
struct Flight {
    batch: Batch,
    sent: Moment,
    due: Due,
}

impl Lease {
    pub(super) const NONE: Self = Self {
        flight: None,
        next: Due::NEVER,
        not_before: None,
        not_anew_before: None,
        failures: 0,
        cut_off: false,
        told: false,
        odd: None,
        term: None,
        lapses: Due::NEVER,
    };

    /// Nothing of it but the gap between page lives.
    pub(super) const fn of_the_next_page_life(&self) -> Self {
        Self {
            not_anew_before: self.not_anew_before,
            ..Self::NONE
        }
    }

    pub(super) fn has_lapsed(&self, now: Moment) -> bool {
        self.lapses.reached(now)
    }

    /// Whether the backend may have let go of what a request sent then has brought.
    pub(super) fn is_over_for(&self, sent: Moment, now: Moment) -> bool {
        self.term.is_some_and(|term| sent.after(term).reached(now))
    }

    /// A token request that was answered says that the page lives, too. Of use
    /// where nothing else is counting.
    pub(super) fn heard(&mut self, sent: Moment) {
        if let Some(term) = self.term
            && self.lapses == Due::NEVER
        {
            self.lapses = sent.after(term);
        }
    }

    /// The network is back.
    pub(super) fn retry_at_once(&mut self, now: Moment) {
        if self.cut_off && self.next != Due::NEVER {
            self.cut_off = false;
            self.failures = 0;
            self.next = now.after(Millis(0));
        }
    }

    pub(super) fn next_due(&self) -> Due {
        let due = self.flight.as_ref().map_or(self.next, |flight| flight.due);
        due.earliest(self.lapses)
    }
}

impl Machine {
    pub(super) fn lease_answered(
        &mut self,
        batch: Batch,
        answer: Result<Terms, Failure>,
        now: Moment,
    ) {
        let lease = &mut self.lease;
        let Some(flight) = lease.flight.take_if(|flight| flight.batch == batch) else {
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
        self.wake = self.wake.earliest(self.lease.next_due());
    }

    /// What the backend pushes. It is revoked there already; that it is revoked
    /// from here once more makes sure that what was minted meanwhile is, too.
    pub(super) fn recalled(&mut self, recall: Recall, now: Moment) {
        match recall {
            Recall::All => self.empty_all(Reason::Recalled, None),
            Recall::Stop => {
                self.empty_all(Reason::Recalled, None);
                self.halted = true;
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

    /// Sends the first lease request of a page life with its first token request.
    pub(super) fn begin_lease(&mut self, now: Moment) {
        if self.config.has_lease && !self.lease.told && self.lease.odd.is_none() {
            self.lease.term = Some(ASSUMED_TERM);
        }
        if self.lease.next == Due::NEVER {
            self.renew_lease(now);
        }
    }

    pub(super) fn end_lease(&mut self) {
        let next = Lease {
            not_before: self.lease.not_before,
            ..self.lease.of_the_next_page_life()
        };
        if let Some(flight) = std::mem::replace(&mut self.lease, next).flight {
            self.emit(Output::AbortLease(flight.batch));
        }
    }

    /// A request that is held says who was signed in when it was sent.
    pub(super) fn ask_for_the_lease_anew(&mut self, now: Moment) {
        if let Some(flight) = self.lease.flight.take() {
            self.emit(Output::AbortLease(flight.batch));
            self.lease.next = now.after(Millis(0));
        }
        self.look_at_the_lease(now);
    }

    /// Does what the clock has made due for the lease.
    pub(super) fn look_at_the_lease(&mut self, now: Moment) {
        let late = self.lease.flight.take_if(|flight| flight.due.reached(now));
        if let Some(flight) = late {
            self.emit(Output::AbortLease(flight.batch));
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
        self.lease.lapses = Due::NEVER;
        // What it says is as old as the tokens.
        if let Some(flight) = self.lease.flight.take() {
            self.emit(Output::AbortLease(flight.batch));
            self.lease.next = now.after(Millis(0));
        }
        let mut endings = Endings::default();
        let mut affected = Vec::new();
        let mut all = Cursor::default();
        while let Some(id) = self.grants.next(&mut all) {
            if self.take_tokens(id, &mut endings) {
                affected.push(id);
            }
        }
        self.end(endings, Reason::Lapsed, None);
        for id in affected {
            self.notify(id, Notice::Revoked(Reason::Lapsed));
            if self.visible {
                self.request_if_used(id, now);
            }
        }
    }

    fn renew_lease(&mut self, now: Moment) {
        self.lease.next = Due::NEVER;
        let idle = self.lease.flight.is_none() && !self.away && !self.closed;
        if !self.config.has_lease || !idle || !self.is_anything_at_stake() {
            return;
        }
        let lease = &self.lease;
        let gap = lease.not_before.or(lease.not_anew_before);
        if let Some(due) = gap.filter(|due| !due.reached(now)) {
            self.lease.next = due;
            self.wake = self.wake.earliest(due);
            return;
        }
        let batch = self.new_batch();
        let gap = Some(now.after(LEASE_GAP));
        if self.lease.not_before.is_none() {
            self.lease.not_anew_before = gap;
        }
        self.lease.not_before = gap;
        self.lease.flight = Some(Flight {
            batch,
            sent: now,
            due: now.after(LEASE_PATIENCE),
        });
        self.emit(Output::RequestLease(batch));
        self.wake = self.wake.earliest(self.lease.next_due());
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
                    self.outputs.push_back(Output::LeaseLost(error));
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
            self.emit(Output::LeaseLost(error));
        } else {
            lease.failures = lease.failures.saturating_add(1);
            lease.cut_off = matches!(error.code, Code::Network | Code::Timeout);
            let wait = backoff::delay(lease.failures, error.retry_after, &mut self.random);
            lease.next = now.after(wait);
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
            let mut endings = Endings::default();
            if let Some(grant) = self.grants.get_mut(id)
                && endings.take(grant, generation)
            {
                if !endings.pending.is_empty() {
                    self.pace.failed(grant.name, now);
                }
                self.end(endings, Reason::Recalled, None);
                self.notify(id, Notice::Revoked(Reason::Recalled));
                self.request_if_wanted(id, now);
            }
        }
    }
}
