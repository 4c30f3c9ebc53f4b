//! From the core's notices and states to plain objects, times as `Date.now()` has them.

use js_sys::{Date, Function, JsString, Object};
use wasm_bindgen::prelude::*;

use super::error;
use super::plain::{Field, object};
use crate::browser::{Listener, set};
use crate::core::{GrantId, Millis, Notice, Revoked, State, Status};

/// Hands notices to the facade: the grant (0: the lease), the type of an event,
/// its detail.
pub(super) fn listener(notify: Function) -> Listener {
    Box::new(move |shell, grant, notice| {
        let detail = Object::new();
        let name = match notice {
            Notice::Expired => "expired",
            Notice::Expiring(wait) => {
                set(&detail, "expiresAt", &at(wait).into());
                "expiring"
            }
            Notice::Failed(error) => {
                let made = match grant {
                    Some(grant) => error::with_cause(error, shell, grant),
                    None => error::make(error),
                };
                set(&detail, "error", &made);
                "error"
            }
            Notice::Gone => "gone",
            Notice::Refreshed(wait) => {
                set(&detail, "expiresAt", &at(wait).into());
                "refreshed"
            }
            Notice::Revoked(reason) => {
                set(&detail, "reason", &reason.as_str().into());
                "revoked"
            }
        };
        let grant = JsValue::from(grant.map_or(0.0, GrantId::to_number));
        let _ = notify.call3(&JsValue::UNDEFINED, &grant, &name.into(), &detail);
    })
}

pub(super) fn state(state: &State, scope: Option<JsString>) -> JsValue {
    let token = state.token;
    let status = match state.status {
        Status::Closed => "closed",
        Status::Empty => "empty",
        Status::Fetching => "fetching",
        Status::Refreshing => "refreshing",
        Status::Stopped => "stopped",
        Status::Valid => "valid",
        Status::Waiting => "waiting",
    };
    let issued_at = token.map(|token| Date::now() - token.age.0 as f64);
    let state = object(&[
        ("status", Some(Field::Text(status))),
        ("issuedAt", issued_at.map(Field::Number)),
        (
            "refreshAt",
            token.map(|token| Field::Number(at(token.refresh_in))),
        ),
        (
            "expiresAt",
            token.map(|token| Field::Number(at(token.expires_in))),
        ),
        (
            "error",
            state.error.map(|error| Field::Text(error.code.as_str())),
        ),
    ]);
    if let Some(scope) = scope {
        set(state.unchecked_ref(), "scopes", &scope.split(" "));
    }
    state
}

pub(super) fn revoked(revoked: Revoked) -> JsValue {
    object(&[
        ("tokens", Some(Field::Number(revoked.tokens.into()))),
        ("confirmed", Some(Field::Flag(revoked.confirmed))),
    ])
}

fn at(wait: Millis) -> f64 {
    Date::now() + wait.0 as f64
}
