//! Requests to revoke, and what becomes of them.

use super::super::backoff;
use super::super::ending::Ending;
use super::super::input::RevokeOutcome;
use super::super::names::{CallerId, Generation, RequestId};
use super::super::output::{Output, Reason, Revoked, Sending};
use super::super::time::{Due, Moment};
use super::Machine;
use super::farewell::UNLOAD_QUOTA;
use super::revokes::{REVOKE_ATTEMPTS, Sent};

/// Requests that may have minted a token and wait for the next revoke to name
/// them; this many go out in one of their own.
const MOST_UNANSWERED: usize = 32;

/// Tokens and requests whose revoke failed for good and that are named again at
/// the end. Beyond that the session is named in their place.
const MOST_UNREVOKED: usize = 1_000;

impl Machine {
    pub(super) fn revoke_answered(
        &mut self,
        request: RequestId,
        outcome: RevokeOutcome,
        now: Moment,
    ) {
        if self.revokes.taken_over_until.reached(now) {
            self.revokes.taken_over_until = Due::PAST;
        }
        let mut all = self.revokes.sent.iter();
        let Some(place) = all.position(|sent| sent.request == request) else {
            return;
        };
        let sent = &mut self.revokes.sent[place];
        if let RevokeOutcome::TryAgain(wait) = outcome
            && sent.attempts < REVOKE_ATTEMPTS
            && !sent.names_nothing()
        {
            // They are few: what is to end is not kept waiting for longer.
            let wait = backoff::delay(sent.attempts.min(2), wait, &mut self.random);
            sent.retry_at = now.after(wait);
            return;
        }
        let sent = self.revokes.sent.swap_remove(place);
        self.settle(sent, outcome);
    }

    /// Does what the clock has made due for revokes.
    pub(super) fn look_at_the_revokes(&mut self, now: Moment) {
        for place in 0..self.revokes.sent.len() {
            let sent = &mut self.revokes.sent[place];
            if sent.retry_at.reached(now) {
                sent.retry_at = Due::NEVER;
                sent.attempts += 1;
                self.ask_to_revoke(place);
            }
        }
        let ended = self.revokes.take_ended(now);
        self.forget(&ended);
    }

    /// A request whose answer does not say that there is no token may have minted
    /// one: the next revoke names it.
    pub(super) fn remember_unanswered(&mut self, generation: Generation) {
        let ending = Ending::of_request(generation, false);
        self.revokes.unanswered.push(ending);
        if self.revokes.unanswered.len() >= MOST_UNANSWERED {
            let unanswered = std::mem::take(&mut self.revokes.unanswered);
            self.send(unanswered, 0, Reason::Evicted, None);
        }
    }

    /// An answer that nobody waits for any more brought a token.
    pub(super) fn revoke_late(&mut self, ending: Ending) {
        if let Some(sent) = self.revokes.unname(ending.generation) {
            self.settle(sent, RevokeOutcome::Denied);
        }
        self.out.alive.weigh(ending.generation, ending.weight);
        self.end(vec![ending], Reason::Explicit, None);
    }

    /// Sends a revoke, or just remembers where there is nothing to send it to.
    pub(super) fn send(
        &mut self,
        mut endings: Vec<Ending>,
        dropped: u32,
        reason: Reason,
        caller: Option<CallerId>,
    ) {
        // What waits for the next revoke causes none while the page lives: in an
        // outage that would double the traffic.
        if endings.is_empty() && caller.is_none() {
            return;
        }
        endings.append(&mut self.revokes.unanswered);
        if caller.is_some() {
            endings.append(&mut self.revokes.unrevoked);
        }
        let has_lost_track = self.out.alive.has_lost_track;
        let mut sent = Sent {
            request: self.new_request(),
            endings,
            reason,
            attempts: 1,
            retry_at: Due::NEVER,
            caller,
            dropped,
            whole_session: has_lost_track && self.life.closed,
            others: Revoked::NOTHING,
        };
        if sent.names_nothing() || !self.endpoints.revoke {
            let is_done = sent.names_nothing() && !has_lost_track;
            let outcome = if is_done {
                RevokeOutcome::Confirmed
            } else {
                RevokeOutcome::Denied
            };
            return self.settle(sent, outcome);
        }
        let rest = beyond_the_quota(&mut sent.endings);
        self.revokes.sent.push(sent);
        self.ask_to_revoke(self.revokes.sent.len() - 1);
        // In as many requests as it takes: a body that is too long for the
        // backend would revoke nothing.
        if !rest.is_empty() {
            self.send(rest, 0, reason, caller);
        }
    }

    fn ask_to_revoke(&mut self, place: usize) {
        let sent = &self.revokes.sent[place];
        for ending in &sent.endings {
            self.out.push(Output::Name(ending.generation));
        }
        self.out.push(Output::Revoke {
            request: sent.request,
            sending: Sending::Awaited,
            reason: sent.reason,
            whole_session: sent.whole_session,
            is_short: false,
        });
    }

    fn settle(&mut self, mut sent: Sent, outcome: RevokeOutcome) {
        let confirmed = outcome == RevokeOutcome::Confirmed;
        if outcome == RevokeOutcome::TakenOver {
            for ending in &sent.endings {
                let until = &mut self.revokes.taken_over_until;
                *until = ending.ends_at.latest(*until);
            }
        }
        // Nobody need name again what the backend has taken over.
        if confirmed || outcome == RevokeOutcome::TakenOver {
            self.out.alive.has_lost_track &= !sent.whole_session;
            self.forget(&sent.endings);
        } else {
            self.keep_unrevoked(std::mem::take(&mut sent.endings));
        }
        self.answer_caller(&sent, confirmed && !self.out.alive.has_lost_track);
    }

    /// Has it named with the next revoke that somebody asks for, and at the end.
    pub(super) fn keep_unrevoked(&mut self, endings: Vec<Ending>) {
        self.revokes.unrevoked.extend(endings);
        // Without an endpoint there is nobody to name it to.
        let most = if self.endpoints.revoke {
            MOST_UNREVOKED
        } else {
            0
        };
        if self.revokes.unrevoked.len() > most {
            let unrevoked = std::mem::take(&mut self.revokes.unrevoked);
            self.out.alive.has_lost_track = true;
            self.forget(&unrevoked);
        }
    }

    pub(super) fn forget(&mut self, endings: &[Ending]) {
        for ending in endings {
            self.emit(Output::Forget(ending.generation));
        }
    }

    /// Answers the caller of a revoke once all that was sent for it is done.
    pub(super) fn answer_caller(&mut self, sent: &Sent, confirmed: bool) {
        if let Some(caller) = sent.caller {
            let revoked = Revoked {
                tokens: sent.others.tokens + sent.dropped,
                confirmed: sent.others.confirmed && confirmed,
            };
            let mut all = self.revokes.sent.iter_mut();
            if let Some(open) = all.find(|one| one.caller == sent.caller) {
                open.others.tokens += revoked.tokens;
                open.others.confirmed &= revoked.confirmed;
            } else {
                self.revokes.last_answers.push((caller, revoked));
            }
        }
        if self.revokes.sent.is_empty() {
            let is_all = self.revokes.unrevoked.is_empty()
                && self.revokes.taken_over_until == Due::PAST
                && !self.out.alive.has_lost_track;
            for (caller, mut revoked) in std::mem::take(&mut self.revokes.last_answers) {
                revoked.confirmed &= is_all;
                self.emit(Output::Revoked(caller, revoked));
            }
        }
    }
}

/// Takes what does not fit into one request. One that fits nowhere goes alone.
fn beyond_the_quota(endings: &mut Vec<Ending>) -> Vec<Ending> {
    let mut bytes = 0;
    let does_not_fit = |one: &mut Ending| {
        let is_first = bytes == 0;
        bytes += one.weight;
        !is_first && bytes > UNLOAD_QUOTA
    };
    endings.extract_if(.., does_not_fit).collect()
}
