//! How tokens end: dropped here, and then revoked or named in a farewell.

use super::super::ending::Ending;
use super::super::names::{CallerId, Generation, GrantId};
use super::super::output::{Notice, Output, Reason, Revoked, Sending};
use super::super::table::Cursor;
use super::super::time::{Millis, Moment};
use super::Machine;
use super::farewell::NOTHING;

/// How long a client that is closed waits for answers to requests that it let
/// go of, to revoke what they bring: 1 minute. An app's own provider may never
/// settle, and must not keep the client for ever.
const LATE_ANSWERS: Millis = Millis(60_000);

impl Machine {
    pub(super) fn revoke_grant(&mut self, id: GrantId, caller: CallerId) {
        let mut endings = Vec::new();
        self.empty(id, Reason::Explicit, &mut endings);
        self.end(endings, Reason::Explicit, Some(caller));
    }

    pub(super) fn revoke_all(&mut self, caller: CallerId) {
        self.empty_all(Reason::Logout, Some(caller));
        self.end_lease();
    }

    pub(super) fn close(&mut self, caller: CallerId, now: Moment) {
        self.life.closed = true;
        self.revokes.lets_go_at = now.after(LATE_ANSWERS);
        self.empty_all(Reason::Explicit, Some(caller));
        self.end_lease();
        let mut all = Cursor::default();
        while let Some(id) = self.grants.next(&mut all) {
            self.grants.remove(id);
        }
        self.schedule_all();
    }

    pub(super) fn evict(&mut self, id: GrantId) {
        let mut endings = Vec::new();
        self.empty(id, Reason::Evicted, &mut endings);
        self.grants.remove(id);
        self.notify(id, Notice::Gone);
        self.end(endings, Reason::Evicted, None);
    }

    pub(super) fn end(&mut self, endings: Vec<Ending>, reason: Reason, caller: Option<CallerId>) {
        let open = endings.iter().filter(|one| one.is_open);
        let open: Vec<_> = open.map(|one| one.generation).collect();
        let dropped = (endings.len() - open.len()) as u32;
        if self.life.away {
            self.end_at_once(dropped, reason, caller);
        } else {
            self.send(endings, dropped, reason, caller);
        }
        self.abort(open);
    }

    /// Everything goes with the page, what was sent but not confirmed included.
    /// `told`: what is named already, and all before it.
    pub(super) fn say_farewell(&mut self, reason: Reason, told: Option<Generation>) {
        let farewell = self.out.alive.farewell(told.unwrap_or(NOTHING));
        if self.endpoints.revoke && !farewell.is_empty() {
            for name in farewell.names {
                self.emit(Output::Name(name));
            }
            let request = self.new_request();
            self.emit(Output::Revoke {
                request,
                sending: Sending::Unload,
                reason,
                whole_session: farewell.whole_session,
                is_short: farewell.is_short,
            });
        }
        while let Some(generation) = self.out.alive.any() {
            self.emit(Output::Forget(generation));
        }
        self.out.alive.has_lost_track = false;
        self.revokes.unanswered.clear();
        self.revokes.unrevoked.clear();
        for (_, revoked) in &mut self.revokes.last_answers {
            revoked.confirmed = false;
        }
        while let Some(sent) = self.revokes.sent.pop() {
            self.answer_caller(&sent, false);
        }
    }

    /// Takes a grant's tokens and its request.
    pub(super) fn take_endings(&mut self, id: GrantId, endings: &mut Vec<Ending>) -> bool {
        let Some(grant) = self.grants.get_mut(id) else {
            return false;
        };
        let had_tokens = grant.take_tokens(endings);
        let Some(flight) = grant.flight.take() else {
            return had_tokens;
        };
        endings.push(Ending::of_request(flight.generation, true));
        self.pace.failed(grant.name, flight.started);
        true
    }

    /// Comes after the revoke, which nothing may delay: an app's own provider
    /// can run code when its request is aborted.
    pub(super) fn abort(&mut self, open: Vec<Generation>) {
        for generation in open {
            self.revokes.given_up.push(generation);
            self.emit(Output::AbortRequest(generation));
        }
    }

    pub(super) fn empty_all(&mut self, reason: Reason, caller: Option<CallerId>) {
        let mut endings = Vec::new();
        let mut all = Cursor::default();
        while let Some(id) = self.grants.next(&mut all) {
            self.empty(id, reason, &mut endings);
        }
        self.end(endings, reason, caller);
    }

    /// Nobody can wait for what becomes of it: the page is not there.
    fn end_at_once(&mut self, dropped: u32, reason: Reason, caller: Option<CallerId>) {
        let had_any = self.out.alive.any().is_some() || self.out.alive.has_lost_track;
        self.say_farewell(reason, None);
        if let Some(caller) = caller {
            let revoked = Revoked {
                tokens: dropped,
                confirmed: !had_any,
            };
            self.emit(Output::Revoked(caller, revoked));
        }
    }

    fn empty(&mut self, id: GrantId, reason: Reason, endings: &mut Vec<Ending>) {
        let had_waiters = self
            .grants
            .get(id)
            .is_some_and(|one| !one.waiters.is_empty());
        let error = self.closed_error();
        self.reject_waiters(id, error);
        let is_of_app = matches!(reason, Reason::Explicit | Reason::Logout);
        let last = Generation(self.numbers.0);
        let Some(grant) = self.grants.get_mut(id) else {
            return;
        };
        // Or it would be asked for again by itself once the page is seen.
        grant.used = false;
        let mut was_asked = false;
        if is_of_app {
            grant.ended = last;
            was_asked = std::mem::take(&mut grant.asked);
        }
        // Who has asked is to hear that the app wants an end, though there is no token just now;
        // and who waited, why they were turned away.
        if self.take_endings(id, endings) || was_asked || had_waiters {
            self.notify(id, Notice::Revoked(reason));
        }
    }
}
