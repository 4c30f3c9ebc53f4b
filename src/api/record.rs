//! Flat records for JavaScript.

use serde::Serialize;
use wasm_bindgen::JsValue;

/// A list of the parts of a tuple; what is absent is `undefined`.
///
/// Not an object with names: serde-wasm-bindgen keeps the field names of structs in a
/// hash map, and each name would be in the module; the facade has them in any case.
pub(super) fn record<T: Serialize>(parts: &T) -> JsValue {
    serde_wasm_bindgen::to_value(parts).unwrap_or_default()
}
