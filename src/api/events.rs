//! From the core's notices and states to plain objects, times as `Date.now()` has them.

use js_sys::{Date, Function, Object};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::error::Errors;
use crate::browser::set;
use crate::core::{GrantId, GrantKey, Millis, Notice, Revoked, State, Status};

/// An object for JavaScript.
pub(super) fn to_js(value: &impl Serialize) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&serializer).unwrap_or_default()
}

/// Hands notices to the facade: the grant, the type of an event, its detail.
pub(super) fn listener(errors: Errors, notify: Function) -> Box<dyn Fn(GrantId, Notice)> {
    Box::new(move |grant, notice| {
        let detail = Object::new();
        let name = match notice {
            Notice::Expired => "expired",
            Notice::Expiring(wait) => {
                set(&detail, "expiresAt", at(wait));
                "expiring"
            }
            Notice::Failed(error) => {
                set(&detail, "error", errors.make(error));
                "error"
            }
            Notice::Gone => "gone",
            Notice::Refreshed(wait) => {
                set(&detail, "expiresAt", at(wait));
                "refreshed"
            }
            Notice::Revoked(reason) => {
                set(&detail, "reason", reason.as_str());
                "revoked"
            }
        };
        let grant = JsValue::from(grant.to_number());
        let _ = notify.call3(&JsValue::UNDEFINED, &grant, &name.into(), &detail);
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RawState<'a> {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_at: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_at: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
}

pub(super) fn state(state: &State, scope: Option<String>) -> JsValue {
    let token = state.token;
    to_js(&RawState {
        status: match state.status {
            Status::Closed => "closed",
            Status::Empty => "empty",
            Status::Fetching => "fetching",
            Status::Refreshing => "refreshing",
            Status::Stopped => "stopped",
            Status::Valid => "valid",
            Status::Waiting => "waiting",
        },
        issued_at: token.map(|token| Date::now() - token.age.0 as f64),
        refresh_at: token.map(|token| at(token.refresh_in)),
        expires_at: token.map(|token| at(token.expires_in)),
        scopes: scope
            .as_deref()
            .map(|scope| scope.split(' ').filter(|one| !one.is_empty()).collect()),
        error: state.error.map(|error| error.code.as_str()),
    })
}

#[derive(Serialize)]
struct RawKey<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<&'a str>,
    scopes: Vec<&'a str>,
}

pub(super) fn key(key: &GrantKey) -> JsValue {
    to_js(&RawKey {
        resource: key.resource(),
        scopes: key.scope().split(' ').collect(),
    })
}

#[derive(Serialize)]
struct RawRevoked {
    tokens: u32,
    confirmed: bool,
}

pub(super) fn revoked(revoked: Revoked) -> JsValue {
    to_js(&RawRevoked {
        tokens: revoked.tokens,
        confirmed: revoked.confirmed,
    })
}

fn at(wait: Millis) -> f64 {
    Date::now() + wait.0 as f64
}
