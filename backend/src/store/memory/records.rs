//! Token requests: entered, minted, withdrawn, made due.

use super::state::{Record, Session, Stage, State};
use crate::core::{Admit, Admitted, Begin, Begun, Class, Reason, Withdraw, Withdrawn};

impl State {
    pub(super) fn begin(&mut self, begin: &Begin) -> Begun {
        let Begin { name, limits, .. } = begin;
        let session = name.session.as_str();
        let former = self.stranger_to(session, &begin.owner);
        let passes_on = former.is_some();
        if let Some(owner) = former.filter(|_| !begin.takes_over) {
            return Begun::NotYours { owner };
        }
        if let Some(term) = begin.lease {
            self.lapse_late(session, term, limits);
        }
        if self.is_withdrawn(session, &name.id) {
            return Begun::Withdrawn;
        }
        // What was minted for the former must not be taken for the answer to this one.
        if passes_on && self.sessions.contains_key(session) {
            self.adopt(session, &begin.owner);
        }
        if let Some(begun) = self.begun_before(begin) {
            return begun;
        }
        let ids = self.sessions.get(session).map_or(0, |one| one.ids.len());
        if self.records.len() >= to_usize(limits.records)
            || ids >= to_usize(limits.per_session)
            || begin.lease.is_some() && !self.has_room_for_lease(session, &begin.owner, limits)
        {
            return Begun::Full;
        }
        self.adopt(session, &begin.owner);
        if let Some(term) = begin.lease {
            self.hear(session, term);
        }
        let expires_at = self.now.saturating_add(limits.minting);
        self.by_expiry.insert((expires_at, begin.key.clone()));
        if let Some(one) = self.sessions.get_mut(session) {
            one.ids.insert(name.id.clone(), begin.key.clone());
        }
        let record = Record {
            session: Some(name.session.clone()),
            id: name.id.clone(),
            owner: Some(begin.owner.clone()),
            asks_for: Some(begin.asks_for),
            class: Class::Known,
            stage: Stage::Minting {
                is_withdrawn: false,
            },
            sealed: Vec::new(),
            token: None,
            handle: None,
            expires_at,
            attempts: 0,
            reason: None,
        };
        self.records.insert(begin.key.clone(), record);
        Begun::Begun
    }

    /// What became of the same request when it came before.
    fn begun_before(&self, begin: &Begin) -> Option<Begun> {
        let session = self.sessions.get(&begin.name.session)?;
        let key = session.ids.get(&begin.name.id)?;
        let record = self.records.get(key)?;
        if record.asks_for != Some(begin.asks_for) {
            return Some(Begun::Mismatch);
        }
        Some(match record.stage {
            Stage::Minting {
                is_withdrawn: false,
            } => Begun::Minting,
            Stage::Live => Begun::Minted {
                sealed: record.sealed.clone(),
                key: key.clone(),
                expires_in: record.expires_at.saturating_sub(self.now),
            },
            Stage::Minting { is_withdrawn: true } | Stage::Due { .. } | Stage::Dead => {
                Begun::Withdrawn
            }
        })
    }

    fn is_withdrawn(&self, session: &str, id: &str) -> bool {
        self.sessions.get(session).is_some_and(|one| {
            let by_name = one.withdrawn_ids.get(id).copied().unwrap_or(0);
            one.withdrawn_until.max(by_name) > self.now
        })
    }

    pub(super) fn admit(&mut self, admit: &Admit) -> Admitted {
        let known = self.records.get(&admit.key);
        let stage = known.map(|record| record.stage);
        let is_wanted = matches!(
            stage,
            Some(Stage::Minting {
                is_withdrawn: false
            })
        );
        if !matches!(stage, Some(Stage::Minting { .. })) {
            // Its place is not there any more: nobody waits for it.
            self.remove(&admit.key);
            let record = Record {
                session: Some(admit.name.session.clone()),
                id: admit.name.id.clone(),
                owner: None,
                asks_for: None,
                class: Class::Known,
                stage: Stage::Dead,
                sealed: Vec::new(),
                token: None,
                handle: None,
                expires_at: 0,
                attempts: 0,
                reason: Some(Reason::Unrecorded),
            };
            self.records.insert(admit.key.clone(), record);
        }
        let expires_at = self.now.saturating_add(admit.expires_in.max(1));
        if let Some(record) = self.records.get_mut(&admit.key) {
            self.by_expiry
                .remove(&(record.expires_at, admit.key.clone()));
            record.expires_at = expires_at;
            record.sealed.clone_from(&admit.sealed);
            record.token = Some(admit.token);
            record.handle = admit.handle;
            record.stage = Stage::Live;
        }
        self.live += 1;
        self.by_expiry.insert((expires_at, admit.key.clone()));
        self.by_token.insert(admit.token, admit.key.clone());
        if let Some(handle) = admit.handle {
            self.by_handle.insert(handle, admit.key.clone());
        }
        if is_wanted {
            return Admitted::Live;
        }
        self.make_due(&admit.key, None);
        Admitted::Due
    }

    pub(super) fn abandon(&mut self, key: &str) {
        let stage = self.records.get(key).map(|record| record.stage);
        if matches!(stage, Some(Stage::Minting { .. })) {
            self.remove(key);
        }
    }

    pub(super) fn withdraw(&mut self, withdraw: &Withdraw) -> Withdrawn {
        let mut withdrawn = Withdrawn {
            is_complete: self.is_first
                || self.now.saturating_sub(self.since) >= withdraw.limits.longest_life,
            ..Withdrawn::default()
        };
        let mut keys = Vec::new();
        for (index, names, unknown) in [
            (
                &self.by_token,
                &withdraw.tokens,
                &mut withdrawn.unknown_tokens,
            ),
            (
                &self.by_handle,
                &withdraw.handles,
                &mut withdrawn.unknown_handles,
            ),
        ] {
            for (place, name) in (0..).zip(names) {
                match index.get(name) {
                    Some(key) => keys.push(key.clone()),
                    None => unknown.push(place),
                }
            }
        }
        if let Some(session) = &withdraw.session {
            keys.extend(self.withdraw_requests(session, withdraw, &mut withdrawn));
        }
        keys.sort();
        keys.dedup();
        let mut due = Vec::new();
        for key in keys {
            match self.end(&key, withdraw.reason, withdraw.limits.minting) {
                Some(Stage::Minting { .. }) => withdrawn.minting.push(key),
                // A made-up token that was named before is on record, and no better known.
                Some(Stage::Due { ready_at: None }) if self.is_of(&key, withdraw.claim.class) => {
                    due.push(key);
                }
                Some(Stage::Due { .. }) => withdrawn.due += 1,
                Some(Stage::Live | Stage::Dead) | None => {}
            }
        }
        let all = due.len();
        withdrawn.works = self.claim_of(due, &withdraw.claim);
        withdrawn.due += to_u32(all - withdrawn.works.len());
        withdrawn
    }

    /// The records of what is named by request, and tombstones for the rest.
    fn withdraw_requests(
        &mut self,
        name: &str,
        withdraw: &Withdraw,
        withdrawn: &mut Withdrawn,
    ) -> Vec<String> {
        let limits = &withdraw.limits;
        if !withdraw.whole_session && withdraw.pending.is_empty() {
            return Vec::new();
        }
        if !self.sessions.contains_key(name) {
            withdrawn.has_unknown_requests = true;
            if limits.tombstone == 0 {
                return Vec::new();
            }
            if self.strangers >= limits.strangers {
                withdrawn.is_refused = true;
                return Vec::new();
            }
            self.strangers += 1;
            self.sessions.insert(name.to_owned(), Session::default());
        }
        let now = self.now;
        let until = now.saturating_add(limits.tombstone);
        let Some(session) = self.sessions.get_mut(name) else {
            return Vec::new();
        };
        let mut keys = Vec::new();
        session.withdrawn_ids.retain(|_, until| *until > now);
        let mut is_whole = withdraw.whole_session;
        withdrawn.has_unknown_requests |= is_whole;
        for id in &withdraw.pending {
            let key = session.ids.get(id);
            keys.extend(key.cloned());
            withdrawn.has_unknown_requests |= key.is_none();
            // One that is being minted may come a second time, after the first has failed.
            let record = key.and_then(|key| self.records.get(key));
            let is_minted = record.is_some_and(|one| !matches!(one.stage, Stage::Minting { .. }));
            if limits.tombstone == 0 || is_minted {
                continue;
            }
            let has_room = session.withdrawn_ids.len() < to_usize(limits.named_tombstones);
            if has_room || session.withdrawn_ids.contains_key(id) {
                session.withdrawn_ids.insert(id.clone(), until);
            } else {
                // Too many to remember one by one: then the whole page life.
                is_whole = true;
            }
        }
        if is_whole {
            keys.extend(session.ids.values().cloned());
            session.withdrawn_until = session.withdrawn_until.max(until);
        }
        // What was lost with an instance may be among what is not on record.
        withdrawn.is_complete &= session.lost_until <= now;
        self.by_end.insert((until, name.to_owned()));
        keys
    }
}

pub(super) fn to_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

pub(super) fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
