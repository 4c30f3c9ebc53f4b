//! From the core's errors to the facade's.

use js_sys::Reflect;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::hooks;
use super::record::record;
use crate::browser::Shell;
use crate::core::{Code, Error, GrantId};

/// Its parts, for the facade to make an error of: the number of its code, the HTTP
/// status, milliseconds, the registered error, and what exactly is wrong.
pub(super) fn make(error: Error) -> JsValue {
    hooks::make_error(&record(&(
        error.code as u8,
        error.status,
        error.retry_after.map(|wait| wait.0 as f64),
        error.oauth_error,
        error.detail,
    )))
}

/// An error with what a function of the app's threw, if that is what went wrong.
pub(super) fn with_cause(error: Error, client: &Shell, grant: GrantId) -> JsValue {
    let made = make(error);
    if error.was_thrown() {
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
