//! `fetch` as it is found in the wild: patched, mocked, wrapped.
//!
//! gloo-net's own `send` panics where a rejection is no `Error` or an answer
//! is no `Response` of this realm, and a panic would leave callers waiting for
//! ever. So the call is made here, and only a checked answer becomes gloo-net's.

use gloo_net::http::Response;
use js_sys::{JsString, Object};
use wasm_bindgen::{JsCast, JsValue};

use super::js;

pub(super) async fn fetch(request: &JsValue) -> Result<JsValue, JsValue> {
    js::settled(js::fetch(request)?).await
}

pub(super) async fn fetch_with(url: &str, init: &Object) -> Result<JsValue, JsValue> {
    js::settled(js::fetch_with(url, init)?).await
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
