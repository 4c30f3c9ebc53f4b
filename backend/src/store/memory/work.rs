//! What is due: claimed, done, or to be tried again.

use super::{
    records::to_usize,
    state::{Stage, State},
};
use crate::core::{Budget, Claim, Class, Millis, Work};

impl State {
    pub(super) fn claim(&mut self, claim: &Claim) -> Vec<Work> {
        let most = to_usize(claim.most);
        let ready = self.ready.get(&claim.class).into_iter().flatten();
        let keys = ready.map(|(_, key)| key.clone());
        // What is unknown is taken from both ends of its line, by turns as it were: whoever makes
        // names up in numbers keeps waiting neither who was there before nor who comes after.
        let keys = if claim.class == Class::Unknown && self.now % 2 == 1 {
            keys.rev().take(most).collect()
        } else {
            keys.take(most).collect()
        };
        self.claim_of(keys, claim)
    }

    /// Claims as many of these, which are ready, as may be: the longest life first, and what
    /// is unknown in this order.
    pub(super) fn claim_of(&mut self, mut keys: Vec<String>, claim: &Claim) -> Vec<Work> {
        let life = |key: &String| self.records.get(key).map_or(0, |one| one.expires_at);
        if claim.class == Class::Known {
            keys.sort_by(|one, other| life(other).cmp(&life(one)).then_with(|| one.cmp(other)));
        }
        let most = claim.most.min(super::records::to_u32(keys.len()));
        keys.truncate(to_usize(self.afford(claim, most)));
        let until = self.now.saturating_add(claim.visibility);
        keys.into_iter()
            .filter_map(|key| self.take(key, until))
            .collect()
    }

    fn afford(&mut self, claim: &Claim, most: u32) -> u32 {
        if claim.per_second == 0 || most == 0 {
            return most;
        }
        let fresh = || Budget::new(claim.per_second);
        let budget = self.budgets.entry(claim.class).or_insert_with(fresh);
        budget.set_rate(claim.per_second);
        budget.take(self.now, most)
    }

    fn take(&mut self, key: String, until: Millis) -> Option<Work> {
        let record = self.records.get_mut(&key)?;
        let ready = self.ready.entry(record.class).or_default();
        ready.remove(&(record.rank(), key.clone()));
        record.stage = Stage::Due {
            ready_at: Some(until),
        };
        record.attempts = record.attempts.saturating_add(1);
        self.later.insert((until, key.clone()));
        Some(Work {
            sealed: record.sealed.clone(),
            attempts: record.attempts,
            expires_in: record.expires_at.saturating_sub(self.now),
            reason: record.reason,
            owner: record.owner.clone(),
            session: record.session.clone(),
            class: record.class,
            key,
        })
    }

    /// What was claimed by somebody who died, and what has waited for long enough, is ready.
    pub(super) fn wake(&mut self) {
        while let Some((at, key)) = self.later.first().filter(|(at, _)| *at <= self.now) {
            let (at, key) = (*at, key.clone());
            self.later.pop_first();
            if let Some(record) = self.records.get_mut(&key) {
                record.stage = Stage::Due { ready_at: None };
                record.since = at;
                let ready = self.ready.entry(record.class).or_default();
                ready.insert((record.rank(), key));
            }
        }
    }

    pub(super) fn done(&mut self, works: &[Work]) {
        for work in works {
            let Some(record) = self.records.get(&work.key) else {
                continue;
            };
            if work.class == Class::Unknown {
                // Whoever makes names up must not fill the record with them.
                self.remove(&work.key);
                continue;
            }
            let is_live = record.stage == Stage::Live;
            if let Some(record) = self.records.remove(&work.key) {
                self.unqueue(&work.key, &record);
                let record = super::state::Record {
                    stage: Stage::Dead,
                    sealed: Vec::new(),
                    ..record
                };
                self.records.insert(work.key.clone(), record);
            }
            self.live -= u64::from(is_live);
        }
    }

    pub(super) fn retry(&mut self, works: &[(Work, Millis)]) {
        for (work, after) in works {
            let Some(record) = self.records.get_mut(&work.key) else {
                continue;
            };
            // Another one may have done it since its claim ran out.
            let Stage::Due {
                ready_at: Some(ready_at),
            } = record.stage
            else {
                continue;
            };
            let until = self.now.saturating_add(*after);
            self.later.remove(&(ready_at, work.key.clone()));
            record.stage = Stage::Due {
                ready_at: Some(until),
            };
            self.later.insert((until, work.key.clone()));
        }
    }
}
