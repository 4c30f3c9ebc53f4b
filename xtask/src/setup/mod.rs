//! Installs what a command needs, or names the way to get it.

mod browser;
mod npm;
mod wasm_target;

pub(crate) use browser::{Browser, browser};
pub(crate) use npm::npm;
pub(crate) use wasm_target::{WASM_TARGET, wasm_target};
