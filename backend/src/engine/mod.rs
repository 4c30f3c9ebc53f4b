//! On Tokio.
