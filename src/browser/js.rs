//! The few JavaScript calls that web-sys and js-sys would only make by way of
//! linear memory: a token must stay a JavaScript string from end to end.

use js_sys::{JsString, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    /// The global `fetch`, of a window or a worker.
    #[wasm_bindgen(catch, js_name = fetch)]
    pub(super) fn fetch(input: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = fetch)]
    pub(super) fn fetch_with(input: &str, init: &Object) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = JSON, js_name = parse)]
    pub(super) fn parse_json(text: &JsString) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = encodeURIComponent)]
    pub(super) fn percent_encode(text: &JsString) -> Result<JsString, JsValue>;

    #[wasm_bindgen(catch, js_name = Number)]
    pub(super) fn to_number(value: &JsValue) -> Result<f64, JsValue>;

    #[wasm_bindgen(extends = js_sys::Object)]
    #[derive(Clone)]
    pub(super) type Form;

    #[wasm_bindgen(constructor, js_class = "URLSearchParams")]
    pub(super) fn new() -> Form;

    #[wasm_bindgen(method)]
    pub(super) fn append(this: &Form, name: &str, value: &JsString);

    pub(super) type Decoder;

    #[wasm_bindgen(constructor, js_class = "TextDecoder")]
    pub(super) fn new() -> Decoder;

    #[wasm_bindgen(method, catch)]
    pub(super) fn decode(
        this: &Decoder,
        chunk: &JsValue,
        options: &Object,
    ) -> Result<JsString, JsValue>;

    #[wasm_bindgen(js_name = Request)]
    type NewRequest;

    #[wasm_bindgen(constructor, catch, js_class = "Request")]
    fn new(input: &JsValue, init: &JsValue) -> Result<NewRequest, JsValue>;

    #[wasm_bindgen(js_name = Headers)]
    type NewHeaders;

    #[wasm_bindgen(constructor, catch, js_class = "Headers")]
    fn new(record: &JsValue) -> Result<NewHeaders, JsValue>;

    pub(super) type HeaderList;

    #[wasm_bindgen(method, catch)]
    pub(super) fn get(this: &HeaderList, name: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(super) fn set(this: &HeaderList, name: &str, value: &JsString) -> Result<(), JsValue>;
}

/// `new Request(input, init)`, whatever the two are.
pub(super) fn request(input: &JsValue, init: &JsValue) -> Result<web_sys::Request, JsValue> {
    NewRequest::new(input, init).map(JsCast::unchecked_into)
}

/// `new Headers(record)`, whatever that is.
pub(super) fn headers(record: &JsValue) -> Result<web_sys::Headers, JsValue> {
    NewHeaders::new(record).map(JsCast::unchecked_into)
}

/// A property, or `undefined` where there is none or its getter throws.
#[inline(never)]
pub(super) fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or_default()
}

/// Sets a property of an object of our own.
pub(crate) fn set(object: &Object, name: &str, value: impl Into<JsValue>) {
    set_value(object, name, value.into());
}

/// A number in decimal.
pub(super) fn decimal(number: u32) -> JsString {
    JsString::from("").concat(&number.into())
}

/// Inlining one call of JavaScript into each place that sets something costs
/// more bytes than all the objects.
#[inline(never)]
fn set_value(object: &Object, name: &str, value: JsValue) {
    // Cannot fail: the object is plain, extensible and unseen by others.
    let _ = Reflect::set(object, &name.into(), &value);
}

/// What a call gave, be it a promise or not; what it threw is a rejection.
#[inline(never)]
pub(super) fn settled(called: Result<JsValue, JsValue>) -> JsFuture {
    JsFuture::from(match called {
        Ok(value) => Promise::resolve(&value),
        Err(error) => Promise::reject(&error),
    })
}
