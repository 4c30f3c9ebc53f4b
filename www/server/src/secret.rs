//! Random secrets; see [`downscope_backend::core::Secret`] for what keeps them secret.

use downscope_backend::core::Secret;

/// How long a random one is.
pub(crate) const RANDOM_LENGTH: usize = 40;

/// 160 bits from the operating system (RFC 6749 section 10.10).
#[expect(
    clippy::expect_used,
    reason = "without entropy no secret can be made, and nothing outside reaches this"
)]
pub(crate) fn random() -> Secret {
    let mut bytes = [0; RANDOM_LENGTH / 2];
    getrandom::fill(&mut bytes).expect("the operating system has entropy");
    Secret::of_random(&bytes)
}

/// A random one of `length` characters, but no shorter than [`random`].
pub(crate) fn random_of(length: usize) -> Secret {
    let mut secret = String::new();
    while secret.len() < length.max(RANDOM_LENGTH) {
        secret.push_str(random().expose());
    }
    secret.truncate(length.max(RANDOM_LENGTH));
    secret.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_secrets_differ_and_have_160_bits() {
        let (one, other) = (random(), random());
        assert_ne!(one.expose(), other.expose());
        assert_eq!(one.expose().len(), RANDOM_LENGTH);
    }

    #[test]
    fn a_long_secret_is_random_to_its_end() {
        let (one, other) = (random_of(1_000), random_of(1_000));
        assert_eq!(one.expose().len(), 1_000);
        assert_ne!(one.expose().get(960..), other.expose().get(960..));
        assert_eq!(random_of(1).expose().len(), RANDOM_LENGTH);
    }
}
