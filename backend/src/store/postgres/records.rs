//! Token requests, what is named to be ended, and what is due.

use super::{
    asking::{Database, Param, get, int, natural, small},
    rows::{owner, unheard_of, works},
};
use crate::{
    core::{
        Admit, Admitted, Begin, Begun, Claim, Class, Enlist, Enlisted, Fate, Fingerprint, Millis,
        Reason, Stats, Withdraw, Withdrawn, Work,
    },
    store::StoreError,
};

impl Database {
    pub(super) async fn begin(&self, begin: &Begin) -> Result<Begun, StoreError> {
        let limits = &begin.limits;
        let params: [Param<'_>; 14] = [
            &begin.name.session,
            &begin.name.id,
            &begin.key,
            &begin.owner.user,
            &begin.owner.sign_in,
            &begin.asks_for.as_bytes().as_slice(),
            &begin.lease.map(int),
            &begin.takes_over,
            &int(limits.minting),
            &int(limits.per_session),
            &int(limits.records),
            &int(limits.leases_per_sign_in),
            &int(limits.watch_gap),
            &int(limits.longest_life),
        ];
        let row = self.ask("begin", &params).await?;
        Ok(match get(&row, "outcome")? {
            "begun" => Begun::Begun,
            "full" => Begun::Full,
            "minted" => Begun::Minted {
                sealed: get(&row, "sealed")?,
                key: get(&row, "key")?,
                expires_in: natural(&row, "expires_in")?,
            },
            "minting" => Begun::Minting,
            "mismatch" => Begun::Mismatch,
            "not_yours" => Begun::NotYours {
                owner: owner(&row)?,
            },
            "withdrawn" => Begun::Withdrawn,
            _ => return unheard_of(),
        })
    }

    pub(super) async fn admit(&self, admit: &Admit) -> Result<Admitted, StoreError> {
        let handle = admit.handle.as_ref().map(|one| one.as_bytes().as_slice());
        let row = self
            .ask(
                "admit",
                &[
                    &admit.name.session,
                    &admit.key,
                    &admit.token.as_bytes().as_slice(),
                    &handle,
                    &admit.sealed,
                    &int(admit.expires_in),
                ],
            )
            .await?;
        Ok(if get(&row, "downscope_admit")? {
            Admitted::Live
        } else {
            Admitted::Due
        })
    }

    pub(super) async fn abandon(
        &self,
        session: &str,
        key: &str,
        lost: Millis,
    ) -> Result<(), StoreError> {
        let params: [Param<'_>; 3] = [&session, &key, &int(lost)];
        self.ask("abandon", &params).await.map(drop)
    }

    pub(super) async fn withdraw(&self, withdraw: &Withdraw) -> Result<Withdrawn, StoreError> {
        let Withdraw { claim, limits, .. } = withdraw;
        let params: [Param<'_>; 16] = [
            &withdraw.session,
            &withdraw.pending,
            &withdraw.whole_session,
            &bytes(&withdraw.tokens),
            &bytes(&withdraw.handles),
            &withdraw.reason.map(Reason::as_str),
            &int(claim.most),
            &int(claim.visibility),
            &int(claim.per_second),
            &is_unknown(claim.class),
            &int(limits.minting),
            &int(limits.tombstone),
            &int(limits.named_tombstones),
            &int(limits.named_by_strangers),
            &int(limits.strangers),
            &int(limits.longest_life),
        ];
        let row = self.ask("withdraw", &params).await?;
        Ok(Withdrawn {
            works: works(&row)?,
            due: small(&row, "due")?,
            minting: get(&row, "minting")?,
            unknown_tokens: places(get(&row, "unknown_tokens")?),
            unknown_handles: places(get(&row, "unknown_handles")?),
            is_refused: get(&row, "is_refused")?,
            is_complete: get(&row, "is_complete")?,
        })
    }

    pub(super) async fn enlist(&self, enlist: &Enlist) -> Result<Enlisted, StoreError> {
        let items = &enlist.items;
        let keys: Vec<_> = items.iter().map(|item| item.key.as_str()).collect();
        let tokens: Vec<_> = items.iter().map(|item| item.token).collect();
        let sealed: Vec<_> = items.iter().map(|item| item.sealed.as_slice()).collect();
        let lives: Vec<_> = items.iter().map(|item| int(item.expires_in)).collect();
        let are_unknown: Vec<_> = items.iter().map(|item| is_unknown(item.class)).collect();
        let (claim, claim_unknown) = (&enlist.claim, &enlist.claim_unknown);
        let params: [Param<'_>; 13] = [
            &keys,
            &bytes(&tokens),
            &sealed,
            &lives,
            &are_unknown,
            &enlist.reason.map(Reason::as_str),
            &int(claim.most),
            &int(claim.visibility),
            &int(claim.per_second),
            &int(claim_unknown.most),
            &int(claim_unknown.visibility),
            &int(claim_unknown.per_second),
            &int(enlist.limits.unknown),
        ];
        let row = self.ask("enlist", &params).await?;
        Ok(Enlisted {
            works: works(&row)?,
            due: small(&row, "due")?,
            refused: small(&row, "refused")?,
        })
    }

    pub(super) async fn claim(&self, claim: &Claim) -> Result<Vec<Work>, StoreError> {
        let row = self
            .ask(
                "claim",
                &[
                    &int(claim.most),
                    &int(claim.visibility),
                    &int(claim.per_second),
                    &is_unknown(claim.class),
                ],
            )
            .await?;
        works(&row)
    }

    pub(super) async fn done(&self, works: &[Work]) -> Result<(), StoreError> {
        if works.is_empty() {
            return Ok(());
        }
        let sessions: Vec<_> = works.iter().map(|work| work.session.as_deref()).collect();
        let keys: Vec<_> = works.iter().map(|work| work.key.as_str()).collect();
        let are_unknown: Vec<_> = works.iter().map(|work| is_unknown(work.class)).collect();
        let params: [Param<'_>; 3] = [&sessions, &keys, &are_unknown];
        self.ask("done", &params).await.map(drop)
    }

    pub(super) async fn retry(&self, works: &[(Work, Millis)]) -> Result<(), StoreError> {
        if works.is_empty() {
            return Ok(());
        }
        let sessions = works.iter().map(|(work, _)| work.session.as_deref());
        let sessions: Vec<_> = sessions.collect();
        let keys: Vec<_> = works.iter().map(|(work, _)| work.key.as_str()).collect();
        let afters: Vec<_> = works.iter().map(|(_, after)| int(*after)).collect();
        let params: [Param<'_>; 3] = [&sessions, &keys, &afters];
        self.ask("retry", &params).await.map(drop)
    }

    pub(super) async fn fates(
        &self,
        session: &str,
        keys: &[String],
    ) -> Result<Vec<Fate>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let row = self.ask("fates", &[&session, &keys]).await?;
        let are_alive: Vec<bool> = get(&row, "downscope_fates")?;
        let fate = |is_alive| if is_alive { Fate::Alive } else { Fate::Dead };
        Ok(are_alive.into_iter().map(fate).collect())
    }

    pub(super) async fn stats(&self) -> Result<Stats, StoreError> {
        let row = self.ask("stats", &[]).await?;
        Ok(Stats {
            live: natural(&row, "live")?,
            due: natural(&row, "due")?,
            leases: natural(&row, "leases")?,
            unknown: natural(&row, "unknown")?,
        })
    }
}

fn bytes(fingerprints: &[Fingerprint]) -> Vec<&[u8]> {
    let bytes = fingerprints.iter().map(Fingerprint::as_bytes);
    bytes.map(<[u8; 32]>::as_slice).collect()
}

fn is_unknown(class: Class) -> bool {
    class == Class::Unknown
}

fn places(places: Vec<i32>) -> Vec<u32> {
    let place = |place| u32::try_from(place).unwrap_or(0);
    places.into_iter().map(place).collect()
}
