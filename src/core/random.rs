//! Jitter. Not for secrets: the page's session name comes from the browser.

use super::time::Millis;

/// SplitMix64: small, seeded from outside, the same on every machine.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Evenly spread over `0..=most`.
    pub(crate) fn up_to(&mut self, most: Millis) -> Millis {
        Millis(self.next() % most.0.saturating_add(1).max(1))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rolls_stay_in_range_and_are_repeatable() {
        let mut one = Random::new(7);
        let mut other = Random::new(7);
        for most in [0, 1, 10, 1000, u64::MAX] {
            let roll = one.up_to(Millis(most));
            assert!(roll.0 <= most);
            assert_eq!(roll, other.up_to(Millis(most)));
        }
    }

    /// From the reference implementation, <https://prng.di.unimi.it/splitmix64.c>.
    #[test]
    fn rolls_are_those_of_splitmix64() {
        let mut random = Random::new(1_234_567);
        for roll in [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ] {
            assert_eq!(random.next(), roll);
        }
    }

    #[test]
    fn rolls_differ_between_seeds() {
        let roll = |seed| Random::new(seed).up_to(Millis(1_000_000));
        assert_ne!(roll(1), roll(2));
    }
}
