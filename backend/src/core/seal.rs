//! What is kept or handed out is sealed: AES-256-GCM, by the newest of a ring of keys.
//!
//! A key is known by the start of its hash, which stands in front of what it sealed. So
//! the ring turns by putting a new key first, and the old ones stay in it for the longest
//! life of a token.

use std::{fmt, sync::Arc};

use aes_gcm::{
    Aes256Gcm, Key, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::secret::Secret;
use super::syntax;

const KEY: usize = 32;
const KEY_ID: usize = 4;
const NONCE: usize = 12;

/// The keys, the one that seals first. What any of them sealed can be opened.
#[derive(Clone)]
pub struct KeyRing(Arc<[([u8; KEY_ID], Aes256Gcm)]>);

/// What something was sealed for: it opens for nothing else.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose<'a> {
    /// A record in a store, under its key.
    Record(&'a str),
    /// A revocation handle.
    Handle,
}

/// What a sealed revocation handle says: enough to revoke a token of which nothing is on record.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SealedHandle {
    /// The token.
    pub token: Secret,
    /// The page life that it was minted for.
    pub session: String,
    /// When the token expires, in seconds since the Unix epoch.
    pub expires_at: u64,
}

/// A key is no key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KeyError;

impl KeyRing {
    /// A ring of one key.
    pub fn of(key: &[u8; KEY]) -> Self {
        Self([entry(key)].into())
    }

    /// Reads keys of 32 bytes in base64url, separated by commas or spaces, the newest first.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let keys = text
            .split([',', ' ', '\n', '\t'])
            .filter(|key| !key.is_empty())
            .map(|key| {
                let bytes = URL_SAFE_NO_PAD
                    .decode(key.trim_end_matches('='))
                    .map_err(|_| KeyError)?;
                let key: &[u8; KEY] = bytes.as_slice().try_into().map_err(|_| KeyError)?;
                Ok(entry(key))
            })
            .collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Err(KeyError);
        }
        Ok(Self(keys.into()))
    }

    /// Seals `plain`. `nonce` must be random and never used twice.
    pub fn seal(&self, purpose: Purpose<'_>, nonce: [u8; NONCE], plain: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::with_capacity(KEY_ID + NONCE + plain.len() + 16);
        let Some((id, cipher)) = self.0.first() else {
            return sealed;
        };
        let aad = purpose.to_bytes();
        let payload = Payload {
            msg: plain,
            aad: &aad,
        };
        // It fails above 64 GiB only; what is empty opens to nothing.
        if let Ok(encrypted) = cipher.encrypt(Nonce::from_slice(&nonce), payload) {
            sealed.extend_from_slice(id);
            sealed.extend_from_slice(&nonce);
            sealed.extend_from_slice(&encrypted);
        }
        sealed
    }

    /// Opens what a key of the ring has sealed for `purpose`.
    pub fn open(&self, purpose: Purpose<'_>, sealed: &[u8]) -> Option<Vec<u8>> {
        let (id, rest) = sealed.split_first_chunk::<KEY_ID>()?;
        let (nonce, encrypted) = rest.split_first_chunk::<NONCE>()?;
        let (_, cipher) = self.0.iter().find(|(own, _)| own == id)?;
        let aad = purpose.to_bytes();
        let payload = Payload {
            msg: encrypted,
            aad: &aad,
        };
        cipher.decrypt(Nonce::from_slice(nonce), payload).ok()
    }

    /// The handle that says `handle`.
    pub fn seal_handle(&self, nonce: [u8; NONCE], handle: &SealedHandle) -> Secret {
        let mut plain = handle.expires_at.to_be_bytes().to_vec();
        let session = handle.session.as_bytes();
        plain.push(u8::try_from(session.len()).unwrap_or(0));
        plain.extend_from_slice(session);
        plain.extend_from_slice(handle.token.expose().as_bytes());
        let sealed = self.seal(Purpose::Handle, nonce, &plain);
        URL_SAFE_NO_PAD.encode(sealed).into()
    }

    /// Reads a handle. `None` if none of these keys has sealed it.
    pub fn open_handle(&self, handle: &str) -> Option<SealedHandle> {
        let sealed = URL_SAFE_NO_PAD.decode(handle).ok()?;
        let plain = self.open(Purpose::Handle, &sealed)?;
        let (expires_at, rest) = plain.split_first_chunk::<8>()?;
        let (length, rest) = rest.split_first()?;
        let (session, token) = rest.split_at_checked(usize::from(*length))?;
        let token = String::from_utf8(token.to_vec()).ok()?;
        syntax::is_access_token(&token).then_some(SealedHandle {
            token: token.into(),
            session: String::from_utf8(session.to_vec()).ok()?,
            expires_at: u64::from_be_bytes(*expires_at),
        })
    }
}

fn entry(key: &[u8; KEY]) -> ([u8; KEY_ID], Aes256Gcm) {
    let hash: [u8; 32] = Sha256::new()
        .chain_update("downscope key id")
        .chain_update(key)
        .finalize()
        .into();
    let [a, b, c, d, ..] = hash;
    (
        [a, b, c, d],
        Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(key)),
    )
}

impl Purpose<'_> {
    fn to_bytes(self) -> Vec<u8> {
        match self {
            Self::Record(key) => [b"record ", key.as_bytes()].concat(),
            Self::Handle => b"handle".to_vec(),
        }
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyRing({})", self.0.len())
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a key is 32 bytes in base64url; make one with: openssl rand -base64 32 | tr '+/' '-_'",
        )
    }
}

impl std::error::Error for KeyError {}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: [u8; KEY] = [1; KEY];
    const NEW: [u8; KEY] = [2; KEY];

    fn ring(keys: &[[u8; KEY]]) -> KeyRing {
        KeyRing(keys.iter().map(entry).collect())
    }

    #[test]
    fn what_is_sealed_opens_for_its_purpose_only() {
        let ring = ring(&[NEW]);
        let sealed = ring.seal(Purpose::Record("a"), [7; NONCE], b"FAKE");
        let open = |purpose| ring.open(purpose, &sealed);
        assert_eq!(open(Purpose::Record("a")), Some(b"FAKE".to_vec()));
        assert_eq!(open(Purpose::Record("b")), None);
        assert_eq!(open(Purpose::Handle), None);
        assert!(!sealed.windows(4).any(|window| window == b"FAKE"));
    }

    #[test]
    fn what_was_changed_or_cut_does_not_open() {
        let ring = ring(&[NEW]);
        let sealed = ring.seal(Purpose::Handle, [7; NONCE], b"FAKE");
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            if let Some(byte) = changed.get_mut(place) {
                *byte ^= 1;
            }
            assert_eq!(ring.open(Purpose::Handle, &changed), None, "{place}");
            let cut = sealed.get(..place).unwrap_or_default();
            assert_eq!(ring.open(Purpose::Handle, cut), None, "{place}");
        }
    }

    #[test]
    fn an_old_key_opens_until_it_leaves_the_ring() {
        let handle = SealedHandle {
            token: "FAKE".to_owned().into(),
            session: "s".repeat(128),
            expires_at: 1_800_000_000,
        };
        let text = ring(&[OLD]).seal_handle([7; NONCE], &handle);
        assert_eq!(ring(&[NEW, OLD]).open_handle(text.expose()), Some(handle));
        assert_eq!(ring(&[NEW]).open_handle(text.expose()), None);
    }

    #[test]
    fn what_is_no_handle_opens_to_nothing() {
        let ring = ring(&[NEW]);
        for text in ["", "a", "made-up", "made up", "ä"] {
            assert_eq!(ring.open_handle(text), None, "{text}");
        }
    }

    #[test]
    fn a_ring_reads_keys_of_the_right_length_only() {
        let key = URL_SAFE_NO_PAD.encode(OLD);
        assert!(KeyRing::parse(&key).is_ok());
        assert!(KeyRing::parse(&format!("{key}=, {key}\n")).is_ok());
        for text in ["", "short", &format!("{key},x"), &format!("{key}A")] {
            assert!(KeyRing::parse(text).is_err(), "{text}");
        }
    }
}
