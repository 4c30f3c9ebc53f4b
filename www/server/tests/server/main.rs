//! The reference backend against the contract, and the demo around it.
//!
//! Every answer of the endpoints that a test sees is also held against
//! `contract/openapi.yaml` (see `support/openapi.rs`).

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod box_upstream;
mod control;
mod disconnect;
mod document;
mod file_api;
mod lease;
mod page;
mod process;
mod recall;
mod revoke;
mod secrets;
mod support;
mod token;
