//! How it has tokens minted.

use std::sync::Arc;

use downscope_backend::core::lifetime;
use serde_json::{Value, json};

use super::{App, SCOPES, reply::Reply, state::Name};
use crate::flaw::Flaw;

/// What a page that the authorization server did not serve is told to wait.
const WAIT: u64 = 1;

impl App {
    /// Has a token minted for a request that was begun, and answers.
    pub(super) async fn mint(
        self: Arc<Self>,
        name: Name,
        resource: String,
        scope: String,
    ) -> Reply {
        let reply = self.exchange(&resource, &scope).await;
        let (token, told) = match reply {
            Ok(minted) => minted,
            Err(reply) => {
                self.lock().abandon(&name);
                return reply;
            }
        };
        let life = match self.life(told.as_ref()) {
            Ok(life) => life,
            Err(reply) => {
                self.lock().abandon(&name);
                return reply;
            }
        };
        if self.has(Flaw::ExchangesTwice)
            && let Ok((second, _)) = self.exchange(&resource, &scope).await
            && self.revoke_once(&second).await.is_err()
        {
            self.lock().due.insert(second);
        }
        let handle = format!("handle-of-{token}");
        let mut answer = json!({
            "access_token": token,
            "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "token_type": "Bearer",
            "scope": scope,
            "revocation_handle": handle,
        });
        if let Some(life) = life {
            answer["expires_in"] = life;
        }
        if self.has(Flaw::LeavesTheTypeOut) {
            answer["issued_token_type"] = Value::Null;
        }
        if self.lock().admit(&name, &token, &handle, &answer) {
            return Reply::ok(answer);
        }
        if self.has(Flaw::ForgetsTheWithdrawn) {
            _ = self.revoke_once(&token).await;
        } else {
            self.lock().due.insert(token.clone());
            self.try_due(vec![token]).await;
        }
        Reply::error(400, "invalid_request")
    }

    async fn exchange(
        &self,
        resource: &str,
        scope: &str,
    ) -> Result<(String, Option<Value>), Reply> {
        let all = SCOPES.join(" ");
        let scope = if self.has(Flaw::AsksForAllScopes) {
            &all
        } else {
            scope
        };
        let form = [
            (
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange",
            ),
            ("subject_token", "subject"),
            ("resource", resource),
            ("scope", scope),
        ];
        let Ok(answer) = self.ask("/oauth2/token", &form).await else {
            return Err(Reply::error(503, "temporarily_unavailable").after(WAIT));
        };
        if answer.status == 200 {
            let fields: Value = serde_json::from_str(&answer.body).unwrap_or_default();
            let token = fields["access_token"].as_str().unwrap_or_default();
            return Ok((token.to_owned(), fields.get("expires_in").cloned()));
        }
        let reply = match answer.status {
            429 => {
                let wait = answer
                    .retry_after
                    .filter(|_| !self.has(Flaw::SaysAnotherWait));
                Reply::error(429, "temporarily_unavailable").after(wait.unwrap_or(WAIT))
            }
            400 if answer.body.contains("invalid_scope") && !self.has(Flaw::ScopeIsNotNow) => {
                Reply::error(400, "invalid_scope")
            }
            400 if !self.has(Flaw::ScopeIsNotNow) => Reply::error(500, "server_error"),
            _ if self.has(Flaw::OutageIsFinal) => Reply::error(400, "invalid_request"),
            _ => Reply::error(503, "temporarily_unavailable").after(WAIT),
        };
        Err(match self.flaw {
            Flaw::QuotesTheAuthority => reply.saying(&answer.body),
            Flaw::SaysNotWhen if answer.status == 503 => reply.without_wait(),
            _ => reply,
        })
    }

    /// What is said of the life of a token.
    fn life(&self, told: Option<&Value>) -> Result<Option<Value>, Reply> {
        let told = told.filter(|told| !told.is_null());
        let is_text = told.is_some_and(|told| told.as_str().is_some_and(|one| !one.contains('.')));
        let seconds = told.and_then(|told| match told {
            Value::String(text) => text.parse().ok(),
            other => other.as_f64(),
        });
        let is_fraction = seconds.is_some_and(|seconds: f64| seconds.fract() != 0.0);
        let is_broken = match self.flaw {
            Flaw::NeedsALife => told.is_none(),
            Flaw::NeedsANumber => is_text && seconds.is_some(),
            Flaw::NeedsAWholeNumber => is_fraction,
            _ => false,
        };
        if is_broken {
            return Err(Reply::error(500, "server_error"));
        }
        if self.has(Flaw::PassesNonsenseOn) {
            return Ok(told.cloned());
        }
        Ok(lifetime(told).map(Value::from))
    }
}
