//! What a page must answer, said again and far simpler: for each grant the
//! last token that came, while it is good.

use std::collections::BTreeMap;

use downscope::core::{Config, Generation, GrantId, Millis, Moment, REFUSAL_HOLD};

#[derive(Clone, Copy)]
struct Held {
    generation: Generation,
    born: Moment,
}

#[derive(Default)]
pub(crate) struct Reference {
    held: BTreeMap<GrantId, Held>,
    refusals: BTreeMap<GrantId, Moment>,
}

impl Reference {
    /// The token that a caller must get at once, if there is one.
    pub(crate) fn usable(
        &self,
        grant: GrantId,
        lifetime: Millis,
        config: &Config,
        now: Moment,
    ) -> Option<Generation> {
        let usable_for = lifetime - config.expiry_margin.min(lifetime / 6);
        let held = self.held.get(&grant)?;
        (now.since(held.born) < usable_for).then_some(held.generation)
    }

    pub(crate) fn arrived(&mut self, grant: GrantId, generation: Generation, born: Moment) {
        self.held.insert(grant, Held { generation, born });
    }

    /// What is refused soon after another one is handed out again.
    pub(crate) fn unauthorized(&mut self, grant: GrantId, generation: Generation, now: Moment) {
        if self.held.get(&grant).map(|held| held.generation) != Some(generation) {
            return;
        }
        let last = self.refusals.get(&grant);
        if last.is_none_or(|&last| now.since(last) >= REFUSAL_HOLD) {
            self.held.remove(&grant);
            self.refusals.insert(grant, now);
        }
    }

    pub(crate) fn revoked(&mut self, grant: GrantId) {
        self.held.remove(&grant);
    }

    pub(crate) fn emptied(&mut self) {
        self.held.clear();
    }
}
