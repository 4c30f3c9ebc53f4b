//! What is left to know of a token, or of a request that may have minted one, once
//! it is to end.

use super::names::Generation;
use super::time::Due;
use super::token::Token;

/// Bytes that it takes to name a request in a form: `&pending=` and its number.
pub(crate) const REQUEST_WEIGHT: u32 = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ending {
    pub(crate) generation: Generation,
    /// Bytes that it takes to name it in a form.
    pub(crate) weight: u32,
    /// When the server ends it; [`Due::NEVER`]: it does not say.
    pub(crate) ends_at: Due,
    /// A request that is under way, and is to be let go of.
    pub(crate) is_open: bool,
}

impl Ending {
    /// Of a request whose answer will not be read, or was none.
    pub(crate) const fn of_request(generation: Generation, is_open: bool) -> Self {
        Self {
            generation,
            weight: REQUEST_WEIGHT,
            ends_at: Due::NEVER,
            is_open,
        }
    }
}

impl From<Box<Token>> for Ending {
    fn from(token: Box<Token>) -> Self {
        Self {
            generation: token.generation,
            weight: token.weight,
            ends_at: token.ends_at,
            is_open: false,
        }
    }
}
