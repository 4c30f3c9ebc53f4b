//! The facade's functions that concern all clients.

use std::cell::OnceCell;
use std::mem::ManuallyDrop;

use js_sys::Function;
use wasm_bindgen::prelude::*;

struct Hooks {
    on_panic: Function,
    make_error: Function,
}

thread_local! {
    static HOOKS: ManuallyDrop<OnceCell<Hooks>> = const { ManuallyDrop::new(OnceCell::new()) };
}

/// To be called once, before anything else. `on_panic` is called if this
/// module ever panics, before it traps: to reject every promise that is still
/// open. It learns nothing of the panic, whose message could quote anything.
/// `make_error` makes an error of its parts, a list (see `error.rs`).
#[wasm_bindgen]
pub fn start(on_panic: Function, make_error: Function) {
    let hooks = Hooks {
        on_panic,
        make_error,
    };
    if HOOKS.with(|cell| cell.set(hooks)).is_ok() {
        std::panic::set_hook(Box::new(|_| panicked()));
    }
}

/// The build of the npm package finds this function by its name, and has panics
/// call it without wording their messages first.
#[inline(never)]
fn panicked() {
    call(|hooks| &hooks.on_panic, &JsValue::UNDEFINED);
}

/// The error that the facade makes of its parts.
pub(super) fn make_error(parts: &JsValue) -> JsValue {
    call(|hooks| &hooks.make_error, parts)
}

fn call(which: fn(&Hooks) -> &Function, value: &JsValue) -> JsValue {
    HOOKS.with(|cell| {
        let called = cell
            .get()
            .map(|hooks| which(hooks).call1(&JsValue::UNDEFINED, value));
        called.and_then(Result::ok).unwrap_or_default()
    })
}
