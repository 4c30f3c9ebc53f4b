//! What `io.js` does, as Rust calls it.

use js_sys::{Function, JsString, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, Url, UrlSearchParams};

#[wasm_bindgen(module = "/src/browser/io.js")]
extern "C" {
    #[wasm_bindgen(js_name = askEndpoint)]
    pub(super) fn ask_endpoint(
        url: &str,
        headers: Option<&Function>,
        credentials: &str,
        request: &JsValue,
        signal: &AbortSignal,
        callback: &JsValue,
    );

    #[wasm_bindgen(js_name = askProvider)]
    pub(super) fn ask_provider(
        provider: &Function,
        request: &JsValue,
        signal: &AbortSignal,
        callback: &JsValue,
    );

    #[wasm_bindgen(js_name = tokenRequest)]
    pub(super) fn token_request(
        resource: Option<&str>,
        scope: &str,
        session: &JsString,
        id: u32,
    ) -> JsValue;

    pub(super) type Answer;

    #[wasm_bindgen(method, getter)]
    pub(super) fn status(this: &Answer) -> f64;

    #[wasm_bindgen(method, getter, js_name = isObject)]
    pub(super) fn is_object(this: &Answer) -> bool;

    #[wasm_bindgen(method, getter)]
    pub(super) fn token(this: &Answer) -> Option<JsString>;

    #[wasm_bindgen(method, getter, js_name = tokenType)]
    pub(super) fn token_type(this: &Answer) -> Option<String>;

    #[wasm_bindgen(method, getter, js_name = expiresIn)]
    pub(super) fn expires_in(this: &Answer) -> Option<f64>;

    #[wasm_bindgen(method, getter)]
    pub(super) fn handle(this: &Answer) -> Option<JsString>;

    #[wasm_bindgen(method, getter)]
    pub(super) fn scope(this: &Answer) -> Option<JsString>;

    #[wasm_bindgen(method, getter)]
    pub(super) fn weight(this: &Answer) -> u32;

    #[wasm_bindgen(method, getter)]
    pub(super) fn error(this: &Answer) -> Option<String>;

    #[wasm_bindgen(method, getter, js_name = retryAfter)]
    pub(super) fn retry_after(this: &Answer) -> Option<f64>;

    #[wasm_bindgen(method, getter, js_name = tooLong)]
    pub(super) fn is_too_long(this: &Answer) -> bool;

    #[wasm_bindgen(method, getter, js_name = html)]
    pub(super) fn is_html(this: &Answer) -> bool;

    #[wasm_bindgen(method, getter, js_name = final)]
    pub(super) fn is_final(this: &Answer) -> bool;

    #[wasm_bindgen(catch)]
    pub(super) fn prepare(input: &JsValue, init: &JsValue) -> Result<Prepared, JsValue>;

    pub(super) type Prepared;

    #[wasm_bindgen(method, getter)]
    pub(super) fn request(this: &Prepared) -> JsValue;

    #[wasm_bindgen(method, getter)]
    pub(super) fn replay(this: &Prepared) -> JsValue;

    #[wasm_bindgen(method, getter)]
    pub(super) fn signal(this: &Prepared) -> AbortSignal;

    #[wasm_bindgen(method, getter)]
    pub(super) fn protocol(this: &Prepared) -> String;

    #[wasm_bindgen(method, getter)]
    pub(super) fn hostname(this: &Prepared) -> String;

    #[wasm_bindgen(method, getter)]
    pub(super) fn origin(this: &Prepared) -> String;

    pub(super) fn send(request: &JsValue, token: &JsString, callback: &JsValue);

    #[wasm_bindgen(js_name = isInsufficientScope)]
    pub(super) fn is_insufficient_scope(response: &JsValue) -> bool;

    pub(super) fn discard(response: &JsValue);

    #[wasm_bindgen(js_name = originOf)]
    pub(super) fn origin_of(url: &str) -> Option<String>;

    pub(super) fn revoke(
        url: &str,
        body: &UrlSearchParams,
        headers: Option<&Object>,
        signal: &AbortSignal,
        callback: &JsValue,
    );

    #[wasm_bindgen(js_name = handOver)]
    pub(super) fn hand_over(url: &str, body: &UrlSearchParams, headers: Option<&Object>);

    #[wasm_bindgen(js_name = listenToPage)]
    pub(super) fn listen_to_page(callback: &JsValue) -> Function;

    #[wasm_bindgen(js_name = isPrerendering)]
    pub(super) fn is_prerendering() -> bool;

    #[wasm_bindgen(js_name = isHidden)]
    pub(super) fn is_hidden() -> bool;

    #[wasm_bindgen(js_name = onAbort)]
    pub(super) fn on_abort(signal: &AbortSignal, callback: &JsValue) -> Function;

    #[wasm_bindgen(js_name = randomName)]
    pub(super) fn random_name() -> JsString;

    #[wasm_bindgen(js_name = randomSeed)]
    pub(super) fn random_seed() -> f64;

    /// A function that always gives this.
    pub(crate) fn always(value: &JsValue) -> Function;

    #[wasm_bindgen(catch)]
    pub(super) fn resolve(url: &str) -> Result<Url, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// A form that takes a token as it is, without a copy in linear memory.
    #[wasm_bindgen(extends = UrlSearchParams)]
    pub(super) type Form;

    #[wasm_bindgen(constructor, js_class = "URLSearchParams")]
    pub(super) fn new() -> Form;

    #[wasm_bindgen(method)]
    pub(super) fn append(this: &Form, name: &str, value: &JsString);
}

/// A function for JavaScript to call back, of one signature for all purposes:
/// each further one would bring its own glue. It is let go of when JavaScript
/// lets go of it.
pub(super) fn callback(callback: impl FnMut(JsValue, bool) + 'static) -> JsValue {
    wrap(Box::new(callback))
}

/// As [`callback`], for what is called once.
pub(super) fn once(callback: impl FnOnce(JsValue, bool) + 'static) -> JsValue {
    let mut callback = Some(callback);
    self::callback(move |value, flag| {
        if let Some(callback) = callback.take() {
            callback(value, flag);
        }
    })
}

fn wrap(callback: Box<dyn FnMut(JsValue, bool)>) -> JsValue {
    Closure::wrap(callback).into_js_value()
}

/// Sets a property of a plain object of our own, which cannot fail.
#[inline(never)]
pub(crate) fn set(object: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}
