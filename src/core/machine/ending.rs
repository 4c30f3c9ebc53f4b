//! What is left to know of tokens and requests that are to end.

use super::super::grant::Grant;
use super::super::time::Due;
use super::super::token::{Generation, Token};
use super::UNLOAD_QUOTA;

/// Bytes that it takes to name an open request.
const PENDING_WEIGHT: u32 = 20;

/// What is left to know of a token that is to be revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    pub(super) generation: Generation,
    pub(super) weight: u32,
    /// When the server ends it; [`Due::NEVER`]: it does not say.
    pub(super) ends_at: Due,
}

impl From<Box<Token>> for Ending {
    fn from(token: Box<Token>) -> Self {
        Self {
            generation: token.generation,
            weight: token.weight,
            ends_at: token.ends_at,
        }
    }
}

/// What is to end together.
#[derive(Debug, Default)]
pub(super) struct Endings {
    pub(super) tokens: Vec<Ending>,
    /// Requests that may have minted a token that nobody wants.
    pub(super) pending: Vec<Generation>,
}

impl Endings {
    pub(super) fn tokens(&self) -> Vec<Generation> {
        self.tokens.iter().map(|ending| ending.generation).collect()
    }

    /// Takes the token that a request brought, or the request.
    pub(super) fn take(&mut self, grant: &mut Grant, generation: Generation) -> bool {
        let token = grant.take_token(generation);
        let flight = grant.flight.take_if(|one| one.generation == generation);
        self.pending.extend(flight.map(|flight| flight.generation));
        self.tokens.extend(token.map(Ending::from));
        !self.is_empty()
    }

    pub(super) fn append(&mut self, other: &mut Self) {
        self.tokens.append(&mut other.tokens);
        self.pending.append(&mut other.pending);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tokens.is_empty() && self.pending.is_empty()
    }

    pub(super) fn count(&self) -> usize {
        self.tokens.len() + self.pending.len()
    }

    /// Keeps the youngest tokens that fit into a page's last request beside the
    /// open requests: the older ones die first anyway. Gives back the others.
    pub(super) fn cut_to_quota(&mut self) -> Vec<Ending> {
        let pending = self.pending.len() as u32;
        let room = UNLOAD_QUOTA.saturating_sub(PENDING_WEIGHT.saturating_mul(pending));
        let mut oldest = 0;
        // From the highest bit on: the last generation whose successors are too many.
        for bit in (0..u32::BITS).rev() {
            let candidate = oldest | (1 << bit);
            if self.weight_from(candidate - 1) > room {
                oldest = candidate;
            }
        }
        let youngest = self.tokens.iter().map(|ending| ending.generation.0).max();
        // One that fits nowhere goes alone, so that it does not hold up the rest.
        if self.pending.is_empty() {
            oldest = oldest.min(youngest.unwrap_or(oldest));
        }
        let all = std::mem::take(&mut self.tokens);
        let left_out;
        (self.tokens, left_out) = all
            .into_iter()
            .partition(|ending| ending.generation.0 >= oldest);
        left_out
    }

    /// Bytes that it takes to name the tokens from this generation on.
    fn weight_from(&self, oldest: u32) -> u32 {
        let young = self.tokens.iter().filter(|one| one.generation.0 >= oldest);
        young.map(|one| one.weight).fold(0, u32::saturating_add)
    }
}

impl From<Vec<Ending>> for Endings {
    fn from(tokens: Vec<Ending>) -> Self {
        Self {
            tokens,
            pending: Vec::new(),
        }
    }
}

impl From<Vec<Generation>> for Endings {
    fn from(pending: Vec<Generation>) -> Self {
        Self {
            tokens: Vec::new(),
            pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_youngest_tokens_are_named_when_not_all_fit() {
        let ending = |number| Ending {
            generation: Generation(number),
            weight: 25_000,
            ends_at: Due::NEVER,
        };
        let mut endings = Endings::from(vec![ending(2), ending(1), ending(3)]);
        let left_out = endings.cut_to_quota();
        let numbers = |list: &[Ending]| list.iter().map(|one| one.generation.0).collect::<Vec<_>>();
        assert_eq!(numbers(&endings.tokens), [2, 3]);
        assert_eq!(numbers(&left_out), [1]);
    }
}
