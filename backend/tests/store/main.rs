//! The rules of a store, each as a test of its own for each store.
//!
//! A rule is written once, against [`bench::Bench`]: a store, another object on the
//! same one, and a way to let its time pass. It runs on the store in memory always, on
//! Redis where `DOWNSCOPE_TEST_REDIS` is a URL, and on PostgreSQL where
//! `DOWNSCOPE_TEST_POSTGRES` is one. No rule waits: time passes because it is told to.
#![expect(clippy::panic, reason = "a test fails by panicking")]

mod bench;
mod model;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "redis")]
mod redis;
mod rules;
mod words;
