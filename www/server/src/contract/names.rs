//! The names that the page gives: to its lives, to its requests, to its reasons.

/// Names one token request: who asked, and which of their requests it was.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct RequestName {
    /// One page life; random, so that nobody else can name it.
    pub session: String,
    /// Unique within the session.
    pub id: String,
}

/// Why a token is revoked. It goes into the audit and decides nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reason {
    /// The page goes into the back/forward cache.
    Bfcache,
    /// The grant gave way to others.
    Evicted,
    /// A newer token is in use.
    Expired,
    /// The app asked for it.
    Explicit,
    /// The page was hidden.
    Hidden,
    /// Nothing was heard from the page for too long.
    Lapsed,
    /// The user has signed out.
    Logout,
    /// The backend said so.
    Recalled,
    /// The page goes away.
    Unload,
}

impl Reason {
    const ALL: [Self; 9] = [
        Self::Bfcache,
        Self::Evicted,
        Self::Expired,
        Self::Explicit,
        Self::Hidden,
        Self::Lapsed,
        Self::Logout,
        Self::Recalled,
        Self::Unload,
    ];

    /// As it stands in the revoke request.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bfcache => "bfcache",
            Self::Evicted => "evicted",
            Self::Expired => "expired",
            Self::Explicit => "explicit",
            Self::Hidden => "hidden",
            Self::Lapsed => "lapsed",
            Self::Logout => "logout",
            Self::Recalled => "recalled",
            Self::Unload => "unload",
        }
    }

    /// An unknown reason is no reason to let a token live, so it is simply not recorded.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}
