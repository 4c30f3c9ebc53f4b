//! Downscoped access tokens in the browser.
pub mod core;
