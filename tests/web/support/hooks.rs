//! What the facade does once, when it has loaded WebAssembly.

use std::cell::Cell;
use std::panic::{set_hook, take_hook};
use std::sync::Once;

use downscope::api;
use downscope::core::Code;

use super::function;

thread_local! {
    static PANIC_IS_EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// Once for all tests; what a panic calls is `globalThis.onPanic`.
pub(super) fn start() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        // What the facade would make a `TokenError` of.
        let codes = Code::ALL.map(|code| format!("{:?}", (code.as_str(), code.message())));
        let codes = codes
            .map(|code| code.replace('(', "[").replace(')', "]"))
            .join(",");
        let make_error = format!(
            "([number, status, retryAfter, oauthError, detail]) => {{
                const [code, message] = [{codes}][number];
                const text = detail ? `${{message}} ${{detail}}` : message;
                return Object.assign(new Error(text), {{ code, status, retryAfter, oauthError }});
            }}"
        );
        let of_the_tests = take_hook();
        api::start(function("() => onPanic()"), function(&make_error));
        let of_the_library = take_hook();
        // For good: after a panic that ends in a trap no hook can be set.
        set_hook(Box::new(move |info| {
            if PANIC_IS_EXPECTED.get() {
                of_the_library(info);
            } else {
                of_the_tests(info);
            }
        }));
    });
}

/// A panic meanwhile is no failure of the test, and goes to the library's hook.
pub(crate) fn expecting_panic<T>(call: impl FnOnce() -> T) -> T {
    PANIC_IS_EXPECTED.set(true);
    let given = call();
    PANIC_IS_EXPECTED.set(false);
    given
}
