//! Secrets, and the one form in which anybody but their owner sees them.

use std::fmt;

use sha2::{Digest, Sha256};

/// A token, handle, client secret or session cookie: can be sent, never shown.
///
/// It has no `Display` and no `Serialize`, and its `Debug` says nothing, so that
/// the only way into a log, an error or an answer is a visible [`Secret::expose`].
#[derive(Clone)]
pub struct Secret(Box<str>);

impl Secret {
    /// How long a random one is.
    pub const RANDOM_LENGTH: usize = 40;

    /// 160 bits from the operating system (RFC 6749 section 10.10), in
    /// characters that fit a header, a form and a cookie.
    #[expect(
        clippy::expect_used,
        reason = "without entropy no secret can be made, and nothing outside reaches this"
    )]
    pub fn random() -> Self {
        let mut bytes = [0; 20];
        getrandom::fill(&mut bytes).expect("the operating system has entropy");
        Self(hex(&bytes).into())
    }

    /// A random one of `length` characters, but no shorter than [`Self::random`].
    pub fn random_of(length: usize) -> Self {
        let mut secret = String::new();
        while secret.len() < length.max(Self::RANDOM_LENGTH) {
            secret.push_str(Self::random().expose());
        }
        secret.truncate(length.max(Self::RANDOM_LENGTH));
        Self(secret.into())
    }

    /// The secret itself, for the one place that sends or compares it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What may be stored and shown in its place.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&*self.0)
    }
}

impl From<String> for Secret {
    fn from(secret: String) -> Self {
        Self(secret.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// SHA-256 of a secret. Lookups go by it, so that their timing tells nothing
/// about the secret; people see its first eight hexadecimal digits.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of `secret`.
    pub fn of(secret: impl AsRef<[u8]>) -> Self {
        Self(Sha256::digest(secret.as_ref()).into())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        f.write_str(&hex(&[a, b, c, d]))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_shows_itself() {
        let secret = Secret::from("s3cr3t".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }

    #[test]
    fn a_fingerprint_is_the_start_of_the_sha_256() {
        // The first test vector of FIPS 180-2: SHA-256("abc") = ba7816bf 8f01cfea …
        assert_eq!(Fingerprint::of("abc").to_string(), "ba7816bf");
    }

    #[test]
    fn random_secrets_differ_and_have_160_bits() {
        let (one, other) = (Secret::random(), Secret::random());
        assert_ne!(one.expose(), other.expose());
        assert_eq!(one.expose().len(), Secret::RANDOM_LENGTH);
    }

    #[test]
    fn a_long_secret_is_random_to_its_end() {
        let (one, other) = (Secret::random_of(1_000), Secret::random_of(1_000));
        assert_eq!(one.expose().len(), 1_000);
        assert_ne!(one.expose().get(960..), other.expose().get(960..));
        assert_eq!(Secret::random_of(1).expose().len(), Secret::RANDOM_LENGTH);
    }
}
