//! Signs of life, as a store hears them.

use super::limits::Limits;
use super::names::Owner;
use super::time::Millis;

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
