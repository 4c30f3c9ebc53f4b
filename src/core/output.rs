//! What comes out of the machine: the whole alphabet.

use super::error::Error;
use super::names::{CallerId, Generation, GrantId, RequestId};
use super::time::Millis;

/// What the shell carries out, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Let go of this lease request; its answer is not wanted.
    AbortLease(RequestId),
    /// Let go of this request; its answer is not wanted.
    AbortRequest(Generation),
    /// Drop this secret, or the name of this request: nothing is left to revoke.
    Forget(Generation),
    /// There is no lease: none was granted, or what answers grants none.
    LeaseLost(Error),
    /// The [`Output::Revoke`] that follows names this token, or this request, whose
    /// answer will not be read: what it mints is not wanted.
    Name(Generation),
    /// Tell the app.
    Notify(GrantId, Notice),
    /// From here on requests carry another session name; let go of the lease
    /// request and of those to revoke.
    RenewSession,
    /// This caller gets no token.
    Reject(CallerId, Error),
    /// Ask the lease endpoint; answered by [`crate::core::Input::LeaseAnswered`].
    RequestLease(RequestId),
    /// Ask the token endpoint; answered by [`crate::core::Input::Answered`]. The last request of
    /// the page names it, as a request or by the secret that it brings, until
    /// [`Output::Forget`].
    RequestToken(GrantId, Generation),
    /// This caller gets that secret.
    Resolve(CallerId, Generation),
    /// Ask the revoke endpoint to end what has been named since the last revoke.
    Revoke {
        /// Names the request in [`crate::core::Input::RevokeAnswered`], if [`Sending::Awaited`].
        request: RequestId,
        /// How it has to travel.
        sending: Sending,
        /// Why.
        reason: Reason,
        /// What was named is not all: revoke whatever was minted for this session.
        whole_session: bool,
        /// It may be sent twice within what a page may have in flight when it goes.
        is_short: bool,
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

impl Notice {
    /// What apps call them, in the order of [`Notice::number`].
    pub const NAMES: [&'static str; 6] = [
        "expired",
        "expiring",
        "error",
        "gone",
        "refreshed",
        "revoked",
    ];

    /// Its place among the names.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Expired => 0,
            Self::Expiring(_) => 1,
            Self::Failed(_) => 2,
            Self::Gone => 3,
            Self::Refreshed(_) => 4,
            Self::Revoked(_) => 5,
        }
    }
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

#[cfg(test)]
mod tests {
    use super::super::code::Code;
    use super::*;

    #[test]
    fn apps_hear_each_notice_by_its_own_name() {
        for (notice, name) in [
            (Notice::Expired, "expired"),
            (Notice::Expiring(Millis(1)), "expiring"),
            (Notice::Failed(Error::new(Code::Network)), "error"),
            (Notice::Gone, "gone"),
            (Notice::Refreshed(Millis(1)), "refreshed"),
            (Notice::Revoked(Reason::Logout), "revoked"),
        ] {
            assert_eq!(Notice::NAMES[usize::from(notice.number())], name);
        }
    }

    #[test]
    fn backends_see_the_words_of_the_contract_for_reasons() {
        for (reason, word) in [
            (Reason::BackForwardCache, "bfcache"),
            (Reason::Evicted, "evicted"),
            (Reason::Explicit, "explicit"),
            (Reason::Expired, "expired"),
            (Reason::Hidden, "hidden"),
            (Reason::Lapsed, "lapsed"),
            (Reason::Logout, "logout"),
            (Reason::Recalled, "recalled"),
            (Reason::Unload, "unload"),
        ] {
            assert_eq!(reason.as_str(), word);
        }
    }
}
