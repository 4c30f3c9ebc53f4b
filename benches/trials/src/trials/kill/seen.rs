//! What became of what was named.

use sha2::{Digest, Sha256};
use tokio::time::Duration;

use super::{BAR, Group, Refused};
use crate::{Failure, authority::Token, locked, report::Of};

/// Of all groups together.
#[derive(Default)]
pub(super) struct Seen {
    exchanges: u64,
    given: usize,
    by_request: usize,
    refused: Refused,
    nobody_accepted: usize,
    /// Given, and alive when the bar was over.
    late: usize,
    /// Given, and alive in the end.
    alive: usize,
    /// Named by request, on record, and alive when the bar was over.
    on_record: usize,
    not_admitted: usize,
    slowest: Duration,
}

impl Seen {
    pub(super) fn add(&mut self, group: &Group, dump: &[u8]) -> Result<(), Failure> {
        let book = group.world.authority.book();
        self.exchanges += book.exchanges;
        self.nobody_accepted += group.lost;
        for (what, times) in &group.refused {
            *self.refused.entry(what.clone()).or_default() += times;
        }
        for one in locked(&group.named).iter() {
            self.given += usize::from(one.is_given);
            self.by_request += usize::from(!one.is_given);
            // What was never minted is not there.
            let Some(token) = book.tokens.get(&one.wanted) else {
                continue;
            };
            let after = token
                .died_at
                .map(|at| at.saturating_duration_since(one.accepted_at));
            self.slowest = self.slowest.max(after.unwrap_or_default());
            if after.is_some_and(|after| after <= BAR) {
                continue;
            }
            if one.is_given {
                self.late += 1;
                self.alive += usize::from(after.is_none());
            } else if after.is_some() || is_in(dump, token) {
                // What died late was on record for that.
                self.on_record += 1;
            } else {
                self.not_admitted += 1;
            }
        }
        Ok(())
    }

    pub(super) fn tell(&self, report: &mut Of<'_>) {
        report.figure("tokens minted", self.exchanges);
        report.figure("named by accepted revokes, by token", self.given);
        report.figure("named by accepted revokes, by request", self.by_request);
        let refused = self.refused.iter();
        let refused: Vec<_> = refused
            .map(|(what, times)| format!("{times} × {what}"))
            .collect();
        report.figure("tries of last revokes that failed", refused.join(", "));
        report.none("last revokes that nobody accepted", self.nobody_accepted);
        report.none("given, and alive 10 s after the revoke", self.late);
        report.none("given, and alive 45 s after the revoke", self.alive);
        report.none("on record, and alive 10 s after the revoke", self.on_record);
        report.figure(
            "minted, and not admitted: the instance died in between",
            self.not_admitted,
        );
        report.figure(
            "the slowest death after its revoke",
            format!("{:.1} s", self.slowest.as_secs_f64()),
        );
    }
}

/// Whether a dump has the token's fingerprint, in bytes or in hexadecimal.
fn is_in(dump: &[u8], token: &Token) -> bool {
    let fingerprint: [u8; 32] = Sha256::digest(token.text.as_bytes()).into();
    let hex: String = fingerprint
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let has = |needle: &[u8]| dump.windows(needle.len()).any(|part| part == needle);
    has(&fingerprint) || has(hex.as_bytes())
}
