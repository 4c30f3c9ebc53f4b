//! The backend half of downscope: hands pages downscoped access tokens, and sees
//! to it that each of them ends.
//!
//! It is a token-mediating backend (RFC 10017 section 6.2) in four layers, and
//! dependencies point one way:
//!
//! ```text
//!  edge, service, upstream ──▶ engine ──▶ store ──▶ core
//!  HTTP, settings,             carries    memory,    what a request means, what
//!  OAuth, Box                  out        Redis, …   is due, what may be answered
//! ```
//!
//! - [`core`] decides. It knows no web, no store, no clock and no randomness: a
//!   request is a small machine ([`core::Mint`], [`core::Revocation`],
//!   [`core::Renewal`]) that says what to do next and is told what came of it.
//! - [`store`] keeps what is alive and what is due, in operations that are atomic.
//!   Whatever several instances have to agree on, they agree on there, by its clock.
//! - `engine` carries out, on Tokio, and repeats what is due until it is dead.
//!
//! What it promises: *204* to a revoke means that everything named is dead, and
//! *202* that it will be, though the page, this process or the authorization
//! server fails meanwhile.

#[cfg(feature = "conformance")]
pub mod conformance;
pub mod core;
#[cfg(feature = "http")]
pub mod edge;
#[cfg(feature = "engine")]
pub mod engine;
#[cfg(feature = "service")]
pub mod service;
pub mod store;
#[cfg(feature = "oauth")]
pub mod upstream;

/// The example of the README has to compile.
#[cfg(all(doctest, feature = "http", feature = "oauth"))]
#[doc = include_str!("../README.md")]
struct Readme;
