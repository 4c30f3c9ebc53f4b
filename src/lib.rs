//! Downscoped access tokens in the browser.
pub mod core;

#[cfg(all(target_arch = "wasm32", feature = "js"))]
mod api;
#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(target_arch = "wasm32")]
mod client;

#[cfg(target_arch = "wasm32")]
pub use client::{Backend, Client, FetchFailure, Grant, Token};
