//! Randomness from the operating system.

use super::runtime::{SystemTime, UNIX_EPOCH};
use crate::core::{Chance, Secret};

/// What a token request needs.
pub(super) fn chance() -> Chance {
    Chance {
        key: Secret::of_random(&bytes::<16>()),
        handle: Secret::of_random(&bytes::<20>()),
        nonces: [bytes(), bytes()],
        unix_now: unix_now(),
    }
}

/// One nonce for each of so many.
pub(super) fn nonces(count: usize) -> Vec<[u8; 12]> {
    (0..count).map(|_| bytes()).collect()
}

/// Names a push.
pub(super) fn word() -> String {
    Secret::of_random(&bytes::<16>()).expose().to_owned()
}

/// Spreads what would come together.
pub(super) fn number() -> u32 {
    u32::from_ne_bytes(bytes())
}

/// Seconds since the Unix epoch.
#[cfg_attr(
    not(target_arch = "wasm32"),
    expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the system: for sealed handles, which outlive a process, \
                  and for dates"
    )
)]
pub(crate) fn unix_now() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
    elapsed.map_or(0, |elapsed| elapsed.as_secs())
}

#[expect(
    clippy::expect_used,
    reason = "without entropy no secret can be made, and nothing outside reaches this"
)]
fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has entropy");
    bytes
}
