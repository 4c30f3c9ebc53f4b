//! Which page lives were heard, and which have fallen silent.

use super::{
    records::to_usize,
    state::{Lease, State},
};
use crate::core::{Heard, Heartbeat, Lapsed, Limits, Millis, Owner, Reason, Say, Sign};

impl State {
    pub(super) fn heartbeat(&mut self, heartbeat: &Heartbeat) -> Heard {
        let name = heartbeat.session.as_str();
        if let Some(owner) = self.stranger_to(name, &heartbeat.owner)
            && !heartbeat.takes_over
        {
            return Heard::NotYours { owner };
        }
        self.lapse_late(name, heartbeat.term, &heartbeat.limits);
        let session = self.sessions.get(name);
        let has_lease = session.is_some_and(|one| one.lease.is_some());
        if !has_lease && heartbeat.sign != Sign::Begins {
            return Heard::Ended;
        }
        if !self.has_room_for_lease(name, &heartbeat.owner, &heartbeat.limits) {
            return Heard::Full;
        }
        if heartbeat.sign != Sign::Looks {
            self.adopt(name, &heartbeat.owner);
            self.hear(name, heartbeat.term);
        }
        let session = self.sessions.get_mut(name);
        let Some(lease) = session.and_then(|one| one.lease.as_mut()) else {
            return Heard::Ended;
        };
        Heard::Renewed {
            is_first: !std::mem::replace(&mut lease.is_told, true),
            said: lease.said.clone(),
            recalls: lease.recalls.clone(),
            version: lease.version,
        }
    }

    pub(super) fn say(&mut self, say: &Say) -> bool {
        let session = self.sessions.get_mut(&say.session);
        let lease = session.and_then(|one| one.lease.as_mut());
        let Some(lease) = lease.filter(|lease| lease.version == say.version) else {
            return false;
        };
        lease.version += 1;
        lease.said.clone_from(&say.said);
        let taken = to_usize(say.recalls).min(lease.recalls.len());
        lease.recalls.drain(..taken);
        true
    }

    /// Begins the term of a page life anew, or its lease.
    pub(super) fn hear(&mut self, name: &str, term: Millis) {
        let ends_at = self.now.saturating_add(term);
        let Some(session) = self.sessions.get_mut(name) else {
            return;
        };
        let is_new = session.lease.is_none();
        let lease = session.lease.get_or_insert_with(Lease::default);
        self.by_lease_end.remove(&(lease.ends_at, name.to_owned()));
        lease.ends_at = ends_at;
        self.by_lease_end.insert((ends_at, name.to_owned()));
        let sign_in = session.owner.as_ref().map(|owner| owner.sign_in.clone());
        if let Some(sign_in) = sign_in.filter(|_| is_new) {
            self.count_lease(&sign_in, true);
        }
    }

    pub(super) fn has_room_for_lease(&self, name: &str, owner: &Owner, limits: &Limits) -> bool {
        let has_one = self
            .sessions
            .get(name)
            .is_some_and(|one| one.lease.is_some());
        let count = self.leases_of.get(&owner.sign_in).copied().unwrap_or(0);
        has_one
            || count < limits.leases_per_sign_in
                && self.by_lease_end.len() < to_usize(limits.records)
    }

    pub(super) fn lapse(&mut self, term: Millis, most: u32, limits: &Limits) -> Lapsed {
        let is_waiting = self.is_grace(term, limits);
        self.watched_at = self.now;
        let mut lapsed = Lapsed {
            is_waiting,
            ..Lapsed::default()
        };
        while !is_waiting
            && lapsed.sessions < most
            && let Some((_, name)) = self.by_lease_end.first().filter(|(at, _)| *at <= self.now)
        {
            let name = name.clone();
            lapsed.due += self.end_lease(&name);
            lapsed.sessions += 1;
        }
        lapsed
    }

    /// One that comes too late must not revive what has lapsed.
    pub(super) fn lapse_late(&mut self, name: &str, term: Millis, limits: &Limits) {
        if self.is_grace(term, limits) {
            return;
        }
        let session = self.sessions.get(name);
        let lease = session.and_then(|one| one.lease.as_ref());
        if lease.is_some_and(|lease| lease.ends_at <= self.now) {
            self.end_lease(name);
        }
    }

    fn end_lease(&mut self, name: &str) -> u32 {
        let Some(session) = self.sessions.get_mut(name) else {
            return 0;
        };
        let lease = session.lease.take();
        let sign_in = session.owner.as_ref().map(|owner| owner.sign_in.clone());
        if let Some(lease) = lease {
            self.by_lease_end.remove(&(lease.ends_at, name.to_owned()));
            if let Some(sign_in) = sign_in {
                self.count_lease(&sign_in, false);
            }
        }
        let due = self.end_all(name, Reason::Lapsed);
        self.forget_session(name);
        due
    }

    /// Whether nobody could be heard lately.
    fn is_grace(&mut self, term: Millis, limits: &Limits) -> bool {
        if self.now.saturating_sub(self.watched_at) > limits.watch_gap {
            self.grace_until = self.now.saturating_add(term);
            self.watched_at = self.now;
        }
        self.now < self.grace_until
    }

    pub(super) fn count_lease(&mut self, sign_in: &str, is_more: bool) {
        let count = self.leases_of.entry(sign_in.to_owned()).or_default();
        *count = if is_more {
            count.saturating_add(1)
        } else {
            count.saturating_sub(1)
        };
        if *count == 0 {
            self.leases_of.remove(sign_in);
        }
    }
}
