//! What a backend does by itself, in time that stands still while it works.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod away;
mod stopping;
mod support;
