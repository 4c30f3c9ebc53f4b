//! The whole alphabet: what goes into the machine and what comes out.

use super::answer::{Body, Issued};
use super::error::{Error, Failure, is_outage};
use super::machine::{Batch, CallerId, Reason, Revoked};
use super::table::GrantId;
use super::time::Millis;
use super::token::Generation;

/// What the shell reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A caller wants a token.
    Acquire {
        /// For this grant.
        grant: GrantId,
        /// To be answered by one [`Output::Resolve`] or [`Output::Reject`].
        caller: CallerId,
        /// What will do.
        want: Want,
    },
    /// The token endpoint has answered, or will not.
    Answered {
        /// The grant of the request.
        grant: GrantId,
        /// The request.
        generation: Generation,
        /// The shell keeps the secret before it says `Ok`.
        answer: Result<Issued, Failure>,
    },
    /// A caller's signal fired.
    Cancel {
        /// The grant it waits for.
        grant: GrantId,
        /// The caller.
        caller: CallerId,
    },
    /// Revoke everything for good; nothing is asked of the machine afterwards.
    Close {
        /// To be answered by one [`Output::Revoked`].
        caller: CallerId,
    },
    /// The lease endpoint has answered, or will not.
    LeaseAnswered {
        /// The request.
        batch: Batch,
        /// What holds from here on.
        answer: Result<Terms, Failure>,
    },
    /// Something happened to the page.
    Page(Page),
    /// The backend wants tokens back.
    Recalled(Recall),
    /// The resource answered 401 to this token.
    Refused {
        /// The grant of the token.
        grant: GrantId,
        /// The token that was refused.
        generation: Generation,
    },
    /// The app says that asking again makes sense: forget refusals and back-offs.
    Resume,
    /// Drop tokens and revoke them.
    Revoke {
        /// Which.
        scope: Scope,
        /// To be answered by one [`Output::Revoked`].
        caller: CallerId,
    },
    /// The revoke endpoint has answered, or will not.
    RevokeAnswered {
        /// The batch that was sent.
        batch: Batch,
        /// What became of it.
        outcome: RevokeOutcome,
    },
}

/// What will do for a caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Want {
    /// At least this much life left; capped at half of a token's life.
    pub min_ttl: Millis,
    /// The held token will not do, however fresh.
    pub force: bool,
    /// How long the caller waits; `None`: [`crate::core::Config::timeout`].
    pub timeout: Option<Millis>,
}

/// What happens to a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// It can no longer be seen.
    Hidden,
    /// `pagehide`: it goes away, perhaps into the back/forward cache.
    Leaving {
        /// It may come back (`event.persisted`).
        persisted: bool,
    },
    /// The network is back.
    Online,
    /// It is made ready without having been asked for; nothing may be requested.
    Prerendering,
    /// `pageshow`, or the end of prerendering: it is there, perhaps again.
    Shown,
    /// It can be seen, has the focus or runs again: look at the clock.
    Visible,
}

/// What a lease endpoint answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// When to ask again.
    pub renew_in: Millis,
    /// How long the request was held open, which counts as having been heard.
    pub held: Millis,
    /// The backend revokes what it minted for the page life once it has not
    /// heard of it for this long; `None`: it does not say.
    pub term: Option<Millis>,
}

/// What the backend wants back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recall {
    /// Every token of this page life.
    All,
    /// Every token, and no other is to be asked for until the app says so.
    Stop,
    /// The one that this request brought, or will bring.
    Token(Generation),
}

/// What to revoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every grant.
    All,
    /// Every grant, here and in the app's other tabs.
    EveryTab,
    /// This one.
    Grant(GrantId),
}

/// What became of a revoke request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevokeOutcome {
    /// 2xx: revoked, or never known.
    Confirmed,
    /// Still alive, and asking again makes no sense.
    Refused,
    /// Still alive; to be asked again (5xx, 429, no connection), after this long if the server said so.
    TryAgain(Option<Millis>),
}

impl RevokeOutcome {
    /// What an answer means: after RFC 7009 section 2.2 any 2xx is success,
    /// and a 503 says that the token is still alive. A page, and a refusal that is not
    /// in the contract's form, were not said by the backend. Status 0: no answer.
    #[must_use]
    pub const fn of(status: u16, body: Body, retry_after: Option<Millis>) -> Self {
        match (status, body) {
            (0, _) => Self::TryAgain(None),
            (_, Body::Page) | (400..=499, Body::Other) => Self::TryAgain(retry_after),
            (200..=299, _) => Self::Confirmed,
            _ if is_outage(status) => Self::TryAgain(retry_after),
            _ => Self::Refused,
        }
    }
}

/// What the shell carries out, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Let go of this lease request; its answer is not wanted.
    AbortLease(Batch),
    /// Let go of this request; its answer is not wanted.
    AbortRequest(Generation),
    /// Drop this secret, or the name of this request: nothing is left to revoke.
    Forget(Generation),
    /// There is no lease: none was granted, or what answers grants none.
    LeaseLost(Error),
    /// From here on the last request of this page life names the whole session.
    NameWholeSession,
    /// Tell the app.
    Notify(GrantId, Notice),
    /// From here on requests carry another session name; let go of the lease
    /// request and of those to revoke.
    RenewSession,
    /// This caller gets no token.
    Reject(CallerId, Error),
    /// Ask the lease endpoint; answered by [`Input::LeaseAnswered`].
    RequestLease(Batch),
    /// Ask the token endpoint; answered by [`Input::Answered`]. The last request of
    /// the page names it, as a request or by the secret that it brings, until
    /// [`Output::Forget`].
    RequestToken(GrantId, Generation),
    /// This caller gets that secret.
    Resolve(CallerId, Generation),
    /// Ask the revoke endpoint.
    Revoke {
        /// Names the request in [`Input::RevokeAnswered`], if [`Sending::Awaited`].
        batch: Batch,
        /// How it has to travel.
        sending: Sending,
        /// The tokens.
        tokens: Vec<Generation>,
        /// Requests whose answer will not be read: what they mint is not wanted.
        pending: Vec<Generation>,
        /// Why.
        reason: Reason,
        /// The tokens named are not all: revoke whatever was minted for this session.
        whole_session: bool,
    },
    /// This caller of a revoke is answered.
    Revoked(CallerId, Revoked),
    /// Have the app's other tabs revoke everything, too.
    TellOtherTabs,
}

/// How a revoke request has to travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// The page lives: send it so that the answer can be read.
    Awaited,
    /// The page is going, or may be ended without another word: hand it over
    /// before the handler returns.
    Unload,
}

/// What the app is told about a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The held token counts as expired and no other has arrived.
    Expired,
    /// The held token has passed its refresh point; it expires in this long.
    Expiring(Millis),
    /// A request for a token failed.
    Failed(Error),
    /// The grant gave way to others; its [`GrantId`] is dead.
    Gone,
    /// A token arrived; it expires in this long.
    Refreshed(Millis),
    /// The tokens were dropped and are being revoked.
    Revoked(Reason),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_backend_did_not_say_is_asked_again() {
        let wait = Some(Millis(7));
        let again = RevokeOutcome::TryAgain(wait);
        for (status, body, outcome) in [
            (0, Body::Own, RevokeOutcome::TryAgain(None)),
            (200, Body::Own, RevokeOutcome::Confirmed),
            (200, Body::Other, RevokeOutcome::Confirmed),
            (200, Body::Page, again),
            (302, Body::Page, again),
            (403, Body::Page, again),
            (403, Body::Other, again),
            (403, Body::Own, RevokeOutcome::Refused),
            (421, Body::Own, again),
            (503, Body::Own, again),
            (503, Body::Other, again),
        ] {
            let seen = RevokeOutcome::of(status, body, wait);
            assert_eq!(seen, outcome, "{status} {body:?}");
        }
    }
}
