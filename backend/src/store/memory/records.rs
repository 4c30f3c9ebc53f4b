//! Token requests: entered, minted, made due.

use super::state::{Record, Stage, State};
use crate::core::{Admit, Admitted, Begin, Begun, Class, Fate, Millis, Reason};

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
            lost: limits.longest_life,
            attempts: 0,
            reason: None,
            since: 0,
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
            // Whoever asks again has not heard the answer, and has yet to mint.
            Stage::Minting {
                is_withdrawn: false,
            } if *key == begin.key => Begun::Begun,
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
        if let Some(before) = known.filter(|one| one.token == Some(admit.token)) {
            return if before.stage == Stage::Live {
                Admitted::Live
            } else {
                Admitted::Due
            };
        }
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
                lost: 0,
                attempts: 0,
                reason: Some(Reason::Unrecorded),
                since: 0,
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

    pub(super) fn abandon(&mut self, key: &str, lost: Millis) {
        let stage = self.records.get(key).map(|record| record.stage);
        if matches!(stage, Some(Stage::Minting { .. })) {
            if lost > 0 {
                self.lose(key, self.now.saturating_add(lost));
            }
            self.remove(key);
        }
    }

    /// Ends a record: due if its token is out, withdrawn if it is being minted, which then has
    /// `minting` from now. The answer is the stage that it is in now.
    pub(super) fn end(&mut self, key: &str, reason: Option<Reason>, minting: u64) -> Option<Stage> {
        let record = self.records.get_mut(key)?;
        match record.stage {
            Stage::Minting { .. } => {
                let stage = Stage::Minting { is_withdrawn: true };
                record.stage = stage;
                record.reason = record.reason.or(reason);
                // Whoever waits for its end must not take the end of its time for that.
                let until = self.now.saturating_add(minting).max(record.expires_at);
                self.by_expiry.remove(&(record.expires_at, key.to_owned()));
                record.expires_at = until;
                self.by_expiry.insert((until, key.to_owned()));
                Some(stage)
            }
            Stage::Live => {
                self.make_due(key, reason);
                Some(Stage::Due { ready_at: None })
            }
            stage @ (Stage::Due { .. } | Stage::Dead) => Some(stage),
        }
    }

    pub(super) fn make_due(&mut self, key: &str, reason: Option<Reason>) {
        let Some(record) = self.records.get_mut(key) else {
            return;
        };
        if record.stage == Stage::Live {
            self.live -= 1;
        }
        record.stage = Stage::Due { ready_at: None };
        record.reason = record.reason.or(reason);
        record.since = self.now;
        let ready = self.ready.entry(record.class).or_default();
        ready.insert((record.rank(), key.to_owned()));
    }

    pub(super) fn fate(&self, session: &str, key: &str) -> Fate {
        let session = self.sessions.get(session);
        match self.records.get(key).map(|record| record.stage) {
            // It may be the one that was lost.
            None if session.is_some_and(|one| one.lost_until > self.now) => Fate::Alive,
            None | Some(Stage::Dead) => Fate::Dead,
            Some(Stage::Minting { .. } | Stage::Live | Stage::Due { .. }) => Fate::Alive,
        }
    }
}

pub(super) fn to_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

pub(super) fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
