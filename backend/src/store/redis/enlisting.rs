//! What nothing is on record of is entered a little at a time: a script holds the server up,
//! and anybody can name thousands.

use std::collections::BTreeMap;

use super::{
    Redis,
    calls::{millis, reason},
    replies::{Row, class_name, read_works},
    scripts::Name,
    spread::without,
};
use crate::{
    core::{Class, Enlist, Enlisted, Listed},
    store::StoreError,
};

/// How much one call enters at the most.
const MOST_LISTED: usize = 200;

impl Redis {
    pub(super) async fn do_enlist(&self, enlist: &Enlist) -> Result<Enlisted, StoreError> {
        let mut by_shard = BTreeMap::<usize, Vec<&Listed>>::new();
        for item in &enlist.items {
            let items = by_shard.entry(self.place_of(&item.key)).or_default();
            items.push(item);
        }
        let mut all = Enlisted::default();
        let mut claims = [enlist.claim, enlist.claim_unknown];
        for (place, items) in by_shard {
            let mut is_full = false;
            for some in items.chunks(MOST_LISTED) {
                let is_for_it = |item: &&&Listed| !is_full || item.class == Class::Known;
                let listed: Vec<_> = some.iter().filter(is_for_it).collect();
                // There was no room for the ones before, and there is none for these.
                all.refused = all.refused.saturating_add(count(some.len() - listed.len()));
                if listed.is_empty() {
                    continue;
                }
                let reply = self.shards[place].run(Name::Enlist, |call| {
                    call.arg(reason(enlist.reason));
                    call.arg(self.part(enlist.limits.unknown));
                    for claim in &claims {
                        self.claim_into(call, claim);
                    }
                    for item in listed {
                        call.arg(&item.key).arg(item.token.as_bytes());
                        call.arg(&*item.sealed).arg(millis(item.expires_in));
                        call.arg(class_name(item.class));
                    }
                });
                let (rows, due, refused): (Vec<Row>, u32, u32) = reply.await?;
                is_full |= refused > 0;
                let works = read_works(rows);
                claims = claims.map(|claim| {
                    let of_it = works.iter().filter(|work| work.class == claim.class);
                    without(&claim, of_it.count())
                });
                all.works.extend(works);
                all.due = all.due.saturating_add(due);
                all.refused = all.refused.saturating_add(refused);
            }
        }
        Ok(all)
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
