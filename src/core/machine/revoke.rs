//! How tokens end.

use super::super::backoff;
use super::super::event::{Notice, Output, RevokeOutcome, Sending};
use super::super::table::{Cursor, GrantId};
use super::super::time::{Due, Millis, Moment};
use super::super::token::Generation;
use super::ending::{Ending, Endings};
use super::{CallerId, Machine};

/// How often a revoke is sent at the most while the page lives.
pub const REVOKE_ATTEMPTS: u32 = 4;

/// Bytes of form body that a page may have in flight when it goes: the
/// 64 KiB of the Fetch standard, less what the names around the tokens take
/// and what other code of the page may be sending.
pub const UNLOAD_QUOTA: u32 = 60_000;

/// Requests that may have minted a token and wait for the next revoke to name
/// them; this many go out in one of their own.
const MOST_UNANSWERED: usize = 32;

/// Tokens and requests whose revoke failed for good and that are named again at
/// the end. Beyond that the session is named in their place.
const MOST_UNREVOKED: usize = 1_000;

/// How long a client that is closed waits for answers to requests that it let
/// go of, to revoke what they bring: 1 minute. An app's own provider may never
/// settle, and must not keep the client for ever.
const LATE_ANSWERS: Millis = Millis(60_000);

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
    /// Whether the backend said that nothing is left alive of what was to be revoked,
    /// by this call or an earlier one; true if there was nothing.
    pub confirmed: bool,
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
    /// How many tokens were dropped for it; those that it names again are not among them.
    dropped: u32,
    /// Whatever was minted for the session, too: not all of it is known any more.
    whole_session: bool,
    /// What became of other requests for the same caller.
    others: Revoked,
}

impl Sent {
    fn names_nothing(&self) -> bool {
        self.endings.is_empty() && !self.whole_session
    }

    fn request(&self, sending: Sending) -> Output {
        Output::Revoke {
            batch: self.batch,
            sending,
            tokens: self.endings.tokens(),
            pending: self.endings.pending.clone(),
            reason: self.reason,
            whole_session: self.whole_session,
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

    pub(super) fn close(&mut self, caller: CallerId, now: Moment) {
        self.closed = true;
        self.lets_go_at = now.after(LATE_ANSWERS);
        self.empty_all(Reason::Explicit, Some(caller));
        self.end_lease();
        let mut all = Cursor::default();
        while let Some(id) = self.grants.next(&mut all) {
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
            && !sent.names_nothing()
        {
            let wait = backoff::delay(sent.attempts, wait, &mut self.random);
            sent.retry_at = now.after(wait);
            self.wake = self.wake.earliest(sent.retry_at);
            return;
        }
        let sent = self.sent.swap_remove(place);
        self.settle(sent, outcome == RevokeOutcome::Confirmed);
        self.wake = self.wake.earliest(self.next_forgotten());
    }

    pub(super) fn retry_revokes(&mut self, now: Moment) {
        for sent in &mut self.sent {
            if sent.retry_at.reached(now) {
                sent.retry_at = Due::NEVER;
                sent.attempts += 1;
                self.outputs.push_back(sent.request(Sending::Awaited));
            }
        }
    }

    /// Everything goes with the page, what was sent but not confirmed included.
    pub(super) fn end_with_page(&mut self, mut endings: Endings, reason: Reason) {
        let open = endings.pending.clone();
        let mut answers = Vec::new();
        for (_, revoked) in &mut self.last_answers {
            revoked.confirmed = false;
        }
        while let Some(mut sent) = self.sent.pop() {
            answers.extend(self.answer(&sent, false));
            endings.append(&mut sent.endings);
        }
        self.send(endings, 0, reason, Sending::Unload, None);
        for answer in answers {
            self.emit(answer);
        }
        self.abort(open);
    }

    pub(super) fn end(&mut self, endings: Endings, reason: Reason, caller: Option<CallerId>) {
        let open = endings.pending.clone();
        let dropped = endings.tokens.len() as u32;
        self.send(endings, dropped, reason, self.sending(), caller);
        self.abort(open);
    }

    /// Takes a grant's tokens and its request.
    pub(super) fn take_endings(&mut self, id: GrantId, endings: &mut Endings) -> bool {
        let tokens = self.take_tokens(id, endings);
        let Some(grant) = self.grants.get_mut(id) else {
            return tokens;
        };
        let Some(flight) = grant.flight.take() else {
            return tokens;
        };
        endings.pending.push(flight.generation);
        self.pace.failed(grant.name, flight.started);
        true
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

    const fn sending(&self) -> Sending {
        if self.away {
            Sending::Unload
        } else {
            Sending::Awaited
        }
    }

    /// Sends a revoke, or just forgets where there is nothing to send it to.
    fn send(
        &mut self,
        mut endings: Endings,
        dropped: u32,
        reason: Reason,
        sending: Sending,
        caller: Option<CallerId>,
    ) {
        let is_last = sending == Sending::Unload;
        // Alone they cause no request while the page lives: in an outage that
        // would double the traffic.
        if is_last || caller.is_some() || !endings.is_empty() {
            endings.pending.append(&mut self.unanswered);
        }
        if is_last || caller.is_some() {
            endings.append(&mut self.unrevoked);
        }
        let mut sent = Sent {
            batch: self.new_batch(),
            endings,
            reason,
            attempts: 1,
            retry_at: Due::NEVER,
            caller,
            dropped,
            whole_session: self.has_lost_track && (is_last || self.closed),
            others: Revoked::NOTHING,
        };
        if sent.endings.is_empty() && !sent.whole_session {
            let confirmed = !self.has_lost_track;
            self.settle(sent, confirmed);
        } else if is_last {
            self.has_lost_track = false;
            if self.config.can_revoke {
                let left_out = sent.endings.cut_to_quota();
                sent.whole_session |= !left_out.is_empty();
                self.emit(sent.request(sending));
                sent.endings.tokens.extend(left_out);
            }
            self.forget(&sent.endings);
            self.answer_caller(&sent, false);
        } else if !self.config.can_revoke {
            self.settle(sent, false);
        } else {
            let rest = sent.endings.cut_to_quota();
            self.emit(sent.request(sending));
            self.sent.push(sent);
            // In as many requests as it takes: a body that is too long for the
            // backend would revoke nothing.
            if !rest.is_empty() {
                self.send(rest.into(), 0, reason, sending, caller);
            }
        }
    }

    /// A request whose answer does not say that there is no token may have minted
    /// one: the next revoke names it.
    pub(super) fn remember_unanswered(&mut self, generation: Generation) {
        self.unanswered.push(generation);
        if self.unanswered.len() >= MOST_UNANSWERED {
            let pending = std::mem::take(&mut self.unanswered);
            self.send(pending.into(), 0, Reason::Evicted, self.sending(), None);
        }
    }

    /// What a request has brought is known by now: it is not named as a request
    /// any more.
    pub(super) fn unname(&mut self, generation: Generation) {
        let lists = self.sent.iter_mut().map(|sent| &mut sent.endings.pending);
        for list in lists.chain([&mut self.unanswered, &mut self.unrevoked.pending]) {
            take(list, generation);
        }
        // Nor is a revoke sent again of which nothing is left.
        let waits = |sent: &Sent| sent.names_nothing() && sent.retry_at != Due::NEVER;
        if let Some(place) = self.sent.iter().position(waits) {
            let sent = self.sent.swap_remove(place);
            self.settle(sent, false);
        }
    }

    /// Lets go of what the server has ended by itself, and of what a closed client
    /// waits for no longer.
    pub(super) fn forget_ended(&mut self, now: Moment) {
        self.unrevoked.tokens.retain(|ending| {
            let lives = !ending.ends_at.reached(now);
            if !lives {
                self.outputs.push_back(Output::Forget(ending.generation));
            }
            lives
        });
        if self.closed && self.lets_go_at.reached(now) {
            self.given_up.clear();
        }
    }

    /// When [`Machine::forget_ended`] has something to do.
    pub(super) fn next_forgotten(&self) -> Due {
        let mut due = Due::NEVER;
        if self.closed && !self.given_up.is_empty() {
            due = self.lets_go_at;
        }
        for ending in &self.unrevoked.tokens {
            due = due.earliest(ending.ends_at);
        }
        due
    }

    /// Comes after the revoke, which nothing may delay: an app's own provider
    /// can run code when its request is aborted.
    pub(super) fn abort(&mut self, open: Vec<Generation>) {
        for generation in open {
            self.given_up.push(generation);
            self.emit(Output::AbortRequest(generation));
        }
    }

    fn settle(&mut self, mut sent: Sent, confirmed: bool) {
        if confirmed {
            self.has_lost_track &= !sent.whole_session;
            self.forget(&sent.endings);
        } else {
            self.unrevoked.append(&mut sent.endings);
        }
        // Without an endpoint there is nobody to name it to.
        let most = if self.config.can_revoke {
            MOST_UNREVOKED
        } else {
            0
        };
        if self.unrevoked.count() > most {
            let unrevoked = std::mem::take(&mut self.unrevoked);
            self.has_lost_track = true;
            self.emit(Output::NameWholeSession);
            self.forget(&unrevoked);
        }
        self.answer_caller(&sent, confirmed && !self.has_lost_track);
    }

    fn forget(&mut self, endings: &Endings) {
        for ending in &endings.tokens {
            self.emit(Output::Forget(ending.generation));
        }
        for &generation in &endings.pending {
            self.emit(Output::Forget(generation));
        }
    }

    fn answer_caller(&mut self, sent: &Sent, confirmed: bool) {
        if let Some(answer) = self.answer(sent, confirmed) {
            self.emit(answer);
        }
        if self.sent.is_empty() {
            for (caller, mut revoked) in std::mem::take(&mut self.last_answers) {
                revoked.confirmed &= self.unrevoked.is_empty() && !self.has_lost_track;
                self.emit(Output::Revoked(caller, revoked));
            }
        }
    }

    /// The answer to the caller of a revoke, once all of it is done.
    fn answer(&mut self, sent: &Sent, confirmed: bool) -> Option<Output> {
        let caller = sent.caller?;
        let revoked = Revoked {
            tokens: sent.others.tokens + sent.dropped,
            confirmed: sent.others.confirmed && confirmed,
        };
        let open = self.sent.iter_mut().find(|one| one.caller == sent.caller);
        let Some(open) = open else {
            if !self.sent.is_empty() {
                self.last_answers.push((caller, revoked));
                return None;
            }
            return Some(Output::Revoked(caller, revoked));
        };
        open.others.tokens += revoked.tokens;
        open.others.confirmed &= revoked.confirmed;
        None
    }

    pub(super) fn empty_all(&mut self, reason: Reason, caller: Option<CallerId>) {
        let mut endings = Endings::default();
        let mut all = Cursor::default();
        while let Some(id) = self.grants.next(&mut all) {
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

/// Whether it was there.
#[inline(never)]
pub(super) fn take(list: &mut Vec<Generation>, generation: Generation) -> bool {
    let place = list.iter().position(|&one| one == generation);
    if let Some(place) = place {
        list.swap_remove(place);
    }
    place.is_some()
}
