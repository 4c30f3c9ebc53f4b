//! What the stand-in remembers.

use std::collections::BTreeMap;

use serde_json::Value;
use tokio::time::{Duration, Instant};

use super::{Faults, Refusal};

/// A token that was minted for a backend.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Minted {
    /// The token.
    pub token: String,
    /// The scopes that were asked for.
    pub scope: String,
    /// The resource that was asked for.
    pub resource: String,
}

/// How often it was asked for what, since the last reset.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Calls {
    /// Exchanges that came, refused ones among them.
    pub exchanges: u32,
    /// Revocations that came for each token, refused ones among them.
    pub revokes: BTreeMap<String, u32>,
    /// Revocations under way that came since then.
    pub revoking: u32,
    /// As many revocations were under way at once.
    pub most_revoking: u32,
    /// Exchanges that came since then and wait to be let go on.
    pub held: u32,
}

/// From one reset to the next. What began in an earlier one is nothing that a check has caused.
pub(super) type Round = u64;

#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) faults: Faults,
    pub(super) calls: Calls,
    pub(super) round: Round,
    /// What was minted for the backend since the last reset.
    pub(super) minted: Vec<Minted>,
    /// Every token there ever was, and whether it is alive.
    tokens: BTreeMap<String, bool>,
    /// The second that is counted, for the rate limit.
    second: Option<(Instant, u32)>,
}

/// What becomes of a call.
pub(super) struct Fate {
    pub(super) latency: Duration,
    pub(super) refusal: Option<Refusal>,
    pub(super) life: Option<Value>,
}

impl Book {
    pub(super) fn begin_round(&mut self) {
        self.round += 1;
        self.calls = Calls::default();
        self.minted.clear();
        self.faults = Faults::default();
    }

    /// One of `counted` is over that began in `round`.
    pub(super) fn end(&mut self, round: Round, counted: impl FnOnce(&mut Calls) -> &mut u32) {
        if round == self.round {
            let running = counted(&mut self.calls);
            *running = running.saturating_sub(1);
        }
    }

    pub(super) fn begin_exchange(&mut self) -> Fate {
        self.calls.exchanges = self.calls.exchanges.saturating_add(1);
        let refusal = self.over_limit();
        Fate {
            latency: self.faults.exchange_latency,
            refusal: refusal.or_else(|| Refusal::take(&mut self.faults.exchanges)),
            life: self.faults.life.clone(),
        }
    }

    pub(super) fn begin_revoke(&mut self, token: &str) -> Fate {
        *self.calls.revokes.entry(token.to_owned()).or_default() += 1;
        self.calls.revoking += 1;
        self.calls.most_revoking = self.calls.most_revoking.max(self.calls.revoking);
        let refusal = self.over_limit();
        Fate {
            latency: self.faults.revoke_latency,
            refusal: refusal.or_else(|| Refusal::take(&mut self.faults.revokes)),
            life: None,
        }
    }

    pub(super) fn mint(&mut self, token: &str) {
        self.tokens.insert(token.to_owned(), true);
    }

    /// Whether the token was known.
    pub(super) fn kill(&mut self, token: &str) -> bool {
        match self.tokens.get_mut(token) {
            Some(is_alive) => {
                *is_alive = false;
                true
            }
            None => false,
        }
    }

    pub(super) fn is_alive(&self, token: &str) -> bool {
        self.tokens.get(token).is_some_and(|is_alive| *is_alive)
    }

    fn over_limit(&mut self) -> Option<Refusal> {
        let limit = self.faults.per_second?;
        let now = Instant::now();
        let (begin, count) = match self.second {
            Some((begin, count)) if now.duration_since(begin) < Duration::from_secs(1) => {
                (begin, count + 1)
            }
            Some(_) | None => (now, 1),
        };
        self.second = Some((begin, count));
        (count > limit).then(|| Refusal::always(429).after(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_lives_until_it_is_killed() {
        let mut book = Book::default();
        book.mint("FAKE");
        assert!(book.is_alive("FAKE"));
        assert!(book.kill("FAKE"));
        assert!(!book.is_alive("FAKE"));
        assert!(!book.kill("made-up"));
    }

    #[test]
    fn what_began_before_a_reset_is_not_counted_after_it() {
        let mut book = Book::default();
        let before = book.round;
        book.begin_revoke("FAKE");
        book.begin_round();
        assert_eq!(book.calls.revoking, 0);
        book.begin_revoke("FAKE");
        book.end(before, |calls| &mut calls.revoking);
        assert_eq!(book.calls.revoking, 1);
        book.end(book.round, |calls| &mut calls.revoking);
        assert_eq!(book.calls.revoking, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn beyond_its_limit_it_refuses_until_the_second_is_over() {
        let mut book = Book::default();
        book.faults.per_second = Some(2);
        let mut refused = || book.begin_revoke("FAKE").refusal.map(|one| one.status);
        assert_eq!([refused(), refused(), refused()], [None, None, Some(429)]);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(refused(), None);
    }
}
