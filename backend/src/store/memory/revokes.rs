//! What is withdrawn, and what is enlisted of which nothing is on record.

use std::collections::{BTreeSet, HashMap};

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
                let key = index.get(name);
                match key.filter(|key| !is_of(&self.records, key, Class::Unknown)) {
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
                Some(Stage::Due { ready_at: None })
                    if is_of(&self.records, &key, withdraw.claim.class) =>
                {
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
        let most = if session.owner.is_some() {
            limits.named_tombstones
        } else {
            limits.named_by_strangers
        };
        let mut are_too_many = false;
        for id in &withdraw.pending {
            let key = session.ids.get(id);
            keys.extend(key.cloned());
            // One that is being minted may come a second time, after the first has failed.
            let record = key.and_then(|key| self.records.get(key));
            let is_minted = record.is_some_and(|one| !matches!(one.stage, Stage::Minting { .. }));
            if limits.tombstone == 0 || is_minted {
                continue;
            }
            let has_room = session.withdrawn_ids.len() < to_usize(most);
            if has_room || session.withdrawn_ids.contains_key(id) {
                session.withdrawn_ids.insert(id.clone(), until);
            } else {
                are_too_many = true;
            }
        }
        if withdraw.whole_session {
            keys.extend(session.ids.values().cloned());
        }
        // Too many to remember one by one: whatever comes may be one of them. But what is on
        // record and was not named is none.
        if withdraw.whole_session || are_too_many {
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
        // What is named twice is named once, and proven if it is so by either.
        let items = enlist.items.iter();
        let (known, unknown): (Vec<_>, Vec<_>) = items.partition(|one| one.class == Class::Known);
        for item in known.into_iter().chain(unknown) {
            if !named.insert(&item.key) {
                continue;
            }
            if self.records.contains_key(&item.key) {
                if item.class == Class::Known {
                    self.prove(&item.key);
                }
            } else {
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
                    lost: 0,
                    attempts: 0,
                    reason: None,
                    since: 0,
                };
                self.live += 1;
                self.records.insert(item.key.clone(), record);
            }
            let place = usize::from(is_of(&self.records, &item.key, Class::Unknown));
            match self.end(&item.key, enlist.reason, 0) {
                Some(Stage::Due { ready_at: None }) => due[place].push(item.key.clone()),
                Some(Stage::Due { ready_at: Some(_) }) => enlisted.due += 1,
                Some(Stage::Minting { .. } | Stage::Live | Stage::Dead) | None => {}
            }
        }
        let [_, unknown] = &mut due;
        unknown.sort();
        let all = self.ready.get(&Class::Unknown).map_or(0, BTreeSet::len);
        let mut claims = [enlist.claim, enlist.claim_unknown];
        if all > unknown.len() {
            // Others have waited for longer.
            claims[1].most = 0;
        }
        for (due, claim) in due.into_iter().zip(&claims) {
            let all = due.len();
            let works = self.claim_of(due, claim);
            enlisted.due += to_u32(all - works.len());
            enlisted.works.extend(works);
        }
        enlisted
    }

    /// It is known from now on, and leaves the line of what is not.
    fn prove(&mut self, key: &str) {
        if !is_of(&self.records, key, Class::Unknown) {
            return;
        }
        let Some(mut record) = self.records.remove(key) else {
            return;
        };
        self.unqueue(key, &record);
        self.unknown = self.unknown.saturating_sub(1);
        record.class = Class::Known;
        match record.stage {
            Stage::Due { ready_at: None } => {
                let ready = self.ready.entry(record.class).or_default();
                ready.insert((record.rank(), key.to_owned()));
            }
            Stage::Due { ready_at: Some(at) } => _ = self.later.insert((at, key.to_owned())),
            Stage::Minting { .. } | Stage::Live | Stage::Dead => {}
        }
        self.records.insert(key.to_owned(), record);
    }
}

fn is_of(records: &HashMap<String, Record>, key: &str, class: Class) -> bool {
    records.get(key).is_some_and(|record| record.class == class)
}
