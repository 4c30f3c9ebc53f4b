//! The operations that are about one page life: each is one call to its shard.

use super::{
    Redis,
    link::Shard,
    replies::{BeginReply, HeartbeatReply, WithdrawReply, class_name},
    scripts::Name,
    wire::Cmd,
};
use crate::{
    core::{
        Admit, Admitted, Begin, Begun, Claim, Fate, Heard, Heartbeat, Limits, Millis, Reason, Say,
        Sign, Withdraw, Withdrawn,
    },
    store::StoreError,
};

/// Numbers in Lua are exact up to 2⁵³, and a time is one of them: now and this make less.
const MOST_MILLIS: Millis = 1 << 52;
/// How much work one call takes at the most: a script holds the server up.
const MOST_WORKS: u32 = 1_000;

impl Redis {
    pub(super) async fn do_begin(&self, begin: &Begin) -> Result<Begun, StoreError> {
        let Begin {
            name,
            owner,
            limits,
            ..
        } = begin;
        let shard = self.shard_of(&name.session);
        let reply = shard.run(Name::Begin, |call| {
            call.arg(&name.session).arg(&name.id).arg(&begin.key);
            call.arg(&owner.user).arg(&owner.sign_in);
            call.arg(begin.asks_for.as_bytes());
            match begin.lease {
                Some(term) => call.arg(millis(term)),
                None => call.arg(""),
            };
            call.arg(begin.takes_over).arg(millis(limits.minting));
            call.arg(millis(limits.watch_gap)).arg(limits.per_session);
            call.arg(self.part(limits.records));
            call.arg(limits.leases_per_sign_in);
            call.arg(millis(limits.longest_life));
        });
        let BeginReply(begun) = reply.await?;
        Ok(begun)
    }

    pub(super) async fn do_admit(&self, admit: &Admit) -> Result<Admitted, StoreError> {
        let shard = self.shard_of(&admit.name.session);
        let is_live = shard.run(Name::Admit, |call| {
            call.arg(&admit.name.session).arg(&admit.name.id);
            call.arg(&admit.key).arg(admit.token.as_bytes());
            match &admit.handle {
                Some(handle) => call.arg(handle.as_bytes()),
                None => call.arg(""),
            };
            call.arg(&*admit.sealed).arg(millis(admit.expires_in));
        });
        Ok(if is_live.await? {
            Admitted::Live
        } else {
            Admitted::Due
        })
    }

    pub(super) async fn do_abandon(
        &self,
        session: &str,
        key: &str,
        lost: Millis,
    ) -> Result<(), StoreError> {
        let shard = self.shard_of(session);
        let abandon = shard.run(Name::Abandon, |call| _ = call.arg(key).arg(millis(lost)));
        abandon.await
    }

    pub(super) async fn do_heartbeat(&self, heartbeat: &Heartbeat) -> Result<Heard, StoreError> {
        let Heartbeat { owner, limits, .. } = heartbeat;
        let shard = self.shard_of(&heartbeat.session);
        let reply = shard.run(Name::Heartbeat, |call| {
            call.arg(&heartbeat.session);
            call.arg(&owner.user).arg(&owner.sign_in);
            call.arg(heartbeat.takes_over).arg(millis(heartbeat.term));
            call.arg(match heartbeat.sign {
                Sign::Begins => "begins",
                Sign::Looks => "looks",
                Sign::Renews => "renews",
            });
            call.arg(minting());
            call.arg(millis(limits.watch_gap));
            call.arg(limits.leases_per_sign_in);
            call.arg(self.part(limits.records));
        });
        let HeartbeatReply(heard) = reply.await?;
        Ok(heard)
    }

    pub(super) async fn do_say(&self, say: &Say) -> Result<bool, StoreError> {
        let shard = self.shard_of(&say.session);
        let said = shard.run(Name::Say, |call| {
            call.arg(&say.session).arg(say.version);
            call.arg(&say.said).arg(say.recalls);
        });
        said.await
    }

    pub(super) async fn do_fates(
        &self,
        session: &str,
        keys: &[String],
    ) -> Result<Vec<Fate>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let shard = self.shard_of(session);
        let are_alive = shard.run(Name::Fates, |call| _ = call.arg(session).arg(keys));
        let are_alive: Vec<bool> = are_alive.await?;
        if are_alive.len() != keys.len() {
            return Err(StoreError("Redis: an answer for each key".to_owned()));
        }
        let fate = |is_alive| if is_alive { Fate::Alive } else { Fate::Dead };
        Ok(are_alive.into_iter().map(fate).collect())
    }

    /// What of it is on this shard.
    pub(super) async fn withdraw_on(
        &self,
        shard: &Shard,
        withdraw: &Withdraw,
    ) -> Result<Withdrawn, StoreError> {
        let limits = &withdraw.limits;
        let reply = shard.run(Name::Withdraw, |call| {
            call.arg(withdraw.session.as_deref().unwrap_or_default());
            call.arg(withdraw.whole_session);
            call.arg(reason(withdraw.reason));
            call.arg(millis(limits.tombstone));
            call.arg(millis(limits.minting));
            call.arg(limits.named_tombstones);
            call.arg(limits.named_by_strangers);
            call.arg(self.part(limits.strangers));
            call.arg(millis(limits.longest_life));
            self.claim_into(call, &withdraw.claim);
            call.arg(withdraw.pending.len());
            call.arg(withdraw.tokens.len()).arg(withdraw.handles.len());
            call.arg(&withdraw.pending);
            for name in withdraw.tokens.iter().chain(&withdraw.handles) {
                call.arg(name.as_bytes());
            }
        });
        let WithdrawReply(withdrawn) = reply.await?;
        Ok(withdrawn)
    }

    pub(super) fn claim_into(&self, call: &mut Cmd, claim: &Claim) {
        call.arg(claim.most.min(MOST_WORKS));
        call.arg(millis(claim.visibility)).arg(claim.per_second);
        call.arg(self.count()).arg(class_name(claim.class));
    }

    /// The part of a bound that one shard has.
    pub(super) fn part(&self, bound: u32) -> u32 {
        bound.div_ceil(self.count())
    }
}

pub(super) fn millis(millis: Millis) -> Millis {
    millis.min(MOST_MILLIS)
}

pub(super) fn reason(reason: Option<Reason>) -> &'static str {
    reason.map_or("", Reason::as_str)
}

/// What is being minted when its page life ends has so long from then on.
pub(super) fn minting() -> Millis {
    Limits::default().minting
}
