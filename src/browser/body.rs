//! Reads an answer's body up to a bound.

use gloo_net::http::Response;
use js_sys::{Function, JsString, Object};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::ReadableStreamDefaultReader;

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

pub(super) async fn text(response: &Response, value: &JsValue) -> Result<JsString, Unreadable> {
    let text = match response.body() {
        Some(stream) => streamed(&stream).await?,
        None => whole(value).await?,
    };
    if text.length() > LONGEST {
        return Err(Unreadable::TooLong);
    }
    Ok(text)
}

async fn streamed(stream: &web_sys::ReadableStream) -> Result<JsString, Unreadable> {
    let broken = |_| Unreadable::Broken;
    let reader = ReadableStreamDefaultReader::new(stream).map_err(broken)?;
    let decoder = js::Decoder::new();
    let options = Object::new();
    js::set(&options, "stream", true);
    let mut text = JsString::from("");
    loop {
        let part = js::settled(reader.read().into()).await.map_err(broken)?;
        if js::get(&part, "done").is_truthy() {
            return Ok(text);
        }
        let chunk = js::get(&part, "value");
        let decoded = decoder.decode(&chunk, &options).map_err(broken)?;
        text = text.concat(&decoded);
        if text.length() > LONGEST {
            let _ = reader.cancel();
            return Err(Unreadable::TooLong);
        }
    }
}

/// For answers without a stream: an empty one, or a test's stand-in.
async fn whole(response: &JsValue) -> Result<JsString, Unreadable> {
    let read = js::get(response, "text").dyn_into::<Function>();
    let text = match read.and_then(|read| read.call0(response)) {
        Ok(promise) => js::settled(promise).await,
        Err(error) => Err(error),
    };
    let text = text.and_then(JsCast::dyn_into::<JsString>);
    text.map_err(|_| Unreadable::Broken)
}
