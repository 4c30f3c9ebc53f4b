//! The bounds that a store keeps.

use super::time::Millis;

/// How much of what there may be, and for how long.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// How long a mint may take. One that takes longer has died with its instance,
    /// and the request may be made again.
    pub minting: Millis,
    /// How long a request can be late: for so long nothing is minted for one that was
    /// withdrawn before it came.
    pub tombstone: Millis,
    /// How many requests of one page life are on record at a time.
    pub per_session: u32,
    /// How many requests of a page life that is known are withdrawn by name before they have
    /// come; by default as many as one revoke can name. Beyond, nothing is minted for any
    /// request of it that comes within `tombstone`, and what is not named lives on.
    pub named_tombstones: u32,
    /// The same, of a page life that nothing is known of.
    pub named_by_strangers: u32,
    /// How many page lives that nothing is known of are remembered as withdrawn.
    pub strangers: u32,
    /// How many records there are in all. It bounds the memory of a store that has no other bound.
    pub records: u32,
    /// How many unknown tokens wait to be looked up.
    pub unknown: u32,
    /// The longest life of a token: for so long after it began, a store that has lost
    /// its memory cannot say that something was never minted; and for so long a token may
    /// be alive of which nobody knows what became.
    pub longest_life: Millis,
    /// How many page lives of one sign-in keep a lease: nobody is to fill the store.
    pub leases_per_sign_in: u32,
    /// Where nobody has looked after the leases for so long, the store or everybody was
    /// away, and pages that nobody could hear have not fallen silent.
    pub watch_gap: Millis,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            minting: 30_000,
            tombstone: 60_000,
            per_session: 2_000,
            named_tombstones: 7_000,
            named_by_strangers: 64,
            strangers: 200_000,
            records: 1_000_000,
            unknown: 10_000,
            longest_life: 24 * 60 * 60 * 1_000,
            leases_per_sign_in: 500,
            watch_gap: 10_000,
        }
    }
}
