//! What is due, as a store gives it out.

use super::names::{Owner, Reason};
use super::time::Millis;

/// How much work is taken at a time.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Claim {
    /// At most so much.
    pub most: u32,
    /// How long nobody else gets it. An instance that dies gives it back by this.
    pub visibility: Millis,
    /// How many a second all instances together may claim; 0 for no limit.
    pub per_second: u32,
    /// Which of it.
    pub class: Class,
}

/// What kind of work it is: made-up names must not keep anybody else waiting.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum Class {
    /// Tokens on record, or proven by a sealed handle.
    #[default]
    Known,
    /// Tokens that somebody named, which may be none.
    Unknown,
}

/// One token to end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Work {
    /// Its record.
    pub key: String,
    /// What of it is sealed, the token among it.
    pub sealed: Vec<u8>,
    /// How often it was claimed, this time included.
    pub attempts: u32,
    /// How much of its life is left.
    pub expires_in: Millis,
    /// Why.
    pub reason: Option<Reason>,
    /// Whose it was, where it is on record.
    pub owner: Option<Owner>,
    /// The page life that it was minted for, where it is on record.
    pub session: Option<String>,
    /// Which class it is of.
    pub class: Class,
}

/// What became of a record.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fate {
    /// Its token is dead, or was never minted.
    Dead,
    /// Its token is, or may be, alive.
    Alive,
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Stats {
    /// Records whose token is alive.
    pub live: u64,
    /// What is due, whoever has claimed it.
    pub due: u64,
    /// Page lives that keep a lease.
    pub leases: u64,
    /// Unknown tokens that wait to be looked up.
    pub unknown: u64,
}
