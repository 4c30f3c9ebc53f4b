//! What a backend does by itself, in time that stands still while it works.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod away;
mod claims;
mod faulty;
mod orphans;
mod pace;
mod room;
mod signing_out;
mod stateless;
mod stopping;
mod support;
mod unsteady;
