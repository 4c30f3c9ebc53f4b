//! The authorization server, which the app's own functions ask.

use std::sync::Arc;

use downscope_backend::{
    core::{Exchange, Minted, Secret, UpstreamAnswer, UpstreamError, retry_after},
    engine::{Upstream, UpstreamCall},
};
use serde::Deserialize;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;
use web_time::{SystemTime, UNIX_EPOCH};

use crate::hooks::Hooks;

pub(crate) struct Asked(pub(crate) Arc<Hooks>);

/// What the authorization server has answered, or why it has not.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Heard {
    status: u16,
    retry_after: Option<String>,
    date: Option<String>,
    body: String,
}

impl Heard {
    fn wait(&self) -> Option<u64> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let unix_now = now.map_or(0, |now| now.as_secs());
        retry_after(self.retry_after.as_deref()?, self.date.as_deref(), unix_now)
    }
}

impl Upstream for Asked {
    fn exchange<'a>(&'a self, wanted: &'a Exchange) -> UpstreamCall<'a, Minted> {
        Box::pin(async move {
            let who = wanted.subject.as_ref().map_or("null", Secret::expose);
            let question = json!({
                "who": serde_json::from_str::<Value>(who).unwrap_or_default(),
                "resource": wanted.resource,
                "scope": wanted.scope,
            });
            let answer = self.hear("exchange", &question).await?;
            Ok(answer.token()?.minted(&wanted.scope))
        })
    }

    fn revoke<'a>(&'a self, token: &'a Secret) -> UpstreamCall<'a, ()> {
        Box::pin(async move {
            let question = json!({ "token": token.expose() });
            self.hear("revoke", &question).await?.revoked()
        })
    }
}

impl Asked {
    async fn hear(&self, name: &str, question: &Value) -> Result<UpstreamAnswer, UpstreamError> {
        let unanswered = UpstreamError::Unanswered { retry_after: None };
        match self.0.question::<Heard>(name, question).await {
            Ok(heard) => UpstreamAnswer::new(heard.status, heard.wait(), heard.body.into_bytes())
                .ok_or(unanswered),
            // It was never asked.
            Err(word) if word == "unavailable" => {
                Err(UpstreamError::Unavailable { retry_after: None })
            }
            Err(_) => Err(unanswered),
        }
    }
}

/// Whether the answer to an exchange says that another subject token may be accepted.
#[wasm_bindgen(js_name = refusesTheSubject)]
pub fn refuses_the_subject(status: u16, body: String) -> bool {
    let answer = UpstreamAnswer::new(status, None, body.into_bytes());
    answer.is_some_and(UpstreamAnswer::refuses_the_subject)
}
