//! What the clock does.

use super::super::code::Code;
use super::super::ending::Ending;
use super::super::error::{Error, Failure};
use super::super::names::GrantId;
use super::super::output::{Notice, Output, Reason};
use super::super::table::Cursor;
use super::super::time::{ASLEEP, Moment};
use super::Machine;

impl Machine {
    /// Does what the clock has made due; drain [`Machine::poll_output`]
    /// afterwards. Calling it early or twice does no harm.
    pub fn handle_timeout(&mut self, now: Moment) {
        if !self.next_due().reached(now) {
            return;
        }
        self.look_at_the_clock(now);
    }

    /// As [`Machine::handle_timeout`], and also starts what became wanted by
    /// something else than the clock.
    pub(super) fn look_at_the_clock(&mut self, now: Moment) {
        self.look_at_the_lease(now);
        let mut dead = Vec::new();
        let mut all = Cursor::default();
        while let Some(id) = self.grants.next(&mut all) {
            self.expire(id, now, &mut dead);
            self.give_up_request(id, now);
            self.give_up_waiters(id, now);
            self.refresh_ahead(id, now);
        }
        self.end(dead, Reason::Expired, None);
        self.look_at_the_revokes(now);
        self.schedule_all();
    }

    fn expire(&mut self, id: GrantId, now: Moment, dead: &mut Vec<Ending>) {
        let Some(grant) = self.grants.get_mut(id) else {
            return;
        };
        let mut over = Vec::new();
        if let Some(expired) = grant.current.take_if(|token| token.expired_at.reached(now)) {
            // Those who hold an older one have had a whole life to change over.
            over.append(&mut grant.superseded);
            grant.superseded.push(expired);
            self.out.push(Output::Notify(id, Notice::Expired));
        }
        over.extend(
            grant
                .superseded
                .extract_if(.., |token| token.dead_at().reached(now)),
        );
        for token in over {
            if token.outlives() || !token.dead_at().reached(now) {
                dead.push(token.into());
            } else {
                self.out.push(Output::Forget(token.generation));
            }
        }
    }

    fn give_up_request(&mut self, id: GrantId, now: Moment) {
        let Some(grant) = self.grants.get_mut(id) else {
            return;
        };
        let Some(flight) = grant.flight.take_if(|flight| flight.due.reached(now)) else {
            return;
        };
        let slept = flight.due.overshoot(now) > ASLEEP && !grant.excused;
        grant.excused |= slept;
        self.abort(vec![flight.generation]);
        self.remember_unanswered(flight.generation);
        if slept {
            self.request_if_wanted(id, now);
        } else {
            self.failed(id, flight.started, Failure::Timeout, now);
        }
    }

    fn give_up_waiters(&mut self, id: GrantId, now: Moment) {
        let Some(grant) = self.grants.get_mut(id) else {
            return;
        };
        for mut waiter in std::mem::take(&mut grant.waiters) {
            if !waiter.due.reached(now) {
                grant.waiters.push(waiter);
            } else if waiter.due.overshoot(now) > ASLEEP && !waiter.excused {
                waiter.excused = true;
                waiter.due = now.after(waiter.timeout);
                grant.waiters.push(waiter);
            } else {
                let error = grant.error().unwrap_or(Error::new(Code::Timeout));
                self.out.push(Output::Reject(waiter.caller, error));
            }
        }
    }

    fn refresh_ahead(&mut self, id: GrantId, now: Moment) {
        let token = self.grants.get(id).and_then(|grant| grant.current.as_ref());
        if token.is_some_and(|token| token.refresh_at.reached(now)) {
            self.mark_expiring(id, now);
        }
        self.request_if_wanted(id, now);
    }
}
