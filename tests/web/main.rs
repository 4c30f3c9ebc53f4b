//! The shell in a real browser: hostile answers, re-entrant callers, a page that
//! comes and goes, a client that is closed at any moment.
//!
//! The network, the clocks and the timers are stand-ins (see `support`);
//! the page, its events, promises, signals and streams are the browser's own.

#![cfg(all(target_arch = "wasm32", feature = "js"))]
#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot go on without fails it"
)]

mod abort;
mod answers;
mod closing;
mod grants;
mod leaving;
mod memory;
mod panic;
mod provider;
mod reentry;
mod resource;
mod revoking;
mod rust;
mod support;
mod time;
mod wrapped;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
