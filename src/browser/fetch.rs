//! `fetch` as it is found in the wild: patched, mocked, wrapped.
//!
//! gloo-net's own `send` panics where a rejection is no `Error` or an answer
//! is no `Response` of this realm, and a panic would leave callers waiting for
//! ever. So the call is made here, and only a checked answer becomes gloo-net's.

use gloo_net::http::Response;
use js_sys::{JsString, Object};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::js;

pub(super) fn fetch(request: &JsValue) -> JsFuture {
    js::settled(js::fetch(request))
}

pub(super) fn fetch_with(url: &str, init: &Object) -> JsFuture {
    js::settled(js::fetch_with(url, init))
}

/// The answer behind a value, if it looks like one: a `Response` of another
/// realm or a test's stand-in will do as well.
pub(super) fn response(value: &JsValue) -> Option<Response> {
    let status = js::get(value, "status").as_f64()?;
    let is_answer = status >= 100.0 && js::get(value, "headers").is_object();
    is_answer.then(|| value.clone().unchecked_into::<web_sys::Response>().into())
}

/// A header, where it is there and may be read.
pub(super) fn header(response: &JsValue, name: &str) -> Option<JsString> {
    let headers: js::HeaderList = js::get(response, "headers").unchecked_into();
    headers.get(name).ok()?.dyn_into().ok()
}
