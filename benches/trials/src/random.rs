//! Numbers that look random: when something is killed, and which one is asked.

use std::sync::atomic::{AtomicU64, Ordering};

/// The next one below `bound` (SplitMix64).
pub(crate) fn below(bound: u64) -> u64 {
    static STATE: AtomicU64 = AtomicU64::new(7_009);
    let state = STATE.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (mixed ^ (mixed >> 31)) % bound.max(1)
}
