//! What was named to the stores so far, counted from the last.

use downscope_backend::core::{Fingerprint, RequestName, Work};

pub(super) struct Named {
    pub(super) begun: Vec<(RequestName, String)>,
    pub(super) works: Vec<Work>,
}

impl Named {
    pub(super) const fn new() -> Self {
        Self {
            begun: Vec::new(),
            works: Vec::new(),
        }
    }

    /// A request and the key of its record, or one that there is not.
    pub(super) fn record(&self, which: usize) -> (RequestName, String) {
        let found = self.begun.iter().rev().nth(which);
        found.cloned().unwrap_or_else(|| {
            let name = RequestName {
                session: "s1".to_owned(),
                id: "none".to_owned(),
            };
            (name, "no-such-key".to_owned())
        })
    }

    pub(super) fn work(&self, which: usize) -> Option<Work> {
        self.works.iter().rev().nth(which).cloned()
    }
}

pub(super) fn token(key: &str) -> Fingerprint {
    Fingerprint::of(format!("FAKE-token-{key}"))
}

pub(super) fn handle(key: &str) -> Fingerprint {
    Fingerprint::of(format!("FAKE-handle-{key}"))
}
