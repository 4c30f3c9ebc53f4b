//! What is asked of a store, and what it answers. Each operation is one atomic step,
//! and every time in it is relative: the store's clock is the only one that counts.

use super::{Fingerprint, Millis, Owner, Reason, Recall, RecallScope, RequestName};

/// How much of what there may be, and for how long.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// How long a mint may take. One that takes longer has died with its instance,
    /// and the request may be made again.
    pub minting: Millis,
    /// How long a request can be late: for so long nothing is minted for one that was
    /// withdrawn before it came.
    pub tombstone: Millis,
    /// How many requests of one page life are on record at a time.
    pub per_session: u32,
    /// How many requests of a page life are withdrawn by name before the whole of it is.
    pub named_tombstones: u32,
    /// How many page lives that nothing is known of are remembered as withdrawn.
    pub strangers: u32,
    /// How many records there are in all. It bounds the memory of a store that has no other bound.
    pub records: u32,
    /// How many unknown tokens wait to be looked up.
    pub unknown: u32,
    /// The longest life of a token: for so long after it began, a store that has lost
    /// its memory cannot say that something was never minted.
    pub longest_life: Millis,
    /// How many page lives of one sign-in keep a lease: nobody is to fill the store.
    pub leases_per_sign_in: u32,
    /// Where nobody has looked after the leases for so long, the store or everybody was
    /// away, and pages that nobody could hear have not fallen silent.
    pub watch_gap: Millis,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            minting: 30_000,
            tombstone: 60_000,
            per_session: 2_000,
            named_tombstones: 64,
            strangers: 200_000,
            records: 1_000_000,
            unknown: 10_000,
            longest_life: 24 * 60 * 60 * 1_000,
            leases_per_sign_in: 500,
            watch_gap: 10_000,
        }
    }
}

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
    /// Nobody wants it any more: it is due.
    Due,
}

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
    /// Which of the tokens are not on record, by their places in the request.
    pub unknown_tokens: Vec<u32>,
    /// Which of the handles are not on record, by their places in the request.
    pub unknown_handles: Vec<u32>,
    /// Whether requests or a page life were named of which nothing is on record.
    pub has_unknown_requests: bool,
    /// There was no room to remember that they are withdrawn.
    pub is_refused: bool,
    /// Whether the store goes back further than any token lives, so that what is not
    /// on record was never minted.
    pub is_complete: bool,
}

/// Makes due what somebody named and nothing is on record of.
#[derive(Clone, Debug)]
pub struct Enlist {
    /// The page life that speaks.
    pub session: Option<String>,
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

/// A page life says that it lives.
#[derive(Clone, Debug)]
pub struct Heartbeat {
    /// The page life.
    pub session: String,
    /// Who is signed in.
    pub owner: Owner,
    /// Whether it may take the page life over from another sign-in, which has ended.
    pub takes_over: bool,
    /// How long it may be silent from now on.
    pub term: Millis,
    /// What it does.
    pub sign: Sign,
    /// The bounds.
    pub limits: Limits,
}

/// What a sign of life does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sign {
    /// Begins the term anew, or a lease where there is none.
    Begins,
    /// Begins the term anew: the answer of a request that was held, which must not revive
    /// what has ended meanwhile.
    Renews,
    /// Nothing: only looks whose page life it is. The answer of a request that was held,
    /// and whose sign-in has ended.
    Looks,
}

/// What a sign of life met with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Heard {
    /// There is no lease to renew.
    Ended,
    /// No more page lives are heard.
    Full,
    /// The page life belongs to this sign-in.
    NotYours {
        /// Whose it is.
        owner: Owner,
    },
    /// The term has begun anew.
    Renewed {
        /// Whether it is the first one that the page hears of, from which it learns the term.
        is_first: bool,
        /// What was said and may not have been heard, as [`super::Pushes`] writes it; empty for nothing.
        said: String,
        /// What was recalled since, as [`super::Recall`] writes it.
        recalls: Vec<String>,
        /// Which state of the two this is.
        version: u64,
    },
}

/// Notes what is said to a page life in place of what was.
#[derive(Clone, Debug)]
pub struct Say {
    /// The page life.
    pub session: String,
    /// The state that it goes by; in another one nothing is noted.
    pub version: u64,
    /// What is said now; empty for nothing.
    pub said: String,
    /// How many recalls that takes in.
    pub recalls: u32,
}

/// What fell silent.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Lapsed {
    /// How many page lives.
    pub sessions: u32,
    /// How much became due by it.
    pub due: u32,
    /// Whether nothing lapses for now, since nobody may have been heard.
    pub is_waiting: bool,
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

impl RecallScope {
    /// As a store finds it: a kind and a name.
    pub fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::All => ("all", ""),
            Self::Session(name) => ("session", name),
            Self::SignIn(name) => ("sign_in", name),
            Self::User(name) => ("user", name),
        }
    }
}
