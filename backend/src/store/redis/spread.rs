//! The operations that are about more than one page life: a call to each shard that may
//! have something of it, one after the other.

use std::{
    collections::BTreeMap,
    sync::{MutexGuard, PoisonError},
};

use super::{
    Redis,
    calls::{millis, minting},
    link::Shard,
    replies::{class_name, read_works},
    scripts::Name,
};
use crate::{
    core::{
        Claim, Class, Lapsed, Limits, Millis, Recall, RecallOp, RecallScope, Stats, Withdraw,
        Withdrawn, Work,
    },
    store::StoreError,
};

/// How many page lives one call ends or recalls at the most: a script holds the server up.
const MOST_SESSIONS: u32 = 100;

impl Redis {
    /// What the page life that speaks has is on its shard. What is not there may be that
    /// of another one: a page has a new name after it was away.
    pub(super) async fn do_withdraw(&self, withdraw: &Withdraw) -> Result<Withdrawn, StoreError> {
        let home = withdraw
            .session
            .as_deref()
            .map_or(0, |one| self.place_of(one));
        let mut met = self.withdraw_on(&self.shards[home], withdraw).await?;
        for (place, shard) in self.shards.iter().enumerate() {
            if met.unknown_tokens.is_empty() && met.unknown_handles.is_empty() {
                break;
            }
            if place == home {
                continue;
            }
            let pick = |names: &[_], places: &[u32]| {
                let names = places.iter().filter_map(|at| names.get(index(*at)));
                names.copied().collect()
            };
            let rest = Withdraw {
                session: None,
                pending: Vec::new(),
                whole_session: false,
                tokens: pick(&withdraw.tokens, &met.unknown_tokens),
                handles: pick(&withdraw.handles, &met.unknown_handles),
                claim: without(&withdraw.claim, met.works.len()),
                ..*withdraw
            };
            let more = self.withdraw_on(shard, &rest).await?;
            let still = |places: &[u32], of: &[u32]| {
                let places = places.iter().filter_map(|at| of.get(index(*at)));
                places.copied().collect()
            };
            met.unknown_tokens = still(&more.unknown_tokens, &met.unknown_tokens);
            met.unknown_handles = still(&more.unknown_handles, &met.unknown_handles);
            met.works.extend(more.works);
            met.minting.extend(more.minting);
            met.due = met.due.saturating_add(more.due);
        }
        met.minting.sort();
        Ok(met)
    }

    pub(super) async fn do_recall(&self, op: &RecallOp) -> Result<u64, StoreError> {
        if let RecallScope::Session(name) = &op.scope {
            return recall_on(self.shard_of(name), op).await;
        }
        let mut due = 0_u64;
        for shard in &self.shards {
            due = due.saturating_add(recall_on(shard, op).await?);
        }
        Ok(due)
    }

    /// Each shard is looked at, also when enough have ended: that somebody watches is news.
    pub(super) async fn do_lapse(
        &self,
        term: Millis,
        most: u32,
        limits: &Limits,
    ) -> Result<Lapsed, StoreError> {
        let mut all = Lapsed::default();
        for shard in self.in_turn() {
            loop {
                let left = most.saturating_sub(all.sessions).min(MOST_SESSIONS);
                let reply = shard.run(Name::Lapse, |call| {
                    call.arg(millis(term)).arg(left).arg(minting());
                    call.arg(millis(limits.watch_gap));
                });
                let (sessions, due, is_waiting): (u32, u32, bool) = reply.await?;
                all.sessions = all.sessions.saturating_add(sessions);
                all.due = all.due.saturating_add(due);
                all.is_waiting |= is_waiting;
                if sessions == 0 || all.sessions >= most {
                    break;
                }
            }
        }
        Ok(all)
    }

    pub(super) async fn do_claim(&self, claim: &Claim) -> Result<Vec<Work>, StoreError> {
        let mut works = Vec::new();
        for shard in self.in_turn() {
            let rest = without(claim, works.len());
            if rest.most == 0 {
                break;
            }
            let rows = shard.run(Name::Claim, |call| self.claim_into(call, &rest));
            works.extend(read_works(rows.await?));
        }
        if claim.class == Class::Known {
            longest_first(&mut works);
        }
        Ok(works)
    }

    pub(super) async fn do_done(&self, works: &[Work]) -> Result<(), StoreError> {
        for (place, works) in self.by_shard(works, |work| work) {
            let done = self.shards[place].run::<()>(Name::Done, |call| {
                for work in works {
                    call.arg(&work.key).arg(class_name(work.class));
                }
            });
            done.await?;
        }
        Ok(())
    }

    pub(super) async fn do_retry(&self, works: &[(Work, Millis)]) -> Result<(), StoreError> {
        for (place, works) in self.by_shard(works, |(work, _)| work) {
            let retry = self.shards[place].run::<()>(Name::Retry, |call| {
                for (work, after) in works {
                    call.arg(&work.key).arg(millis(*after));
                }
            });
            retry.await?;
        }
        Ok(())
    }

    /// The number is that of all words there were on all shards. How far each was read is
    /// remembered for the last one; with any other, some words are heard once more, which
    /// wakes somebody for nothing.
    pub(super) async fn do_told_since(
        &self,
        number: u64,
    ) -> Result<(u64, Vec<String>), StoreError> {
        let from = match self.told() {
            _ if self.shards.len() == 1 => vec![number],
            told if told.0 == number => told.1.clone(),
            _ => vec![0; self.shards.len()],
        };
        let (mut next, mut words) = (Vec::new(), Vec::new());
        for (shard, from) in self.shards.iter().zip(from) {
            let from = from.min(millis(Millis::MAX));
            let reply = shard.run(Name::Told, |call| _ = call.arg(from));
            let (number, more): (u64, Vec<String>) = reply.await?;
            next.push(number);
            words.extend(more);
        }
        let number = next.iter().copied().fold(0, u64::saturating_add);
        *self.told() = (number, next);
        Ok((number, words))
    }

    pub(super) async fn do_stats(&self) -> Result<Stats, StoreError> {
        let mut all = Stats::default();
        for shard in &self.shards {
            let reply = shard.run(Name::Stats, |_| ());
            let (live, due, leases, unknown): (u64, u64, u64, u64) = reply.await?;
            all.live += live;
            all.due += due;
            all.leases += leases;
            all.unknown += unknown;
        }
        Ok(all)
    }

    /// What is on record with a page life is with that, and the rest by its key.
    fn by_shard<'a, T>(
        &self,
        items: &'a [T],
        work: impl Fn(&T) -> &Work,
    ) -> BTreeMap<usize, Vec<&'a T>> {
        let mut by_shard = BTreeMap::<_, Vec<_>>::new();
        for item in items {
            let Work { session, key, .. } = work(item);
            let place = self.place_of(session.as_ref().unwrap_or(key));
            by_shard.entry(place).or_default().push(item);
        }
        by_shard
    }

    fn told(&self) -> MutexGuard<'_, (u64, Vec<u64>)> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What of it is on this shard, a few page lives at a time.
async fn recall_on(shard: &Shard, op: &RecallOp) -> Result<u64, StoreError> {
    let (kind, name) = op.scope.parts();
    let word = op.recall.to_json().to_string();
    let (mut due, mut cursor) = (0_u64, String::new());
    loop {
        let reply = shard.run(Name::Recall, |call| {
            call.arg(kind).arg(name).arg(&cursor).arg(MOST_SESSIONS);
            call.arg(op.reason.as_str()).arg(minting()).arg(&word);
            match &op.recall {
                Recall::Requests(ids) => {
                    call.arg(ids.len());
                    for id in ids {
                        call.arg(id);
                    }
                }
                Recall::All | Recall::Stop => _ = call.arg(-1),
            }
        });
        let (more, next): (u64, String) = reply.await?;
        due = due.saturating_add(more);
        cursor = next;
        if cursor.is_empty() {
            return Ok(due);
        }
    }
}

/// Each shard has said its own in this order.
fn longest_first(works: &mut [Work]) {
    works.sort_by(|one, other| {
        let lives = other.expires_in.cmp(&one.expires_in);
        lives.then_with(|| one.key.cmp(&other.key))
    });
}

pub(super) fn without(claim: &Claim, taken: usize) -> Claim {
    let taken = u32::try_from(taken).unwrap_or(u32::MAX);
    Claim {
        most: claim.most.saturating_sub(taken),
        ..*claim
    }
}

fn index(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}
