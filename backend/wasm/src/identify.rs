//! Who sends a request, and what they may have: the app's own functions say so.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName};
use downscope_backend::{
    core::{Owner, Refusal, Secret, TokenRequest},
    edge::{Identify, Identifying, Identity, Permitting},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::hooks::Hooks;

/// Names the request for JavaScript, which has it. Whatever a client sends under this name
/// is overwritten.
pub(crate) const CALL: HeaderName = HeaderName::from_static("x-downscope-call");

pub(crate) struct App(pub(crate) Arc<Hooks>);

/// What the app says of whoever is signed in.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Who {
    user: String,
    sign_in: String,
    #[serde(default)]
    subject: Value,
}

impl Identify for App {
    fn identify<'a>(&'a self, headers: &'a HeaderMap) -> Identifying<'a> {
        Box::pin(async move {
            let question = json!({ "call": call(headers) });
            let who = self.0.question::<Option<Who>>("authenticate", &question);
            let who = who.await.map_err(|_| no_answer())?;
            Ok(who.map(|who| Identity {
                subject: Some(subject(&who)),
                owner: Owner {
                    user: who.user,
                    sign_in: who.sign_in,
                },
                policy: None,
            }))
        })
    }

    fn permit<'a>(
        &'a self,
        headers: &'a HeaderMap,
        identity: &'a Identity,
        request: &'a TokenRequest,
    ) -> Permitting<'a> {
        Box::pin(async move {
            let question = json!({
                "call": call(headers),
                "user": identity.owner.user,
                "signIn": identity.owner.sign_in,
                "resource": request.resource,
                "scopes": request.scopes,
            });
            let allows = self.0.question::<bool>("authorize", &question).await;
            if allows.map_err(|_| no_answer())? {
                Ok(())
            } else {
                Err(Refusal::invalid_target("There is no such resource."))
            }
        })
    }
}

/// Everything of them goes with the exchange, which is the app's own function as well.
fn subject(who: &Who) -> Secret {
    let Who {
        user,
        sign_in,
        subject,
    } = who;
    let subject = json!({ "user": user, "signIn": sign_in, "subject": subject });
    Secret::from(subject.to_string())
}

fn call(headers: &HeaderMap) -> Option<u32> {
    headers.get(CALL)?.to_str().ok()?.parse().ok()
}

fn no_answer() -> Refusal {
    Refusal::temporarily_unavailable("The app does not say who may have what.", None)
}
