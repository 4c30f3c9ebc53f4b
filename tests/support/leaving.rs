//! What must happen in the one moment in which a page is left, or hidden where
//! that counts as the end.

use std::collections::BTreeMap;

use downscope::core::{Generation, Output, Page as Event, Sending, UNLOAD_QUOTA};

use super::shell::Shell;
use super::{Kept, ensure};

/// What a page owes when it is left.
pub(crate) struct Leaving {
    was_there: bool,
    /// And the bytes that it takes to name each.
    tokens: BTreeMap<Generation, u32>,
    flights: Vec<Generation>,
}

impl Leaving {
    pub(crate) fn of(shell: &Shell, event: Event) -> Self {
        Self {
            was_there: shell.can_revoke() && shell.ends_with(event),
            tokens: shell.weights().collect(),
            flights: shell.flights().collect(),
        }
    }

    /// One revoke, first of all, that names everything; and nothing is kept.
    pub(crate) fn check(&self, outputs: &[Output], shell: &Shell) -> Kept {
        ensure!(
            shell.keeps_nothing(),
            "a page that was left keeps tokens or requests"
        );
        let revokes = outputs
            .iter()
            .filter(|output| matches!(output, Output::Revoke { .. }))
            .count();
        ensure!(revokes <= 1, "a page that is left sends {revokes} revokes");
        if !self.was_there || (self.tokens.is_empty() && self.flights.is_empty()) {
            return Ok(());
        }
        let Some(Output::Revoke {
            sending,
            tokens,
            pending,
            whole_session,
            ..
        }) = outputs.first()
        else {
            return Err(format!("a page is left with {:?} first", outputs.first()));
        };
        ensure!(*sending == Sending::Unload, "a page is left by {sending:?}");
        // A shell may keep the last request ready from what it holds.
        ensure!(
            tokens.iter().all(|token| self.tokens.contains_key(token)),
            "a page is left with {tokens:?} and holds {:?}",
            self.tokens
        );
        let named = |token| *whole_session || tokens.contains(token);
        ensure!(
            self.tokens.keys().all(named),
            "a token outlives its page: {tokens:?} of {:?}",
            self.tokens
        );
        ensure!(
            *whole_session || self.flights.iter().all(|flight| pending.contains(flight)),
            "a request is forgotten on leaving"
        );
        let oldest_named = tokens.iter().min();
        ensure!(
            self.tokens
                .keys()
                .filter(|token| !tokens.contains(token))
                .all(|left_out| oldest_named.is_none_or(|named| left_out < named)),
            "not the youngest tokens are named: {tokens:?} of {:?}",
            self.tokens
        );
        let bytes: u32 = tokens.iter().filter_map(|one| self.tokens.get(one)).sum();
        ensure!(bytes <= UNLOAD_QUOTA, "{bytes} bytes do not fit");
        Ok(())
    }
}
