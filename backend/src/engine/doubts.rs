//! Tokens that may be alive while nothing is on record by which they could be ended. A process
//! that stops does not stop them: it says whose they are.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{Audit, Event};
use crate::core::{Fingerprint, Owner, RequestName};

#[derive(Clone, Default)]
pub(super) struct Doubts(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    last: u64,
    all: BTreeMap<u64, About>,
}

#[derive(Clone)]
struct About {
    request: RequestName,
    owner: Owner,
    resource: String,
    /// `None` as long as the authorization server has not answered.
    token: Option<Fingerprint>,
}

/// One of them; dropped, it is settled.
pub(super) struct Doubt {
    doubts: Doubts,
    number: u64,
}

impl Doubts {
    /// A token is about to be asked for.
    pub(super) fn begin(&self, request: &RequestName, owner: &Owner, resource: &str) -> Doubt {
        let mut state = self.lock();
        state.last += 1;
        let number = state.last;
        let about = About {
            request: request.clone(),
            owner: owner.clone(),
            resource: resource.to_owned(),
            token: None,
        };
        state.all.insert(number, about);
        Doubt {
            doubts: self.clone(),
            number,
        }
    }

    /// Writes down those that are not settled.
    pub(super) fn tell(&self, audit: &dyn Audit) {
        // Whoever hears of it may begin another one.
        let all: Vec<_> = self.lock().all.values().cloned().collect();
        for about in &all {
            audit.record(&Event::LeftBehind {
                token: about.token,
                request: &about.request,
                owner: &about.owner,
                resource: &about.resource,
            });
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Doubt {
    /// It was minted, and is not on record yet.
    pub(super) fn is_about(&self, token: Fingerprint) {
        if let Some(about) = self.doubts.lock().all.get_mut(&self.number) {
            about.token = Some(token);
        }
    }
}

impl Drop for Doubt {
    fn drop(&mut self) {
        self.doubts.lock().all.remove(&self.number);
    }
}
