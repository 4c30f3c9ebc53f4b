//! What `io.js` does, as Rust calls it.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Array, Function, JsString, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, UrlSearchParams};

#[wasm_bindgen(module = "/src/browser/io.js")]
extern "C" {
    pub(super) fn connect(backend: &JsValue, most: u32) -> JsValue;

    #[wasm_bindgen(js_name = sourceOf)]
    pub(super) fn source_of(backend: &JsValue) -> String;

    #[wasm_bindgen(js_name = listenToAnswers)]
    pub(super) fn listen_to_answers(wire: &JsValue, callback: &JsValue) -> Function;

    #[wasm_bindgen(js_name = nameWholeSession)]
    pub(super) fn name_whole_session(wire: &JsValue);

    #[cfg(feature = "js")]
    #[wasm_bindgen(js_name = causeOf)]
    pub(super) fn cause_of(wire: &JsValue, grant: f64) -> JsValue;

    #[wasm_bindgen(js_name = keepWord)]
    pub(super) fn keep_word(wire: &JsValue, answer: &JsValue);

    #[wasm_bindgen(js_name = listenAgain)]
    pub(super) fn listen_again(wire: &JsValue);

    pub(super) fn outside(callback: &JsValue);

    /// Headers as a plain object; throws where they are none.
    #[cfg(feature = "js")]
    #[wasm_bindgen(catch, js_name = headersOf)]
    pub(crate) fn headers_of(headers: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = renewSession)]
    pub(super) fn renew_session(wire: &JsValue);

    #[wasm_bindgen(js_name = askForToken)]
    pub(super) fn ask_for_token(
        wire: &JsValue,
        id: f64,
        grant: f64,
        resource: Option<&str>,
        scope: &str,
    );

    #[wasm_bindgen(js_name = askForLease)]
    pub(super) fn ask_for_lease(wire: &JsValue, id: f64);

    pub(super) fn abort(wire: &JsValue, id: f64);

    pub(super) fn keep(wire: &JsValue, id: f64, answer: &JsValue);

    pub(super) fn forget(wire: &JsValue, id: f64);

    #[wasm_bindgen(js_name = tokenOf)]
    pub(super) fn token_of(wire: &JsValue, id: f64) -> Option<JsString>;

    #[wasm_bindgen(js_name = scopeOf)]
    pub(super) fn scope_of(wire: &JsValue, id: f64) -> Option<JsString>;

    pub(super) fn form() -> UrlSearchParams;

    #[wasm_bindgen(js_name = nameSecret)]
    pub(super) fn name_secret(wire: &JsValue, id: f64, body: &UrlSearchParams);

    #[wasm_bindgen(js_name = nameRequest)]
    pub(super) fn name_request(id: f64, body: &UrlSearchParams);

    pub(super) fn revoke(
        wire: &JsValue,
        id: f64,
        body: &UrlSearchParams,
        reason: &str,
        is_whole: bool,
        wait: u32,
    );

    #[wasm_bindgen(js_name = handOver)]
    pub(super) fn hand_over(wire: &JsValue, body: &UrlSearchParams, reason: &str, is_whole: bool);

    #[wasm_bindgen(js_name = isLastSent)]
    pub(super) fn is_last_sent(wire: &JsValue) -> bool;

    #[wasm_bindgen(catch)]
    pub(super) fn prepare(
        wire: &JsValue,
        input: &JsValue,
        init: &JsValue,
    ) -> Result<JsValue, JsValue>;

    pub(super) fn send(request: &JsValue, init: &JsValue, token: &JsString, callback: &JsValue);

    #[wasm_bindgen(js_name = isInsufficientScope)]
    pub(super) fn is_insufficient_scope(response: &JsValue) -> bool;

    pub(super) fn discard(response: &JsValue);

    #[wasm_bindgen(js_name = originOf)]
    pub(super) fn origin_of(url_or_response: &JsValue) -> Option<String>;

    #[wasm_bindgen(js_name = listenToTabs)]
    pub(super) fn listen_to_tabs(wire: &JsValue, callback: &JsValue) -> Option<Function>;

    #[wasm_bindgen(js_name = listenToPage)]
    pub(super) fn listen_to_page(callback: &JsValue, wire: &JsValue) -> Function;

    #[wasm_bindgen(js_name = isPrerendering)]
    pub(super) fn is_prerendering() -> bool;

    #[wasm_bindgen(js_name = isHidden)]
    pub(super) fn is_hidden() -> bool;

    #[wasm_bindgen(js_name = onAbort)]
    pub(super) fn on_abort(signal: &AbortSignal, callback: &JsValue) -> Function;

    #[wasm_bindgen(js_name = randomSeed)]
    pub(super) fn random_seed() -> f64;

    /// A function that always gives this.
    pub(crate) fn always(value: &JsValue) -> Function;

    #[wasm_bindgen(catch)]
    pub(super) fn resolve(url: &str) -> Result<JsValue, JsValue>;
}

/// Parts of an answer by place, as `io.js` has them.
pub(super) mod answer {
    pub(in crate::browser) const STATUS: u32 = 0;
    pub(in crate::browser) const FORM: u32 = 1;
    pub(in crate::browser) const TOKEN: u32 = 2;
    pub(in crate::browser) const TOKEN_TYPE: u32 = 3;
    pub(in crate::browser) const EXPIRES_IN: u32 = 4;
    pub(in crate::browser) const WEIGHT: u32 = 7;
    pub(in crate::browser) const ERROR: u32 = 8;
    pub(in crate::browser) const RETRY_AFTER: u32 = 9;
    pub(in crate::browser) const FINAL: u32 = 10;
    pub(in crate::browser) const RENEW_IN: u32 = 11;
    pub(in crate::browser) const HELD: u32 = 12;
    pub(in crate::browser) const TERM: u32 = 13;
    pub(in crate::browser) const RECALLS: u32 = 14;
    pub(in crate::browser) const IS_RECKONED: u32 = 15;
    pub(in crate::browser) const ID: u32 = 18;
    pub(in crate::browser) const ABOUT: u32 = 19;
}

/// Forms of a body, as `io.js` has them.
pub(super) mod form {
    pub(in crate::browser) const OBJECT: f64 = 0.0;
    pub(in crate::browser) const HTML: f64 = 2.0;
    pub(in crate::browser) const ENDLESS: f64 = 3.0;
    pub(in crate::browser) const UNASKED: f64 = 4.0;
    pub(in crate::browser) const EMPTY: f64 = 5.0;
    pub(in crate::browser) const USED: f64 = 6.0;
    pub(in crate::browser) const THROWN: f64 = 7.0;
}

/// What the backend takes back that is no request's name, as `io.js` has it.
pub(super) mod recall {
    pub(in crate::browser) const ALL: f64 = -1.0;
    pub(in crate::browser) const STOP: f64 = -2.0;
}

/// Parts of an endpoint's URL by place, as `io.js` has them.
pub(super) mod resolved {
    pub(in crate::browser) const HREF: u32 = 0;
    pub(in crate::browser) const PROTOCOL: u32 = 1;
    pub(in crate::browser) const HOSTNAME: u32 = 2;
    pub(in crate::browser) const HAS_PASSWORD: u32 = 3;
}

/// Parts of a prepared request by place, as `io.js` has them.
pub(super) mod prepared {
    pub(in crate::browser) const REQUEST: u32 = 0;
    pub(in crate::browser) const REPLAY: u32 = 1;
    pub(in crate::browser) const SIGNAL: u32 = 2;
    pub(in crate::browser) const PROTOCOL: u32 = 3;
    pub(in crate::browser) const HOSTNAME: u32 = 4;
    pub(in crate::browser) const ORIGIN: u32 = 5;
    pub(in crate::browser) const ALLOWED: u32 = 6;
    pub(in crate::browser) const INIT: u32 = 7;
}

/// A list that `io.js` made.
#[derive(Clone)]
pub(super) struct Parts(Array);

impl Parts {
    pub(super) fn new(list: JsValue) -> Self {
        Self(list.unchecked_into())
    }

    pub(super) fn as_js(&self) -> &JsValue {
        &self.0
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

/// A function for JavaScript to call back, of one signature for all purposes:
/// each further one would bring its own glue. `Fn`, since it may be called while
/// it runs: Firefox tells of `visibilitychange` while `pagehide` hands its
/// request over.
///
/// Never left to JavaScript to collect: that would run a finalizer, and Chromium
/// throws a page out of its back/forward cache if anything runs in it.
pub(super) type Callback = Closure<dyn Fn(JsValue, bool)>;

/// One that can be called until it is dropped.
pub(super) fn callback(callback: impl Fn(JsValue, bool) + 'static) -> Callback {
    wrap(Box::new(callback))
}

/// One that has to be called once, and is gone then.
pub(super) fn once(callback: impl FnOnce(JsValue, bool) + 'static) -> JsValue {
    wrap_once(Box::new(callback))
}

/// Something of the browser's that calls back until this is dropped.
pub(super) struct Subscription {
    channel: Function,
    _callback: Callback,
}

impl Subscription {
    /// `channel` ends it if it is called with `false`.
    pub(super) fn new(channel: Function, callback: Callback) -> Self {
        Self {
            channel,
            _callback: callback,
        }
    }

    pub(super) fn call(&self, flag: bool) {
        let _ = self.channel.call1(&JsValue::UNDEFINED, &flag.into());
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.call(false);
    }
}

/// Not generic: it is compiled once.
fn wrap_once(callback: Box<dyn FnOnce(JsValue, bool)>) -> JsValue {
    let both = Rc::new(Cell::new(
        None::<(Callback, Box<dyn FnOnce(JsValue, bool)>)>,
    ));
    let own = both.clone();
    let wrapped = self::callback(move |value, flag| {
        if let Some((_wrapped, callback)) = own.take() {
            callback(value, flag);
        }
    });
    let function = wrapped.as_ref().clone();
    both.set(Some((wrapped, callback)));
    function
}

fn wrap(callback: Box<dyn Fn(JsValue, bool)>) -> Callback {
    Closure::wrap(callback)
}

/// Sets a property of a plain object of our own, which cannot fail.
#[inline(never)]
pub(crate) fn set(object: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}
