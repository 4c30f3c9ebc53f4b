//! What must happen in the one moment in which a page is left, or hidden where
//! that counts as the end.

use std::collections::BTreeMap;

use downscope::core::{Generation, Output, Page as Event, Sending, UNLOAD_QUOTA};

use super::shell::Shell;
use super::{Kept, ensure};

/// What a page owes when it is left.
pub(crate) struct Leaving {
    was_there: bool,
    /// What its last request has named before anything else happened.
    told: Vec<Generation>,
    has_told_session: bool,
    /// And the bytes that it takes to name each.
    tokens: BTreeMap<Generation, u32>,
    flights: Vec<Generation>,
}

impl Leaving {
    pub(crate) fn of(shell: &Shell, event: Event) -> Self {
        let is_told = matches!(event, Event::Leaving { told: Some(_), .. });
        let farewell = Some(&shell.farewell).filter(|_| is_told);
        Self {
            was_there: shell.can_revoke() && shell.ends_with(event),
            told: farewell.map_or(Vec::new(), |one| one.names.clone()),
            has_told_session: farewell.is_some_and(|one| one.whole_session),
            tokens: shell.weights().collect(),
            flights: shell.flights().collect(),
        }
    }

    /// One revoke, first of all, that names whatever has not been named; and nothing
    /// is kept.
    pub(crate) fn check(&self, outputs: &[Output], sent: usize, shell: &Shell) -> Kept {
        ensure!(
            shell.keeps_nothing(),
            "a page that was left keeps tokens or requests"
        );
        let revokes = &shell.revokes[sent..];
        ensure!(
            revokes.len() <= 1,
            "a page that is left sends {} revokes",
            revokes.len()
        );
        if !self.was_there || self.has_told_session {
            return Ok(());
        }
        let rest = |one: &&Generation| !self.told.contains(*one);
        let tokens: Vec<_> = self.tokens.keys().filter(rest).copied().collect();
        let flights: Vec<_> = self.flights.iter().filter(rest).copied().collect();
        let Some(revoke) = revokes.first() else {
            ensure!(
                tokens.is_empty() && flights.is_empty(),
                "a page is left without a word of {tokens:?} and {flights:?}"
            );
            return Ok(());
        };
        let mut all = outputs.iter();
        let first = all.find(|one| !matches!(one, Output::Name(_)));
        ensure!(
            matches!(first, Some(Output::Revoke { .. })),
            "a page is left with {first:?} first"
        );
        ensure!(
            revoke.sending == Sending::Unload,
            "a page is left by {:?}",
            revoke.sending
        );
        let named = &revoke.tokens;
        let is_session = revoke.whole_session;
        ensure!(
            is_session || tokens.iter().all(|token| named.contains(token)),
            "a token outlives its page: {named:?} of {:?}",
            self.tokens
        );
        ensure!(
            is_session || flights.iter().all(|one| revoke.pending.contains(one)),
            "a request is forgotten on leaving"
        );
        let oldest = named.iter().min();
        ensure!(
            tokens
                .iter()
                .filter(|token| !named.contains(token))
                .all(|left_out| oldest.is_none_or(|named| left_out < named)),
            "not the youngest tokens are named: {named:?} of {:?}",
            self.tokens
        );
        let bytes: u32 = named.iter().filter_map(|one| self.tokens.get(one)).sum();
        ensure!(bytes <= UNLOAD_QUOTA, "{bytes} bytes do not fit");
        ensure!(
            !revoke.is_short || 2 * bytes < UNLOAD_QUOTA,
            "{bytes} bytes do not fit twice"
        );
        Ok(())
    }
}
