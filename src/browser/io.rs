//! What `io.js` does, as Rust calls it.

use std::cell::Cell;

use js_sys::{Array, Function, JsString, Object, Reflect};
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
        keepalive: bool,
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
        leased: bool,
    ) -> JsValue;

    #[wasm_bindgen(js_name = leaseRequest)]
    pub(super) fn lease_request(session: &JsString) -> JsValue;

    #[wasm_bindgen(catch)]
    pub(super) fn prepare(input: &JsValue, init: &JsValue) -> Result<JsValue, JsValue>;

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

    #[wasm_bindgen(js_name = lastRequest)]
    pub(super) fn last_request(
        url: &str,
        headers: Option<&Object>,
        deferred: bool,
        most: u32,
    ) -> JsValue;

    #[wasm_bindgen(js_name = nameAtLast)]
    pub(super) fn name_at_last(last: &JsValue, key: f64, name: &str, value: &JsValue);

    #[wasm_bindgen(js_name = isLastSent)]
    pub(super) fn is_last_sent(last: &JsValue) -> bool;

    #[wasm_bindgen(js_name = handOver)]
    pub(super) fn hand_over(url: &str, body: &UrlSearchParams, headers: Option<&Object>);

    #[wasm_bindgen(js_name = listenToTabs)]
    pub(super) fn listen_to_tabs(app: &str, callback: &JsValue) -> Option<Function>;

    #[wasm_bindgen(js_name = listenToPage)]
    pub(super) fn listen_to_page(callback: &JsValue, last: &JsValue) -> Function;

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

/// Parts of an answer by place, as `io.js` has them.
pub(super) mod answer {
    pub(in crate::browser) const STATUS: u32 = 0;
    pub(in crate::browser) const FORM: u32 = 1;
    pub(in crate::browser) const TOKEN: u32 = 2;
    pub(in crate::browser) const TOKEN_TYPE: u32 = 3;
    pub(in crate::browser) const EXPIRES_IN: u32 = 4;
    pub(in crate::browser) const HANDLE: u32 = 5;
    pub(in crate::browser) const SCOPE: u32 = 6;
    pub(in crate::browser) const WEIGHT: u32 = 7;
    pub(in crate::browser) const ERROR: u32 = 8;
    pub(in crate::browser) const RETRY_AFTER: u32 = 9;
    pub(in crate::browser) const FINAL: u32 = 10;
    pub(in crate::browser) const RENEW_IN: u32 = 11;
    pub(in crate::browser) const HELD: u32 = 12;
    pub(in crate::browser) const TERM: u32 = 13;
    pub(in crate::browser) const RECALLS: u32 = 14;
}

/// Forms of a body, as `io.js` has them.
pub(super) mod form {
    pub(in crate::browser) const OBJECT: f64 = 0.0;
    pub(in crate::browser) const HTML: f64 = 2.0;
    pub(in crate::browser) const ENDLESS: f64 = 3.0;
    pub(in crate::browser) const UNASKED: f64 = 4.0;
}

/// What the backend takes back that is no request's name, as `io.js` has it.
pub(super) mod recall {
    pub(in crate::browser) const ALL: f64 = -1.0;
    pub(in crate::browser) const STOP: f64 = -2.0;
}

/// Parts of a prepared request by place, as `io.js` has them.
pub(super) mod prepared {
    pub(in crate::browser) const REQUEST: u32 = 0;
    pub(in crate::browser) const REPLAY: u32 = 1;
    pub(in crate::browser) const SIGNAL: u32 = 2;
    pub(in crate::browser) const PROTOCOL: u32 = 3;
    pub(in crate::browser) const HOSTNAME: u32 = 4;
    pub(in crate::browser) const ORIGIN: u32 = 5;
}

/// A list that `io.js` made.
#[derive(Clone)]
pub(super) struct Parts(Array);

impl Parts {
    pub(super) fn new(list: JsValue) -> Self {
        Self(list.unchecked_into())
    }

    pub(super) fn count(&self) -> u32 {
        self.0.length()
    }

    #[inline(never)]
    pub(super) fn get(&self, place: u32) -> JsValue {
        self.0.get(place)
    }

    pub(super) fn number(&self, place: u32) -> Option<f64> {
        self.get(place).as_f64()
    }

    pub(super) fn text(&self, place: u32) -> Option<String> {
        self.get(place).as_string()
    }

    /// A string that stays where it is.
    pub(super) fn string(&self, place: u32) -> Option<JsString> {
        self.get(place).dyn_into().ok()
    }
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
/// lets go of it. `Fn`, since it may be called while it runs: Firefox tells of
/// `visibilitychange` while `pagehide` hands its request over.
pub(super) fn callback(callback: impl Fn(JsValue, bool) + 'static) -> JsValue {
    wrap(Box::new(callback))
}

/// As [`callback`], for what is called once.
pub(super) fn once(callback: impl FnOnce(JsValue, bool) + 'static) -> JsValue {
    let callback = Cell::new(Some(callback));
    self::callback(move |value, flag| {
        if let Some(callback) = callback.take() {
            callback(value, flag);
        }
    })
}

fn wrap(callback: Box<dyn Fn(JsValue, bool)>) -> JsValue {
    Closure::wrap(callback).into_js_value()
}

/// Sets a property of a plain object of our own, which cannot fail.
#[inline(never)]
pub(crate) fn set(object: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}
