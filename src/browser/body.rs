//! Reads an answer's body up to a bound.

use js_sys::{Function, JsString, Object};
use wasm_bindgen::{JsCast, JsValue};

use super::js;

/// The longest body that is read: 128 KiB, eight times the longest token.
const LONGEST: u32 = 131_072;

/// Why there is no text.
pub(super) enum Unreadable {
    /// The connection broke.
    Broken,
    /// It goes on and on.
    TooLong,
}

pub(super) async fn text(response: &JsValue) -> Result<JsString, Unreadable> {
    let body = js::get(response, "body");
    let reader = call(&body, "getReader");
    let mut text = JsString::from("");
    if let Ok(reader) = reader {
        let decoder = js::Decoder::new();
        let options = Object::new();
        js::set(&options, "stream", true);
        loop {
            let part = js::settled(call(&reader, "read")).await.unwrap_or_default();
            let chunk = js::get(&part, "value");
            match decoder.decode(&chunk, &options) {
                Ok(decoded) if chunk.is_object() => text = text.concat(&decoded),
                _ if js::get(&part, "done").is_truthy() => break,
                _ => return Err(Unreadable::Broken),
            }
            if text.length() > LONGEST {
                let _ = call(&reader, "cancel");
                return Err(Unreadable::TooLong);
            }
        }
    } else if let Ok(whole) = js::settled(call(response, "text")).await {
        // Without a stream: an empty answer, or a test's stand-in.
        text = whole.dyn_into().map_err(|_| Unreadable::Broken)?;
    }
    if text.length() > LONGEST {
        return Err(Unreadable::TooLong);
    }
    Ok(text)
}

fn call(object: &JsValue, method: &str) -> Result<JsValue, JsValue> {
    js::get(object, method)
        .dyn_into::<Function>()?
        .call0(object)
}
