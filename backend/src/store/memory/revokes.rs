//! What is withdrawn, and what is enlisted of which nothing is on record.

use std::collections::BTreeSet;

use super::{
    records::{to_u32, to_usize},
    state::{Record, Session, Stage, State},
};
use crate::core::{Class, Enlist, Enlisted, Withdraw, Withdrawn};

impl State {
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

    fn is_of(&self, key: &str, class: Class) -> bool {
        self.records
            .get(key)
            .is_some_and(|record| record.class == class)
    }
}
