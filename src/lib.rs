//! Downscoped access tokens in the browser.
//!
//! A page that shows a preview, an uploader or a viewer needs an access token.
//! The right one is *downscoped*: minted by the app's own backend for a few
//! scopes on one resource, and short-lived (RFC 8693; the pattern is the
//! token-mediating backend of RFC 10017, BCP 212, section 6.2). This crate gets
//! such tokens from the backend, keeps them in memory only, refreshes them
//! ahead of expiry and revokes them when the page goes away.
//!
//! # What it is not
//!
//! No OAuth client: it signs nobody in and knows no authorization server. No
//! protection from script injected into the page: such script can use the
//! client, or ask the backend itself. The guarantee is the short life of the
//! tokens; revoking them on exit shortens it further, as far as browsers let it.
//!
//! # Three layers, one direction
//!
//! ```text
//! pkg-template/*.js ─▶ src/api ─▶ src/browser ─▶ src/core
//!                      src/client ─▶
//! ```
//!
//! * [`core`] decides: a pure state machine without web, clock or randomness.
//! * `browser` does: requests, timers, page events.
//! * `api` converts for the npm package; `client` is the same for Rust.
//!
//! # In a Rust front end
//!
//! Turn the default feature off (it is the npm package's exports and allocator),
//! then:
//!
//! ```ignore
//! use downscope::{Backend, Client, core::Config};
//!
//! let backend = Backend::new("/api/token")
//!     .revoke_at("/api/revoke")
//!     .header("X-Downscope", "1");
//! let client = Client::new(Config::default(), backend)?;
//! let preview = client.grant(
//!     Some("https://api.box.com/2.0/files/123"),
//!     ["base_preview", "item_download"],
//! )?;
//! let token = preview.token().await?;
//! ```

#[cfg(all(target_arch = "wasm32", feature = "js"))]
#[doc(hidden)]
pub mod api;
#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(target_arch = "wasm32")]
mod client;
pub mod core;

#[cfg(target_arch = "wasm32")]
pub use client::{Backend, Client, FetchFailure, Grant, Token};
