//! An authorization server that does what the test says.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard},
};

use downscope_backend::{
    core::{Exchange, Minted, Secret, UpstreamError},
    engine::{Upstream, UpstreamCall},
};
use tokio::sync::Semaphore;

use super::soon;

/// What it does next; where nothing is said, it succeeds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Next {
    Fail(UpstreamError),
    Panic,
}

pub(crate) struct Script {
    state: Mutex<State>,
    /// An exchange goes on only with a permit of it.
    gate: Semaphore,
    /// A call to revoke goes on only with a permit of it.
    revoke_gate: Semaphore,
    /// One permit for each exchange that has begun.
    begun: Semaphore,
    /// One permit for each call to revoke that has begun.
    begun_revokes: Semaphore,
    /// One permit for each call to revoke that has ended.
    ended_revokes: Semaphore,
}

#[derive(Default)]
struct State {
    exchanges: VecDeque<Next>,
    revokes: VecDeque<Next>,
    minted: usize,
    revoked: Vec<String>,
}

impl Script {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::default(),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
            revoke_gate: Semaphore::new(Semaphore::MAX_PERMITS),
            begun: Semaphore::new(0),
            begun_revokes: Semaphore::new(0),
            ended_revokes: Semaphore::new(0),
        }
    }

    /// One whose exchanges wait until they are let through.
    pub(crate) fn gated() -> Self {
        Self {
            gate: Semaphore::new(0),
            ..Self::new()
        }
    }

    /// One whose revokes wait until they are let through.
    pub(crate) fn revoke_gated() -> Self {
        Self {
            revoke_gate: Semaphore::new(0),
            ..Self::new()
        }
    }

    pub(crate) fn next_exchange(&self, next: Next) {
        self.state().exchanges.push_back(next);
    }

    pub(crate) fn next_revoke(&self, next: Next) {
        self.state().revokes.push_back(next);
    }

    pub(crate) async fn exchange_begun(&self) {
        soon(self.begun.acquire()).await.unwrap().forget();
    }

    pub(crate) fn let_exchange_through(&self) {
        self.gate.add_permits(1);
    }

    pub(crate) async fn revoke_begun(&self) {
        soon(self.begun_revokes.acquire()).await.unwrap().forget();
    }

    pub(crate) fn let_revoke_through(&self) {
        self.revoke_gate.add_permits(1);
    }

    pub(crate) async fn revoke_ended(&self) {
        soon(self.ended_revokes.acquire()).await.unwrap().forget();
    }

    pub(crate) fn minted(&self) -> usize {
        self.state().minted
    }

    /// The tokens that were revoked, in order.
    pub(crate) fn revoked(&self) -> Vec<String> {
        self.state().revoked.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Upstream for Script {
    fn exchange<'a>(&'a self, wanted: &'a Exchange) -> UpstreamCall<'a, Minted> {
        Box::pin(async move {
            self.begun.add_permits(1);
            self.gate.acquire().await.unwrap().forget();
            let next = self.state().exchanges.pop_front();
            act(next)?;
            let mut state = self.state();
            state.minted += 1;
            Ok(Minted {
                token: format!("SECRET-token-{}", state.minted).into(),
                expires_in: Some(3600),
                scope: wanted.scope.clone(),
                restricted_to: Vec::new(),
            })
        })
    }

    fn revoke<'a>(&'a self, token: &'a Secret) -> UpstreamCall<'a, ()> {
        Box::pin(async move {
            self.begun_revokes.add_permits(1);
            self.revoke_gate.acquire().await.unwrap().forget();
            let next = self.state().revokes.pop_front();
            let outcome = act(next);
            if outcome.is_ok() {
                self.state().revoked.push(token.expose().to_owned());
            }
            self.ended_revokes.add_permits(1);
            outcome
        })
    }
}

fn act(next: Option<Next>) -> Result<(), UpstreamError> {
    match next {
        None => Ok(()),
        Some(Next::Fail(error)) => Err(error),
        Some(Next::Panic) => panic!("as the script says"),
    }
}
