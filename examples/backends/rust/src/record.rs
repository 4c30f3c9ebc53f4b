//! Which token was minted for which request.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use crate::refusal::Refusal;

/// The session and the id of a token request.
pub(crate) type Name = (String, String);

/// What was minted for which request. In memory: several instances of an app
/// need a store that they share.
#[derive(Default)]
pub(crate) struct Record {
    /// Each token request: its token, or `None` while it is being minted.
    requests: BTreeMap<Name, Option<String>>,
    /// Requests revoked before they had a token, and when: they may still be on their way.
    withdrawn: HashMap<Name, Instant>,
    withdrawn_order: VecDeque<Name>,
}

impl Record {
    pub(crate) fn begin(&mut self, name: &Name) -> Result<(), Refusal> {
        if self.is_withdrawn(name) || self.requests.contains_key(name) {
            return Err(Refusal::bad_request("invalid_request"));
        }
        self.requests.insert(name.clone(), None);
        Ok(())
    }

    /// Whether the token may be handed out.
    pub(crate) fn end(&mut self, name: &Name, token: Option<String>) -> bool {
        let is_kept = token.is_some() && !self.is_withdrawn(name);
        if is_kept {
            self.requests.insert(name.clone(), token);
        } else {
            self.requests.remove(name);
        }
        is_kept
    }

    pub(crate) fn forget(&mut self, name: &Name) {
        self.requests.remove(name);
    }

    /// The named tokens that are on record, and those that are not.
    pub(crate) fn find(
        &mut self,
        tokens: BTreeSet<String>,
        mut names: BTreeSet<Name>,
        whole: Option<String>,
    ) -> (BTreeSet<String>, BTreeSet<String>) {
        let recorded: BTreeSet<&String> = self.requests.values().flatten().collect();
        let (mut known, unknown): (BTreeSet<_>, BTreeSet<_>) = tokens
            .into_iter()
            .partition(|token| recorded.contains(token));
        if let Some(session) = whole {
            let of_session = self.requests.keys().filter(|name| name.0 == session);
            names.extend(of_session.cloned());
        }
        for name in names {
            match self.requests.get(&name) {
                Some(Some(token)) => _ = known.insert(token.clone()),
                Some(None) | None => self.withdraw(name),
            }
        }
        (known, unknown)
    }

    /// For longer than any page waits for an answer.
    fn is_withdrawn(&self, name: &Name) -> bool {
        let at = self.withdrawn.get(name);
        at.is_some_and(|at| at.elapsed() < Duration::from_secs(60))
    }

    fn withdraw(&mut self, name: Name) {
        self.withdrawn.insert(name.clone(), Instant::now());
        self.withdrawn_order.push_back(name);
        // The oldest go: this is filled by whoever sends a revoke.
        if self.withdrawn_order.len() > 16_384
            && let Some(oldest) = self.withdrawn_order.pop_front()
        {
            self.withdrawn.remove(&oldest);
        }
    }
}
