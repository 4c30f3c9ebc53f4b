//! What is to end and has not been confirmed to have ended.

use super::super::ending::Ending;
use super::super::names::{CallerId, Generation, RequestId};
use super::super::output::{Reason, Revoked};
use super::super::time::{Due, Moment};

/// How often a revoke is sent at the most while the page lives.
pub const REVOKE_ATTEMPTS: u32 = 4;

#[derive(Debug)]
pub(super) struct Revokes {
    /// Requests that are not confirmed yet.
    pub(super) sent: Vec<Sent>,
    /// Token requests given up whose answer has not come yet.
    pub(super) given_up: Vec<Generation>,
    /// Token requests that failed and may have minted a token, not named to the
    /// backend yet.
    pub(super) unanswered: Vec<Ending>,
    /// What may be alive though it was to be revoked: the backend has not said
    /// that it is dead.
    pub(super) unrevoked: Vec<Ending>,
    /// Some of it lapsed here and perhaps nowhere else: it is named as soon as a token arrives.
    pub(super) owes_lapsed: bool,
    /// Until then something may be alive that the backend has taken over;
    /// [`Due::PAST`]: nothing is.
    pub(super) taken_over_until: Due,
    /// Who is told what became of everything once no revoke is under way.
    pub(super) last_answers: Vec<(CallerId, Revoked)>,
    /// When a closed client stops waiting for late answers.
    pub(super) lets_go_at: Due,
}

/// A revoke request that is not confirmed yet.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) request: RequestId,
    pub(super) endings: Vec<Ending>,
    pub(super) reason: Reason,
    pub(super) attempts: u32,
    /// [`Due::NEVER`] while an answer is awaited.
    pub(super) retry_at: Due,
    pub(super) caller: Option<CallerId>,
    /// How many tokens were dropped for it; those that it names again are not among them.
    pub(super) dropped: u32,
    /// Whatever was minted for the session, too: not all of it is known any more.
    pub(super) whole_session: bool,
    /// What became of other requests for the same caller.
    pub(super) others: Revoked,
}

impl Sent {
    pub(super) fn names_nothing(&self) -> bool {
        self.endings.is_empty() && !self.whole_session
    }
}

impl Revokes {
    pub(super) const NONE: Self = Self {
        sent: Vec::new(),
        given_up: Vec::new(),
        unanswered: Vec::new(),
        unrevoked: Vec::new(),
        owes_lapsed: false,
        taken_over_until: Due::PAST,
        last_answers: Vec::new(),
        lets_go_at: Due::NEVER,
    };

    /// When the clock has something to do here.
    pub(super) fn next_due(&self) -> Due {
        let mut due = Due::NEVER;
        if !self.given_up.is_empty() {
            due = self.lets_go_at;
        }
        for sent in &self.sent {
            due = due.earliest(sent.retry_at);
        }
        for ending in &self.unrevoked {
            due = due.earliest(ending.ends_at);
        }
        due
    }

    /// Whether an answer may come that has to be revoked.
    pub(super) fn takes_given_up(&mut self, generation: Generation) -> bool {
        let place = self.given_up.iter().position(|&one| one == generation);
        if let Some(place) = place {
            self.given_up.swap_remove(place);
        }
        place.is_some()
    }

    /// What a request has brought is known by now: it is not named as a request any
    /// more. Gives a revoke that waits to be sent again and has nothing left to name.
    pub(super) fn unname(&mut self, generation: Generation) -> Option<Sent> {
        let lists = self.sent.iter_mut().map(|sent| &mut sent.endings);
        for list in lists.chain([&mut self.unanswered, &mut self.unrevoked]) {
            list.retain(|one| one.generation != generation);
        }
        let waits = |sent: &Sent| sent.names_nothing() && sent.retry_at != Due::NEVER;
        let place = self.sent.iter().position(waits)?;
        Some(self.sent.swap_remove(place))
    }

    /// What the server has ended by itself. What a closed client waits for no longer
    /// is let go of.
    pub(super) fn take_ended(&mut self, now: Moment) -> Vec<Ending> {
        if self.lets_go_at.reached(now) {
            self.given_up.clear();
        }
        let ended = |one: &mut Ending| one.ends_at.reached(now);
        self.unrevoked.extract_if(.., ended).collect()
    }
}
