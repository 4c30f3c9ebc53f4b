//! Should WebAssembly ever fail, the facade is called back before it does.

use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Page, expecting_panic, js, patch_global};

#[wasm_bindgen(module = "/tests/web/support/page.js")]
extern "C" {
    /// Whether a call ends in a trap.
    fn traps(call: &JsValue) -> bool;
}

#[wasm_bindgen_test]
fn a_panic_calls_the_facade_back_before_it_traps() {
    let _page = Page::new();
    patch_global("calls", &0.into());
    patch_global("onPanic", &js("() => { calls += 1; throw 'swallowed'; }"));
    let failing = Closure::<dyn Fn()>::new(|| unreachable!("on purpose"));
    let trapped = expecting_panic(|| traps(failing.as_ref()));
    assert!(trapped);
    assert_eq!(js("calls"), 1);
}
