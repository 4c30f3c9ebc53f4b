//! Downscoped access tokens in the browser.
#[cfg(all(target_arch = "wasm32", feature = "js"))]
mod api;
#[cfg(target_arch = "wasm32")]
mod browser;
pub mod core;
