//! What the machine is made of, beside grants, revokes and the lease.

use std::collections::VecDeque;

use super::super::output::Output;
use super::farewell::Alive;

/// Where the client and its page stand.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) visible: bool,
    /// Between `pagehide` and `pageshow`, or while prerendering.
    pub(super) away: bool,
    pub(super) closed: bool,
    /// The backend has told the page to stop.
    pub(super) halted: bool,
}

/// Numbers for requests: no two of any kind have the same.
#[derive(Debug)]
pub(super) struct Numbers(pub(super) u32);

impl Numbers {
    pub(super) const fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(1);
        self.0
    }
}

/// What the machine says, and what follows from that.
#[derive(Debug, Default)]
pub(super) struct Out {
    pub(super) queue: VecDeque<Output>,
    pub(super) alive: Alive,
}

impl Out {
    pub(super) fn push(&mut self, output: Output) {
        self.alive.heed(output);
        self.queue.push_back(output);
    }
}
