//! What the SDK promises, as far as the core decides it: one test for each
//! sentence, told from the outside.

#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::panic, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test file uses its own part")]
mod support;

mod callers;
mod clocks;
mod failures;
mod farewell;
mod foreign;
mod hidden;
mod lapse;
mod lease;
mod leaving;
mod names;
mod outage;
mod pace;
mod recalled;
mod refreshing;
mod refused;
mod refused_again;
mod revoking;
mod scenario;
mod superseded;
mod tabs;
mod terms;
mod unanswered;
mod unrevoked;
mod unstated;
