//! The lease: the page is heard from, or the backend revokes what it minted.
//!
//! The page says that it lives by asking; a connection that stands says
//! nothing, since a power cut closes none. While anything is at stake one
//! request follows the other, and the backend may hold each open to push what
//! it wants. Both sides count the same term: the backend from when it last
//! heard of the page, the page from when it *sent* the last request that was
//! answered (and for as long as the backend says it was held), so it never takes
//! a token for alive that the backend has let go.

use super::super::answer::SHORTEST_TERM;
use super::super::names::RequestId;
use super::super::time::{Due, Millis, Moment};

/// Two lease requests of a page life lie at least this far apart, whatever the
/// backend answers, and so do the first ones of two page lives: 5 seconds.
pub const LEASE_GAP: Millis = Millis(5_000);

/// The backend may hold a lease request open for a minute; what takes longer
/// than this is lost: 75 seconds.
pub const LEASE_PATIENCE: Millis = Millis(75_000);

/// What a backend that has not named its term is taken to have: 1 minute. A
/// request may be held for that long, so a shorter one makes little sense.
pub const ASSUMED_TERM: Millis = Millis(60_000);

/// Over so much time a lease request that was cut off is put off, at random, beside the
/// back-off: 15 seconds. A backend that goes cuts off all that it held at once.
pub(super) const RETRY_SPREAD: Millis = Millis(15_000);

const _: () = assert!(
    LEASE_GAP.0 * 2 <= SHORTEST_TERM.0,
    "the shortest term must leave room for two requests"
);

/// What is known of the lease of this page life.
#[derive(Debug)]
pub(super) struct Lease {
    pub(super) flight: Option<Flight>,
    /// When to ask again; [`Due::NEVER`]: with the next token request, after a failure with the next token.
    pub(super) next: Due,
    /// No further lease request of this page life before this, whatever happens.
    pub(super) not_before: Option<Due>,
    /// No first one of another page life before this.
    pub(super) not_anew_before: Option<Due>,
    /// Failures in a row.
    pub(super) failures: u32,
    /// The last one was for want of a network.
    pub(super) cut_off: bool,
    /// The backend has said something of this lease.
    pub(super) told: bool,
    /// How often something else was answered, and since when: no lease, as far as
    /// is known.
    pub(super) odd: Option<(u32, Moment)>,
    pub(super) term: Option<Millis>,
    /// From here on the backend has revoked what it minted.
    pub(super) lapses: Due,
}

#[derive(Debug)]
pub(super) struct Flight {
    pub(super) request: RequestId,
    pub(super) sent: Moment,
    pub(super) due: Due,
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
    /// where nothing else is counting; and that the backend is back.
    pub(super) fn heard(&mut self, sent: Moment) {
        if self.failures > 0 && self.next == Due::NEVER {
            self.next = Due::PAST;
        }
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
