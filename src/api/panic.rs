//! No panic is expected; if one happens, nobody is left waiting for ever.

use js_sys::Function;
use wasm_bindgen::prelude::*;

/// Calls the facade back if this module ever panics, before it traps: to
/// reject every promise that is still open. Says nothing of the panic itself,
/// whose message could quote anything.
#[expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
#[wasm_bindgen(js_name = onPanic)]
pub fn on_panic(callback: Function) {
    // A function of the one thread that there is.
    thread_local! {
        static CALLBACK: std::cell::OnceCell<Function> = const { std::cell::OnceCell::new() };
    }
    if CALLBACK.with(|cell| cell.set(callback)).is_ok() {
        std::panic::set_hook(Box::new(|_| {
            CALLBACK.with(|cell| {
                if let Some(callback) = cell.get() {
                    let _ = callback.call0(&JsValue::UNDEFINED);
                }
            });
        }));
    }
}
