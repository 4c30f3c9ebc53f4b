//! What `io.js` does, as Rust calls it.

use js_sys::{Function, JsString, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

#[wasm_bindgen(module = "/src/browser/io.js")]
extern "C" {
    pub(super) fn connect(backend: &JsValue) -> JsValue;

    #[wasm_bindgen(js_name = sourceOf)]
    pub(super) fn source_of(backend: &JsValue) -> String;

    pub(super) fn listen(wire: &JsValue, tell: &JsValue);

    pub(super) fn end(wire: &JsValue);

    #[wasm_bindgen(js_name = tellTabs)]
    pub(super) fn tell_tabs(wire: &JsValue);

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

    /// The revoke that follows names it.
    pub(super) fn name(wire: &JsValue, id: f64);

    pub(super) fn revoke(wire: &JsValue, id: f64, reason: &str, is_whole: bool, wait: f64);

    #[wasm_bindgen(js_name = handOver)]
    pub(super) fn hand_over(wire: &JsValue, reason: &str, is_whole: bool, is_short: bool);

    pub(super) fn hold(
        wire: &JsValue,
        reason: &str,
        if_cached: &str,
        is_whole: bool,
        is_short: bool,
        up_to: f64,
    );

    #[wasm_bindgen(js_name = toldUpTo)]
    pub(super) fn told_up_to(wire: &JsValue) -> f64;

    #[wasm_bindgen(catch)]
    pub(super) fn prepare(
        wire: &JsValue,
        input: &JsValue,
        init: &JsValue,
    ) -> Result<JsValue, JsValue>;

    pub(super) fn send(request: &JsValue, init: &JsValue, token: &JsString, callback: &JsValue);

    #[wasm_bindgen(js_name = refusesToken)]
    pub(super) fn refuses_token(response: &JsValue) -> bool;

    pub(super) fn discard(response: &JsValue);

    #[wasm_bindgen(js_name = originOf)]
    pub(super) fn origin_of(url_or_response: &JsValue) -> Option<String>;

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

    fn part(of: &JsValue, name: &str) -> JsValue;
}

/// Something plain with named parts, which JavaScript of our own made.
pub(crate) struct Part(JsValue);

impl Part {
    pub(crate) const fn new(whole: JsValue) -> Self {
        Self(whole)
    }

    pub(crate) const fn as_js(&self) -> &JsValue {
        &self.0
    }

    #[inline(never)]
    pub(crate) fn get(&self, name: &str) -> JsValue {
        part(&self.0, name)
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.get(name).is_truthy()
    }

    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.get(name).as_f64()
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.get(name).as_string()
    }

    /// A string that stays where it is.
    pub(crate) fn string(&self, name: &str) -> Option<JsString> {
        self.get(name).dyn_into().ok()
    }
}

/// Sets a property of a plain object of our own, which cannot fail.
#[inline(never)]
pub(crate) fn set(object: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}
