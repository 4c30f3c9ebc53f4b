//! A page without a network and without the passing of time, and a client in it.

mod client;
mod hooks;
mod page;

use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};

pub(crate) use client::{Answer, Client, Grant, Refusal, settled};
pub(crate) use hooks::expecting_panic;
pub(crate) use page::{Page, Sent, patch_global, patch_navigator, rest, say_of_document};

/// Where tokens come from and go to, unless a test is about something else.
pub(crate) const ENDPOINTS: &str = "{ tokenEndpoint: '/token', revokeEndpoint: '/revoke' }";

/// The same, for a client that waits for an answer no longer than 200 ms.
pub(crate) const IMPATIENT: &str =
    "{ tokenEndpoint: '/token', revokeEndpoint: '/revoke', requestTimeout: 200 }";

/// A request that is answered when the test says so.
pub(crate) const HELD: &str = "request => request.answer";

/// The same, by a `fetch` that heeds no signal.
pub(crate) const HEEDLESS: &str = "request => request.lateAnswer";

/// The value of a JavaScript expression.
pub(crate) fn js(expression: &str) -> JsValue {
    js_sys::eval(&format!("({expression})")).unwrap()
}

/// The value of a JavaScript expression that is a function.
pub(crate) fn function(expression: &str) -> Function {
    js(expression).unchecked_into()
}
