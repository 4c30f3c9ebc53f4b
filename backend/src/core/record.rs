//! What a record holds in its sealed part.

use serde::{Deserialize, Serialize};

use super::answer::TokenAnswer;
use super::seal::{KeyRing, Purpose};
use super::secret::Secret;
use super::time::Millis;
use super::upstream::{Minted, Restriction};
use super::work::Work;

/// Everything that the answer to the same request repeats.
#[derive(Deserialize, Serialize)]
struct Fields {
    token: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    restricted_to: Vec<Restriction>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    handle: Option<String>,
    /// Whether the authorization server has told how long it lives.
    #[serde(default)]
    is_told: bool,
}

/// Writes a token that was minted.
pub(super) fn write(minted: &Minted, handle: Option<&Secret>) -> Vec<u8> {
    to_bytes(&Fields {
        token: minted.token.expose().to_owned(),
        scope: Some(minted.scope.clone()),
        restricted_to: minted.restricted_to.clone(),
        handle: handle.map(|handle| handle.expose().to_owned()),
        is_told: minted.expires_in.is_some(),
    })
}

/// Writes a token of which nothing more is known.
pub(super) fn write_bare(token: &Secret) -> Vec<u8> {
    to_bytes(&Fields {
        token: token.expose().to_owned(),
        scope: None,
        restricted_to: Vec::new(),
        handle: None,
        is_told: false,
    })
}

/// The answer that it was given out with, `expires_in` from now on.
pub(super) fn read(plain: &[u8], expires_in: Millis) -> Option<TokenAnswer> {
    let fields: Fields = serde_json::from_slice(plain).ok()?;
    Some(TokenAnswer {
        token: fields.token.into(),
        expires_in: fields.is_told.then_some(expires_in / 1_000),
        scope: fields.scope?,
        restricted_to: fields.restricted_to,
        handle: fields.handle.map(Secret::from),
    })
}

impl Work {
    /// The token to end. `None` if its record was sealed with a key that is not in the ring.
    pub fn token(&self, ring: &KeyRing) -> Option<Secret> {
        let plain = ring.open(Purpose::Record(&self.key), &self.sealed)?;
        let fields: Fields = serde_json::from_slice(&plain).ok()?;
        Some(fields.token.into())
    }
}

fn to_bytes(fields: &Fields) -> Vec<u8> {
    // Strings and a flag: nothing in it can fail to be written.
    serde_json::to_vec(fields).unwrap_or_default()
}
