//! Records that end: what somebody names that is not on record, and what is.

use std::{cmp::Reverse, collections::BTreeSet};

use super::{
    records::to_u32,
    state::{Record, Stage, State},
};
use crate::core::{Class, Enlist, Enlisted, Fate, Reason};

impl State {
    pub(super) fn enlist(&mut self, enlist: &Enlist) -> Enlisted {
        let mut enlisted = Enlisted::default();
        let mut due = [Vec::new(), Vec::new()];
        let mut named = BTreeSet::new();
        for item in &enlist.items {
            if !named.insert(&item.key) {
                continue;
            }
            if !self.records.contains_key(&item.key) {
                let is_unknown = item.class == Class::Unknown;
                if is_unknown && self.unknown >= enlist.limits.unknown {
                    enlisted.refused += 1;
                    continue;
                }
                self.unknown += u32::from(is_unknown);
                let expires_at = self.now.saturating_add(item.expires_in.max(1));
                self.by_expiry.insert((expires_at, item.key.clone()));
                self.by_token.insert(item.token, item.key.clone());
                let record = Record {
                    session: None,
                    id: String::new(),
                    owner: None,
                    asks_for: None,
                    class: item.class,
                    stage: Stage::Live,
                    sealed: item.sealed.clone(),
                    token: Some(item.token),
                    handle: None,
                    expires_at,
                    attempts: 0,
                    reason: None,
                };
                self.live += 1;
                self.records.insert(item.key.clone(), record);
            }
            let place = usize::from(item.class == Class::Unknown);
            match self.end(&item.key, enlist.reason, 0) {
                Some(Stage::Due { ready_at: None }) => due[place].push(item.key.clone()),
                Some(Stage::Due { ready_at: Some(_) }) => enlisted.due += 1,
                Some(Stage::Minting { .. } | Stage::Live | Stage::Dead) | None => {}
            }
        }
        for (due, claim) in due.into_iter().zip([&enlist.claim, &enlist.claim_unknown]) {
            let all = due.len();
            let works = self.claim_of(due, claim);
            enlisted.due += to_u32(all - works.len());
            enlisted.works.extend(works);
        }
        enlisted
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

    pub(super) fn is_of(&self, key: &str, class: Class) -> bool {
        self.records
            .get(key)
            .is_some_and(|record| record.class == class)
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
        let ready = self.ready.entry(record.class).or_default();
        ready.insert((Reverse(record.expires_at), key.to_owned()));
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
