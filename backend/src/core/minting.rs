//! How tokens are minted here.

use super::lease::LeaseTerms;
use super::limits::Limits;
use super::secret::Secret;
use super::time::Millis;

/// What a page is given to revoke its token with.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Handles {
    /// Nothing but the token.
    #[default]
    None,
    /// A random one, on record: short, and it needs the store.
    Short,
    /// One that says it all, sealed: it needs no store, only a key that all instances have.
    Sealed,
}

/// How tokens are minted here.
#[derive(Clone, Debug)]
pub struct Minting {
    /// Which handles are given.
    pub handles: Handles,
    /// How long pages may be silent.
    pub lease: LeaseTerms,
    /// Whether a page must keep a lease to be given tokens.
    pub require_lease: bool,
    /// For how long a token is taken to live whose life the authorization server does
    /// not tell: until then its revoke is repeated.
    pub untold_life: Millis,
    /// The bounds.
    pub limits: Limits,
}

/// What only chance can give, and only a clock tell.
#[derive(Clone, Debug)]
pub struct Chance {
    /// Names the record.
    pub key: Secret,
    /// Becomes the short handle.
    pub handle: Secret,
    /// Two, for what is sealed.
    pub nonces: [[u8; 12]; 2],
    /// Seconds since the Unix epoch, for the sealed handle.
    pub unix_now: u64,
}
