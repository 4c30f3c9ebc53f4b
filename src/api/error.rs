//! From the core's errors to the facade's.

use js_sys::Reflect;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::hooks;
use super::plain::{Field, object};
use crate::browser::Shell;
use crate::core::{Code, Error, GrantId};

pub(super) fn make(error: Error) -> JsValue {
    hooks::make_error(&object(&[
        ("code", Some(Field::Text(error.code.as_str()))),
        ("message", Some(Field::Text(error.code.message()))),
        ("detail", error.detail.map(Field::Text)),
        ("retryable", Some(Field::Flag(error.code.is_retryable()))),
        (
            "status",
            error.status.map(|status| Field::Number(status.into())),
        ),
        (
            "retryAfter",
            error.retry_after.map(|wait| Field::Number(wait.0 as f64)),
        ),
        ("oauthError", error.oauth_error.map(Field::Text)),
    ]))
}

/// An error with what a function of the app's threw, if that is what went wrong.
pub(super) fn with_cause(error: Error, client: &Shell, grant: GrantId) -> JsValue {
    let made = make(error);
    if error.code == Code::Network && error.detail.is_some() {
        let _ = Reflect::set(&made, &"cause".into(), &client.cause(grant));
    }
    made
}

/// An error that, for an aborted caller, has its signal's reason as the cause.
pub(super) fn aborted_or(made: JsValue, error: Error, signal: Option<&AbortSignal>) -> JsValue {
    if let Some(signal) = signal.filter(|_| error.code == Code::Aborted) {
        let _ = Reflect::set(&made, &"cause".into(), &signal.reason());
    }
    made
}
