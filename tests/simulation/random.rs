//! The dice of the simulation: small, seeded, the same on every machine.

/// SplitMix64.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Evenly spread over `least..=most`.
    pub(crate) const fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.next() % (most - least + 1)
    }

    /// True so many times in a thousand.
    pub(crate) const fn per_mille(&mut self, chance: u64) -> bool {
        self.next() % 1000 < chance
    }

    /// Short more often than long: each doubling of the time is as likely.
    pub(crate) fn scattered(&mut self, least: u64, most: u64) -> u64 {
        let doublings = (most / least).ilog2();
        let base = least << self.between(0, u64::from(doublings));
        self.between(base, 2 * base).min(most)
    }
}
