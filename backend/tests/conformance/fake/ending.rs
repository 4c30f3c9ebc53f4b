//! How it ends tokens, and goes on until they are dead.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use downscope_backend::core::RevokeRequest;
use futures_util::{StreamExt as _, stream};
use tokio::{
    task::JoinHandle,
    time::{interval, sleep, timeout},
};

use super::{App, reply::Reply, state::Named};
use crate::flaw::Flaw;

/// How many tokens are revoked at once.
const AT_ONCE: usize = 16;
/// How often what is due is tried again.
const AGAIN: Duration = Duration::from_millis(200);
/// Between two look-ups of unknown tokens.
const LOOK_UP: Duration = Duration::from_millis(15);
/// How many tokens it waits for.
const WAITED_FOR: usize = 10;
/// How long a revoke waits for its look-ups.
const SHORTLY: Duration = Duration::from_millis(300);

/// An answer of the authorization server.
pub(super) struct Said {
    pub(super) status: u16,
    pub(super) retry_after: Option<u64>,
    pub(super) body: String,
}

impl App {
    /// What goes on in the background.
    pub(super) fn run(self: &Arc<Self>) -> Vec<JoinHandle<()>> {
        let (known, unknown, leases) = (Arc::clone(self), Arc::clone(self), Arc::clone(self));
        vec![
            tokio::spawn(async move {
                loop {
                    sleep(AGAIN).await;
                    let due = known.lock().due.iter().cloned().collect();
                    known.try_due(due).await;
                }
            }),
            tokio::spawn(async move {
                // One that comes late is made up for.
                let mut next = interval(LOOK_UP);
                loop {
                    next.tick().await;
                    let token = unknown.lock().unknown.pop_front();
                    if let Some(token) = token {
                        let app = Arc::clone(&unknown);
                        tokio::spawn(async move { app.look_up(token).await });
                    }
                }
            }),
            tokio::spawn(async move {
                loop {
                    sleep(Duration::from_millis(50)).await;
                    leases.end_silent();
                }
            }),
        ]
    }

    /// Carries a revoke out, and answers.
    pub(super) async fn revoke(self: &Arc<Self>, request: RevokeRequest) -> Reply {
        let named = self.lock().withdraw(self.flaw, &request);
        if self.has(Flaw::RefusesTheSecondRevoke) && named.was_dead {
            return Reply::error(400, "invalid_request");
        }
        let is_taken = self.carry_out(&named).await;
        let is_dead = {
            let state = self.lock();
            let mut tokens = named.known.iter().chain(&named.unknown);
            tokens.all(|token| state.dead.contains(token))
        };
        let is_minting = named.is_minting && !self.has(Flaw::TakesMintingForDead);
        let is_unknown = named.has_unknown_handle && !self.has(Flaw::TakesUnknownHandlesForDead);
        let is_ignored = self.has(Flaw::IgnoresUnknownTokens) && !named.unknown.is_empty();
        let is_late = self.has(Flaw::NeverSaysDead);
        if !is_taken || is_unknown {
            Reply::error(503, "temporarily_unavailable").after(1)
        } else if (is_dead || self.has(Flaw::Lies)) && !is_minting && !is_late || is_ignored {
            Reply::empty(204)
        } else {
            Reply::empty(202)
        }
    }

    /// Whether everything was taken over.
    async fn carry_out(self: &Arc<Self>, named: &Named) -> bool {
        match self.flaw {
            Flaw::Forgets => {
                let (app, known) = (Arc::clone(self), named.known.clone());
                let trying = tokio::spawn(async move {
                    for token in known {
                        _ = app.revoke_once(&token).await;
                    }
                });
                _ = trying.await;
            }
            Flaw::RevokeDiesWithItsPage => {
                self.try_due(named.known.iter().cloned().collect()).await
            }
            Flaw::KeepsOneQueue => self.lock().unknown.extend(named.known.iter().cloned()),
            _ => {}
        }
        let mut unknown: Vec<_> = named.unknown.iter().cloned().collect();
        let mut is_taken = true;
        match self.flaw {
            Flaw::IgnoresUnknownTokens => unknown.clear(),
            Flaw::LooksAtAHundred => {
                is_taken = unknown.len() <= 100;
                unknown.truncate(100);
            }
            Flaw::LooksEverythingUp => {
                let all = stream::iter(std::mem::take(&mut unknown));
                let all = all.map(|token| self.look_up(token));
                all.buffer_unordered(AT_ONCE).collect::<()>().await;
            }
            _ => {}
        }
        self.lock().unknown.extend(unknown);
        let known: Vec<_> = named.known.iter().cloned().collect();
        if !matches!(
            self.flaw,
            Flaw::Forgets | Flaw::KeepsOneQueue | Flaw::RevokeDiesWithItsPage
        ) {
            let app = Arc::clone(self);
            // The page may go away meanwhile.
            _ = tokio::spawn(async move { app.try_due(known).await }).await;
        }
        let all: BTreeSet<_> = named.known.union(&named.unknown).cloned().collect();
        if !self.has(Flaw::Forgets) && !self.has(Flaw::IgnoresUnknownTokens) {
            let mut changes = self.changed.subscribe();
            let are_dead = async {
                while !self.lock().dead.is_superset(&all) {
                    _ = changes.changed().await;
                }
            };
            let is_refused = self.lock().due.iter().any(|token| all.contains(token));
            if !is_refused && all.len() <= WAITED_FOR {
                _ = timeout(SHORTLY, are_dead).await;
            }
        }
        let dead = self.lock().dead.is_superset(&all);
        is_taken && (dead || !self.has(Flaw::BelievesInUnknownTokens))
    }

    /// Tries these once. What is refused is due.
    pub(super) async fn try_due(self: &Arc<Self>, tokens: Vec<String>) {
        let mut at_once = AT_ONCE;
        let mut _turn = None;
        if self.has(Flaw::RevokesOneByOne) && !tokens.is_empty() {
            at_once = 1;
            _turn = Some(self.turn.lock().await);
        }
        let all = stream::iter(tokens).map(|token| async move {
            if self.lock().dead.contains(&token) {
                return;
            }
            if self.revoke_once(&token).await.is_err() {
                // Among many only: a single one that is refused is another flaw.
                if self.has(Flaw::GivesUpAtALimit) && self.lock().due.len() > AT_ONCE {
                    self.lock().due.remove(&token);
                } else {
                    self.lock().due.insert(token);
                }
            }
        });
        all.buffer_unordered(at_once).collect::<()>().await;
    }

    async fn look_up(&self, token: String) {
        if self.revoke_once(&token).await.is_err()
            && !self.has(Flaw::ForgetsTheUnknown)
            && !self.has(Flaw::BelievesInUnknownTokens)
        {
            self.lock().unknown.push_back(token);
        }
    }

    pub(super) async fn revoke_once(&self, token: &str) -> Result<(), ()> {
        let said = self.ask("/oauth2/revoke", &[("token", token)]).await?;
        let is_unknown = said.status == 400
            && said.body.contains("invalid_token")
            && !self.has(Flaw::BelievesInUnknownTokens);
        if said.status != 200 && !is_unknown {
            return Err(());
        }
        let mut state = self.lock();
        state.due.remove(token);
        state.dead.insert(token.to_owned());
        drop(state);
        self.changed.send_replace(());
        Ok(())
    }

    pub(super) async fn ask(&self, path: &str, form: &[(&str, &str)]) -> Result<Said, ()> {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .append_pair("client_id", "client")
            .append_pair("client_secret", "client-secret")
            .finish();
        let request = self.client.post(format!("{}{path}", self.authority));
        let answer = request.body(body).send().await.map_err(|_| ())?;
        let retry_after = answer.headers().get("retry-after");
        let retry_after = retry_after.and_then(|value| value.to_str().ok()?.parse().ok());
        Ok(Said {
            status: answer.status().as_u16(),
            retry_after,
            body: answer.text().await.map_err(|_| ())?,
        })
    }
}
