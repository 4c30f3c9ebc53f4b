//! How callers get tokens.

use super::super::code::Code;
use super::super::error::Error;
use super::super::grant::{REFUSAL_HOLD, Waiter};
use super::super::input::Want;
use super::super::names::{CallerId, Generation, GrantId};
use super::super::output::{Notice, Output};
use super::super::table::Cursor;
use super::super::time::Moment;
use super::Machine;

impl Machine {
    pub(super) fn acquire(&mut self, id: GrantId, caller: CallerId, want: Want, now: Moment) {
        if self.lease.has_lapsed(now) {
            self.look_at_the_lease(now);
        }
        let error = self.closed_error();
        let config_timeout = self.config.timeout;
        let Some(grant) = self.grants.touch(id).filter(|_| error.code != Code::Closed) else {
            return self.emit(Output::Reject(caller, error));
        };
        grant.used = true;
        grant.asked = true;
        let force = want.force && !grant.is_refused_again(now);
        if !force && let Some(token) = grant.usable(want.min_ttl, now) {
            let generation = token.generation;
            let due = grant.is_refresh_due(token, now);
            self.out.push(Output::Resolve(caller, generation));
            if due {
                self.mark_expiring(id, now);
                self.request(id, now);
            }
            return;
        }
        let timeout = want.timeout.unwrap_or(config_timeout);
        if let Some(error) = grant.turned_away(timeout, now) {
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

    /// The resource answered 401. Only the token that it refused is dropped:
    /// by the time a late 401 comes in, there may be a newer one.
    pub(super) fn unauthorized(&mut self, id: GrantId, generation: Generation, now: Moment) {
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
        self.life.halted = false;
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
            .is_some_and(|grant| grant.wants_request(self.life.visible, now));
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
        // Asked for once. Where nothing can be requested now, the wish is kept.
        if let Some(grant) = self.grants.get_mut(id) {
            grant.used &= grant.flight.is_none();
        }
    }

    pub(super) fn mark_expiring(&mut self, id: GrantId, now: Moment) {
        let token = self.grants.get_mut(id).and_then(|one| one.current.as_mut());
        if let Some(token) = token.filter(|token| !token.told_expiring) {
            token.told_expiring = true;
            let expires_in = token.dead_at().remaining(now);
            self.notify(id, Notice::Expiring(expires_in));
        }
    }
}
