//! The revoke that the browser holds ready: it survives a crash of the page.

use super::super::event::{Output, Sending};
use super::super::token::Generation;
use super::Machine;
use super::revoke::{Endings, Reason};

/// What a deferred request names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Armed {
    tokens: Vec<Generation>,
    pending: Vec<Generation>,
}

impl Machine {
    /// Gives the browser another request once what it would have to name has
    /// changed.
    pub(super) fn rearm(&mut self) {
        if !self.config.deferred || !self.config.can_revoke {
            return;
        }
        if self.away {
            // The browser sends it now, or has; it is not to be taken back.
            self.armed = Armed::default();
            return;
        }
        let mut standing = self.standing();
        let due = Armed {
            tokens: standing.tokens(),
            pending: standing.pending.clone(),
        };
        if due == self.armed {
            return;
        }
        self.armed = due;
        let whole_session = !standing.cut_to_quota().is_empty();
        let batch = self.new_batch();
        self.emit(Output::Revoke {
            batch,
            sending: Sending::Deferred,
            tokens: standing.tokens(),
            pending: standing.pending,
            reason: Reason::Unload,
            whole_session,
        });
    }

    /// What a page that ended now would have to name.
    fn standing(&self) -> Endings {
        let mut standing = Endings::default();
        for id in self.grants.ids() {
            if let Some(grant) = self.grants.get(id) {
                standing.add(grant);
            }
        }
        for sent in &self.sent {
            standing.add_all(&sent.endings);
        }
        standing.pending.extend(&self.unanswered);
        standing
    }
}
