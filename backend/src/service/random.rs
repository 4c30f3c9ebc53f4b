//! Randomness from the operating system, for what is only of this process.

use crate::core::Secret;

/// A secret that nobody else has.
pub(super) fn secret() -> Secret {
    Secret::of_random(&bytes())
}

#[expect(
    clippy::expect_used,
    reason = "without entropy no secret can be made, and nothing outside reaches this"
)]
/// The same as bytes.
pub(super) fn bytes() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the operating system has entropy");
    bytes
}
