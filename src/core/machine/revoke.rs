//! How tokens end.

use super::super::backoff;
use super::super::event::{Notice, Output, RevokeOutcome, Sending};
use super::super::grant::Grant;
use super::super::table::GrantId;
use super::super::time::{Due, Moment};
use super::super::token::{Generation, Token};
use super::{CallerId, Machine};

/// How often a revoke is sent at the most while the page lives.
pub const REVOKE_ATTEMPTS: u32 = 4;

/// Bytes of form body that a page may have in flight when it goes: the
/// 64 KiB of the Fetch standard, less what the names around the tokens take
/// and what other code of the page may be sending.
pub const UNLOAD_QUOTA: u32 = 60_000;

/// Bytes that it takes to name an open request.
const PENDING_WEIGHT: u32 = 20;

/// Requests without an answer that are remembered for the next revoke. In a
/// long outage the later ones add nothing: the backend is not reached at all.
const MOST_UNANSWERED: usize = 32;

/// Names a revoke request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch(pub u32);

/// Why a token is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The page went into the back/forward cache.
    BackForwardCache,
    /// The grant gave way to others.
    Evicted,
    /// The app revoked the grant or closed the client.
    Explicit,
    /// Its use has ended before its life has.
    Expired,
    /// The page can no longer be seen.
    Hidden,
    /// The backend has not heard of the page for the term of its lease.
    Lapsed,
    /// The app revoked everything.
    Logout,
    /// The backend wanted it back.
    Recalled,
    /// The page was left.
    Unload,
}

impl Reason {
    /// The reason as the backend sees it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BackForwardCache => "bfcache",
            Self::Evicted => "evicted",
            Self::Explicit => "explicit",
            Self::Expired => "expired",
            Self::Hidden => "hidden",
            Self::Lapsed => "lapsed",
            Self::Logout => "logout",
            Self::Recalled => "recalled",
            Self::Unload => "unload",
        }
    }
}

/// The answer to a caller of a revoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// How many tokens were dropped.
    pub tokens: u32,
    /// Whether the backend said that they are revoked; true if there were none.
    pub confirmed: bool,
}

/// What is left to know of a token that is to be revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    pub(super) generation: Generation,
    pub(super) weight: u32,
}

impl From<Box<Token>> for Ending {
    fn from(token: Box<Token>) -> Self {
        Self {
            generation: token.generation,
            weight: token.weight,
        }
    }
}

/// What is to end together.
#[derive(Debug, Default)]
pub(super) struct Endings {
    tokens: Vec<Ending>,
    /// Requests given up: what they mint is not wanted.
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

    fn is_empty(&self) -> bool {
        self.tokens.is_empty() && self.pending.is_empty()
    }

    /// Keeps the youngest tokens that fit into a page's last request beside the
    /// open requests: the older ones die first anyway. Gives back the others.
    fn cut_to_quota(&mut self) -> Vec<Ending> {
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

impl Revoked {
    /// There was nothing to revoke.
    pub const NOTHING: Self = Self {
        tokens: 0,
        confirmed: true,
    };
}

/// A revoke request that is not confirmed yet.
#[derive(Debug)]
pub(super) struct Sent {
    batch: Batch,
    endings: Endings,
    reason: Reason,
    attempts: u32,
    /// [`Due::NEVER`] while an answer is awaited.
    pub(super) retry_at: Due,
    caller: Option<CallerId>,
    /// What became of other requests for the same caller.
    others: Revoked,
}

impl Sent {
    fn request(&self, sending: Sending, whole_session: bool) -> Output {
        Output::Revoke {
            batch: self.batch,
            sending,
            tokens: self.endings.tokens(),
            pending: self.endings.pending.clone(),
            reason: self.reason,
            whole_session,
        }
    }
}

impl Machine {
    pub(super) fn revoke_grant(&mut self, id: GrantId, caller: CallerId) {
        let mut endings = Endings::default();
        self.empty(id, Reason::Explicit, &mut endings);
        self.end(endings, Reason::Explicit, Some(caller));
    }

    pub(super) fn revoke_all(&mut self, caller: CallerId) {
        self.empty_all(Reason::Logout, Some(caller));
        self.end_lease();
    }

    pub(super) fn close(&mut self, caller: CallerId) {
        self.closed = true;
        self.empty_all(Reason::Explicit, Some(caller));
        self.end_lease();
        for id in self.grants.ids() {
            self.grants.remove(id);
        }
        self.schedule_all();
    }

    pub(super) fn evict(&mut self, id: GrantId) {
        let mut endings = Endings::default();
        self.empty(id, Reason::Evicted, &mut endings);
        self.grants.remove(id);
        self.notify(id, Notice::Gone);
        self.end(endings, Reason::Evicted, None);
    }

    pub(super) fn revoke_tokens(&mut self, tokens: Vec<Ending>, reason: Reason) {
        self.end(tokens.into(), reason, None);
    }

    pub(super) fn revoke_answered(&mut self, batch: Batch, outcome: RevokeOutcome, now: Moment) {
        let Some(place) = self.sent.iter().position(|sent| sent.batch == batch) else {
            return;
        };
        let sent = &mut self.sent[place];
        if let RevokeOutcome::TryAgain(wait) = outcome
            && sent.attempts < REVOKE_ATTEMPTS
        {
            let wait = backoff::delay(sent.attempts, wait, &mut self.random);
            sent.retry_at = now.after(wait);
            self.wake = self.wake.earliest(sent.retry_at);
            return;
        }
        let sent = self.sent.swap_remove(place);
        self.settle(&sent, outcome == RevokeOutcome::Confirmed);
    }

    pub(super) fn retry_revokes(&mut self, now: Moment) {
        for sent in &mut self.sent {
            if sent.retry_at.reached(now) {
                sent.retry_at = Due::NEVER;
                sent.attempts += 1;
                self.outputs
                    .push_back(sent.request(Sending::Awaited, false));
            }
        }
    }

    /// Everything goes with the page, what was sent but not confirmed included.
    pub(super) fn end_with_page(&mut self, mut endings: Endings, reason: Reason) {
        let open = endings.pending.clone();
        let mut answers = Vec::new();
        while let Some(mut sent) = self.sent.pop() {
            answers.extend(self.answer(&sent, false));
            endings.tokens.append(&mut sent.endings.tokens);
            endings.pending.append(&mut sent.endings.pending);
        }
        self.send(endings, reason, Sending::Unload, None);
        self.outputs.extend(answers);
        self.abort(open);
    }

    pub(super) fn end(&mut self, endings: Endings, reason: Reason, caller: Option<CallerId>) {
        let sending = if self.away {
            Sending::Unload
        } else {
            Sending::Awaited
        };
        let open = endings.pending.clone();
        self.send(endings, reason, sending, caller);
        self.abort(open);
    }

    /// Takes a grant's tokens and its request.
    pub(super) fn take_endings(&mut self, id: GrantId, endings: &mut Endings) -> bool {
        let tokens = self.take_tokens(id, endings);
        let flight = self.grants.get_mut(id).and_then(|one| one.flight.take());
        endings
            .pending
            .extend(flight.as_ref().map(|one| one.generation));
        tokens || flight.is_some()
    }

    pub(super) fn take_tokens(&mut self, id: GrantId, endings: &mut Endings) -> bool {
        let Some(grant) = self.grants.get_mut(id) else {
            return false;
        };
        let tokens = std::mem::take(&mut grant.superseded);
        let tokens = tokens.into_iter().chain(grant.current.take());
        let before = endings.tokens.len();
        endings.tokens.extend(tokens.map(Ending::from));
        endings.tokens.len() > before
    }

    pub(super) fn new_batch(&mut self) -> Batch {
        self.batches = self.batches.wrapping_add(1);
        Batch(self.batches)
    }

    /// Sends a revoke, or just forgets where there is nothing to send it to.
    fn send(
        &mut self,
        mut endings: Endings,
        reason: Reason,
        sending: Sending,
        caller: Option<CallerId>,
    ) {
        // They never cause a request while the page lives: in an outage that
        // would double the traffic.
        if sending == Sending::Unload || !endings.is_empty() {
            endings.pending.append(&mut self.unanswered);
        }
        let mut sent = Sent {
            batch: self.new_batch(),
            endings,
            reason,
            attempts: 1,
            retry_at: Due::NEVER,
            caller,
            others: Revoked::NOTHING,
        };
        let nothing = sent.endings.is_empty();
        if nothing || !self.config.can_revoke {
            self.settle(&sent, nothing);
        } else if sending == Sending::Unload {
            let left_out = sent.endings.cut_to_quota();
            self.emit(sent.request(sending, !left_out.is_empty()));
            sent.endings.tokens.extend(left_out);
            self.settle(&sent, false);
        } else {
            let rest = sent.endings.cut_to_quota();
            self.emit(sent.request(sending, false));
            self.sent.push(sent);
            // In as many requests as it takes: a body that is too long for the
            // backend would revoke nothing.
            if !rest.is_empty() {
                self.send(rest.into(), reason, sending, caller);
            }
        }
    }

    /// A request without an answer may have minted a token all the same: the
    /// next revoke names it.
    pub(super) fn remember_unanswered(&mut self, generation: Generation) {
        if self.unanswered.len() < MOST_UNANSWERED {
            self.unanswered.push(generation);
        }
    }

    /// Comes after the revoke, which nothing may delay: an app's own provider
    /// can run code when its request is aborted.
    pub(super) fn abort(&mut self, open: Vec<Generation>) {
        for generation in open {
            self.given_up.push(generation);
            self.emit(Output::AbortRequest(generation));
        }
    }

    fn settle(&mut self, sent: &Sent, confirmed: bool) {
        for ending in &sent.endings.tokens {
            self.outputs.push_back(Output::Forget(ending.generation));
        }
        let answer = self.answer(sent, confirmed);
        self.outputs.extend(answer);
    }

    /// The answer to the caller of a revoke, once all of it is done.
    fn answer(&mut self, sent: &Sent, confirmed: bool) -> Option<Output> {
        let caller = sent.caller?;
        let revoked = Revoked {
            tokens: sent.others.tokens + sent.endings.tokens.len() as u32,
            confirmed: sent.others.confirmed && confirmed,
        };
        let open = self.sent.iter_mut().find(|one| one.caller == sent.caller);
        let Some(open) = open else {
            return Some(Output::Revoked(caller, revoked));
        };
        open.others.tokens += revoked.tokens;
        open.others.confirmed &= revoked.confirmed;
        None
    }

    pub(super) fn empty_all(&mut self, reason: Reason, caller: Option<CallerId>) {
        let mut endings = Endings::default();
        for id in self.grants.ids() {
            self.empty(id, reason, &mut endings);
        }
        self.end(endings, reason, caller);
    }

    fn empty(&mut self, id: GrantId, reason: Reason, endings: &mut Endings) {
        let error = self.closed_error();
        self.reject_waiters(id, error);
        // Or it would be asked for again by itself once the page is seen.
        if let Some(grant) = self.grants.get_mut(id) {
            grant.used = false;
        }
        if self.take_endings(id, endings) {
            self.notify(id, Notice::Revoked(reason));
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
        };
        let mut endings = Endings::from(vec![ending(2), ending(1), ending(3)]);
        let left_out = endings.cut_to_quota();
        let numbers = |list: &[Ending]| list.iter().map(|one| one.generation.0).collect::<Vec<_>>();
        assert_eq!(numbers(&endings.tokens), [2, 3]);
        assert_eq!(numbers(&left_out), [1]);
    }
}
