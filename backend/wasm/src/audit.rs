//! What happens, as the app hears it.

use std::sync::Arc;

use downscope_backend::{
    core::{Owner, RecallScope},
    engine::{Audit, Event},
};
use serde_json::{Value, json};

use crate::hooks::Hooks;

pub(crate) struct Told(pub(crate) Arc<Hooks>);

impl Audit for Told {
    fn record(&self, event: &Event<'_>) {
        if let Some(event) = words(event) {
            self.0.event(&event);
        }
    }
}

fn words(event: &Event<'_>) -> Option<Value> {
    Some(match event {
        Event::Minted {
            token,
            request,
            owner,
            resource,
            scope,
            expires_in,
        } => json!({
            "type": "minted",
            "token": token.to_string(),
            "session": request.session,
            "id": request.id,
            "user": owner.user,
            "signIn": owner.sign_in,
            "resource": resource,
            "scope": scope,
            "expiresIn": expires_in,
        }),
        Event::NotMinted {
            request,
            owner,
            error,
        } => json!({
            "type": "not_minted",
            "session": request.session,
            "id": request.id,
            "user": owner.user,
            "signIn": owner.sign_in,
            "error": error.as_str(),
            "code": error.code(),
        }),
        Event::Orphaned { token, owner } => json!({
            "type": "orphaned",
            "token": token.to_string(),
            "user": owner.user,
            "signIn": owner.sign_in,
        }),
        Event::LeftBehind {
            token,
            request,
            owner,
            resource,
        } => json!({
            "type": "left_behind",
            "token": token.map(|token| token.to_string()),
            "session": request.session,
            "id": request.id,
            "user": owner.user,
            "signIn": owner.sign_in,
            "resource": resource,
        }),
        Event::Revoked {
            token,
            owner,
            session,
            reason,
        } => json!({
            "type": "revoked",
            "token": token.to_string(),
            "session": session,
            "user": user(*owner),
            "signIn": sign_in(*owner),
            "reason": reason.map(|reason| reason.as_str()),
        }),
        Event::NotRevoked {
            token,
            owner,
            session,
            error,
            attempts,
        } => json!({
            "type": "not_revoked",
            "token": token.to_string(),
            "session": session,
            "user": user(*owner),
            "signIn": sign_in(*owner),
            "error": error.as_str(),
            "code": error.code(),
            "attempts": attempts,
        }),
        Event::Paused { error, wait } => {
            json!({ "type": "paused", "error": error.as_str(), "code": error.code(), "wait": wait })
        }
        Event::Unreadable { key } => json!({ "type": "unreadable", "record": key }),
        Event::Lapsed { sessions, due } => {
            json!({ "type": "lapsed", "sessions": sessions, "due": due })
        }
        Event::Recalled { scope, due } => recalled(scope, *due),
        Event::StoreFailed { operation, error } => json!({
            "type": "store_failed",
            "operation": operation,
            "error": error.to_string(),
        }),
        // What a later version of the crate tells.
        _ => return None,
    })
}

fn recalled(scope: &RecallScope, due: u64) -> Value {
    let (kind, name) = scope.parts();
    let kind = if kind == "sign_in" { "signIn" } else { kind };
    let mut event = json!({ "type": "recalled", "due": due });
    if let Some(fields) = event.as_object_mut() {
        let name = match scope {
            RecallScope::All => json!(true),
            RecallScope::Session(_) | RecallScope::SignIn(_) | RecallScope::User(_) => json!(name),
        };
        fields.insert(kind.to_owned(), name);
    }
    event
}

fn user(owner: Option<&Owner>) -> Option<&str> {
    owner.map(|owner| owner.user.as_str())
}

fn sign_in(owner: Option<&Owner>) -> Option<&str> {
    owner.map(|owner| owner.sign_in.as_str())
}
