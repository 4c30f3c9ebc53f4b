//! What goes into the machine: the whole alphabet.

use super::answer::{Body, Issued, Terms};
use super::error::{Failure, is_outage};
use super::names::{CallerId, Generation, GrantId, RequestId};
use super::time::Millis;

/// What the shell reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A caller wants a token.
    Acquire {
        /// For this grant.
        grant: GrantId,
        /// To be answered by one [`crate::core::Output::Resolve`] or [`crate::core::Output::Reject`].
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
        /// To be answered by one [`crate::core::Output::Revoked`].
        caller: CallerId,
    },
    /// The lease endpoint has answered, or will not.
    LeaseAnswered {
        /// The request.
        request: RequestId,
        /// What holds from here on.
        answer: Result<Terms, Failure>,
    },
    /// Something happened to the page.
    Page(Page),
    /// The backend wants tokens back.
    Recalled(Recall),
    /// The resource answered 401 (Unauthorized) to this token.
    Unauthorized {
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
        /// To be answered by one [`crate::core::Output::Revoked`].
        caller: CallerId,
    },
    /// The revoke endpoint has answered, or will not.
    RevokeAnswered {
        /// The request.
        request: RequestId,
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
        /// The farewell that the shell had ready is on its way, and tells of
        /// requests up to this ([`crate::core::Farewell::up_to`]).
        told: Option<Generation>,
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
    Denied,
    /// 202: maybe still alive, and the backend repeats it until it is not.
    TakenOver,
    /// Still alive; to be asked again (5xx, 429, no connection), after this long if the server said so.
    TryAgain(Option<Millis>),
}

impl RevokeOutcome {
    /// What an answer means: after RFC 7009 section 2.2 any 2xx is success, but 202
    /// (RFC 9110 section 15.3.3) says that it is not done yet,
    /// and a 503 says that the token is still alive. A page, and a refusal that is not
    /// in the contract's form, were not said by the backend. Status 0: no answer.
    #[must_use]
    pub const fn of(status: u16, body: Body, retry_after: Option<Millis>) -> Self {
        match (status, body) {
            (0, _) => Self::TryAgain(None),
            (_, Body::Page) | (400..=499, Body::Other) => Self::TryAgain(retry_after),
            (202, _) => Self::TakenOver,
            (200..=299, _) => Self::Confirmed,
            _ if is_outage(status) => Self::TryAgain(retry_after),
            _ => Self::Denied,
        }
    }
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
            (202, Body::Own, RevokeOutcome::TakenOver),
            (202, Body::Page, again),
            (204, Body::Own, RevokeOutcome::Confirmed),
            (302, Body::Page, again),
            (403, Body::Page, again),
            (403, Body::Other, again),
            (403, Body::Own, RevokeOutcome::Denied),
            (421, Body::Own, again),
            (503, Body::Own, again),
            (503, Body::Other, again),
        ] {
            let seen = RevokeOutcome::of(status, body, wait);
            assert_eq!(seen, outcome, "{status} {body:?}");
        }
    }
}
