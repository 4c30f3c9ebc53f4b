//! What is to end, as a store is told.

use super::limits::Limits;
use super::names::{Reason, RecallScope};
use super::recall::Recall;
use super::secret::Fingerprint;
use super::time::Millis;
use super::work::{Claim, Class, Work};

/// Makes due what is named, and sees to it that what is not minted yet comes to nothing.
#[derive(Clone, Debug, Default)]
pub struct Withdraw {
    /// The page life that speaks.
    pub session: Option<String>,
    /// Requests of it.
    pub pending: Vec<String>,
    /// Everything of it.
    pub whole_session: bool,
    /// Tokens.
    pub tokens: Vec<Fingerprint>,
    /// Handles.
    pub handles: Vec<Fingerprint>,
    /// Why.
    pub reason: Option<Reason>,
    /// How much of it the caller carries out itself, at once.
    pub claim: Claim,
    /// The bounds.
    pub limits: Limits,
}

/// What a withdrawal met with.
#[derive(Clone, Debug, Default)]
pub struct Withdrawn {
    /// Due, and the caller's to carry out.
    pub works: Vec<Work>,
    /// Due, and whoever claims it next carries it out.
    pub due: u32,
    /// Being minted: due as soon as it is. The keys of the records.
    pub minting: Vec<String>,
    /// Which of the tokens are not on record, or only on somebody's word, by their places in the
    /// request.
    pub unknown_tokens: Vec<u32>,
    /// Which of the handles are not on record, by their places in the request.
    pub unknown_handles: Vec<u32>,
    /// There was no room to remember that they are withdrawn.
    pub is_refused: bool,
    /// Whether the store goes back further than any token lives, so that what is not
    /// on record was never minted.
    pub is_complete: bool,
}

/// Makes due what somebody named and nothing is on record of, or nothing but a word without
/// proof.
#[derive(Clone, Debug)]
pub struct Enlist {
    /// The tokens.
    pub items: Vec<Listed>,
    /// Why.
    pub reason: Option<Reason>,
    /// How much of what a sealed handle has proven the caller carries out itself, at once.
    pub claim: Claim,
    /// How much of the rest it does.
    pub claim_unknown: Claim,
    /// The bounds.
    pub limits: Limits,
}

/// A token of which nothing is on record.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The record: the fingerprint in hexadecimal, so that there is one for each token.
    pub key: String,
    /// Finds it by its token.
    pub token: Fingerprint,
    /// The record, sealed.
    pub sealed: Vec<u8>,
    /// For how long it is repeated.
    pub expires_in: Millis,
    /// Whether it is proven.
    pub class: Class,
}

/// What became of what was enlisted.
#[derive(Clone, Debug, Default)]
pub struct Enlisted {
    /// Due, and the caller's to carry out.
    pub works: Vec<Work>,
    /// Due, and whoever claims it next carries it out.
    pub due: u32,
    /// There was no room for so many.
    pub refused: u32,
}

/// Takes back what was given.
#[derive(Clone, Debug)]
pub struct RecallOp {
    /// Of whom.
    pub scope: RecallScope,
    /// What, and what the pages are told that keep a lease.
    pub recall: Recall,
    /// Why.
    pub reason: Reason,
}
