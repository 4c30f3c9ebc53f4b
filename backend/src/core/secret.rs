//! Secrets, and the one form in which anybody but their owner sees them.

use std::fmt;

use sha2::{Digest, Sha256};

/// A token, handle, client secret or session cookie: can be sent, never shown.
///
/// It has no `Display` and no `Serialize`, and its `Debug` says nothing, so that
/// the only way into a log, an error or an answer is a visible [`Secret::expose`].
#[derive(Clone, Eq, PartialEq)]
pub struct Secret(Box<str>);

impl Secret {
    /// One made of `bytes`, which must be random (RFC 6749 section 10.10): hexadecimal,
    /// so that it fits a header, a form and a cookie.
    pub fn of_random(bytes: &[u8]) -> Self {
        Self(hex(bytes).into())
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

impl Fingerprint {
    /// All of it, in hexadecimal: what a store finds it by.
    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
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
}
