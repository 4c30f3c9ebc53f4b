//! Token requests, as a store enters them. Each operation is one atomic step, and every time
//! in it is relative: the store's clock is the only one that counts.

use super::limits::Limits;
use super::names::{Owner, RequestName};
use super::secret::Fingerprint;
use super::time::Millis;

/// Enters a token request before its token is minted.
#[derive(Clone, Debug)]
pub struct Begin {
    /// The request.
    pub name: RequestName,
    /// Names the record; random and never used twice.
    pub key: String,
    /// On whose behalf.
    pub owner: Owner,
    /// What is asked for: a request that comes twice asks for the same.
    pub asks_for: Fingerprint,
    /// How long the page life may be silent, if it keeps a lease.
    pub lease: Option<Millis>,
    /// Whether it may take the page life over from another sign-in, which has ended.
    pub takes_over: bool,
    /// The bounds.
    pub limits: Limits,
}

/// What becomes of a token request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Begun {
    /// It is on record; its token is to be minted.
    Begun,
    /// No more are minted now.
    Full,
    /// It came before, and its token was minted.
    Minted {
        /// The record, sealed.
        sealed: Vec<u8>,
        /// Its key.
        key: String,
        /// How much of its life is left.
        expires_in: Millis,
    },
    /// It came before, and its token is being minted.
    Minting,
    /// The name is that of another request.
    Mismatch,
    /// The page life belongs to this sign-in.
    NotYours {
        /// Whose it is.
        owner: Owner,
    },
    /// A revoke has named it, or the page life.
    Withdrawn,
}

/// Enters the token that was minted.
#[derive(Clone, Debug)]
pub struct Admit {
    /// The request.
    pub name: RequestName,
    /// The record.
    pub key: String,
    /// Finds it by its token.
    pub token: Fingerprint,
    /// Finds it by its handle.
    pub handle: Option<Fingerprint>,
    /// The record, sealed.
    pub sealed: Vec<u8>,
    /// How long the token lives.
    pub expires_in: Millis,
}

/// What becomes of a token that was minted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Admitted {
    /// It may be given out.
    Live,
    /// Nobody wants it any more: it is due, or has been and is dead.
    Due,
}
