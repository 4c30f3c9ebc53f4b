//! Time, which is always an argument.

/// Milliseconds: of time that passes, or on the scale of a store's clock.
pub type Millis = u64;
