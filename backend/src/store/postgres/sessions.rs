//! Page lives: heard, fallen silent, recalled.

use super::{
    asking::{Database, Param, get, int, natural, small},
    rows::{owner, unheard_of},
};
use crate::{
    core::{Heard, Heartbeat, Lapsed, Limits, Millis, Recall, RecallOp, Say, Sign},
    store::StoreError,
};

/// How many page lives are recalled in one transaction.
const RECALLED_AT_ONCE: u32 = 500;
/// How much is swept in one transaction, and in how many of them at a time.
const SWEPT_AT_ONCE: u32 = 500;
const MOST_SWEEPS: u32 = 20;

impl Database {
    pub(super) async fn heartbeat(&self, heartbeat: &Heartbeat) -> Result<Heard, StoreError> {
        let limits = &heartbeat.limits;
        let params: [Param<'_>; 9] = [
            &heartbeat.session,
            &heartbeat.owner.user,
            &heartbeat.owner.sign_in,
            &heartbeat.takes_over,
            &int(heartbeat.term),
            &sign(heartbeat.sign),
            &int(limits.records),
            &int(limits.leases_per_sign_in),
            &int(limits.watch_gap),
        ];
        let row = self.ask("heartbeat", &params).await?;
        Ok(match get(&row, "outcome")? {
            "ended" => Heard::Ended,
            "full" => Heard::Full,
            "not_yours" => Heard::NotYours {
                owner: owner(&row)?,
            },
            "renewed" => Heard::Renewed {
                is_first: get(&row, "is_first")?,
                said: get(&row, "said")?,
                recalls: get(&row, "recalls")?,
                version: natural(&row, "version")?,
            },
            _ => return unheard_of(),
        })
    }

    pub(super) async fn say(&self, say: &Say) -> Result<bool, StoreError> {
        let params: [Param<'_>; 4] = [
            &say.session,
            &int(say.version),
            &say.said,
            &int(say.recalls),
        ];
        let row = self.ask_whenever("say", &params).await?;
        get(&row, "downscope_say")
    }

    /// Ends what has lapsed, and then takes away what has expired, a bounded part at a time.
    pub(super) async fn lapse(
        &self,
        term: Millis,
        most: u32,
        limits: &Limits,
    ) -> Result<Lapsed, StoreError> {
        let params: [Param<'_>; 3] = [&int(term), &int(most), &int(limits.watch_gap)];
        let row = self.ask("lapse", &params).await?;
        for _ in 0..MOST_SWEEPS {
            let swept = self.ask("sweep", &[&int(SWEPT_AT_ONCE)]).await?;
            if natural(&swept, "downscope_sweep")? < SWEPT_AT_ONCE.into() {
                break;
            }
        }
        Ok(Lapsed {
            sessions: small(&row, "ended")?,
            due: small(&row, "due")?,
            is_waiting: get(&row, "is_waiting")?,
        })
    }

    pub(super) async fn recall(&self, op: &RecallOp) -> Result<u64, StoreError> {
        let (kind, name) = op.scope.parts();
        let ids: Option<Vec<_>> = match &op.recall {
            Recall::Requests(ids) => Some(ids.iter().map(String::as_str).collect()),
            Recall::All | Recall::Stop => None,
        };
        let text = op.recall.to_json().to_string();
        let mut after = Some(String::new());
        let mut due = 0;
        while let Some(name_before) = &after {
            let params: [Param<'_>; 7] = [
                &kind,
                &name,
                &ids,
                &text,
                &op.reason.as_str(),
                name_before,
                &int(RECALLED_AT_ONCE),
            ];
            let row = self.ask("recall", &params).await?;
            due += natural(&row, "due")?;
            after = get(&row, "last")?;
        }
        Ok(due)
    }

    pub(super) async fn told_since(&self, number: u64) -> Result<(u64, Vec<String>), StoreError> {
        let row = self.ask_whenever("told_since", &[&int(number)]).await?;
        Ok((natural(&row, "number")?, get(&row, "sessions")?))
    }
}

fn sign(sign: Sign) -> &'static str {
    match sign {
        Sign::Begins => "begins",
        Sign::Renews => "renews",
        Sign::Looks => "looks",
    }
}
