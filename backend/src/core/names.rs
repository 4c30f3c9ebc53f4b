//! Who and what the requests are about.

use std::fmt;

/// Names one token request: who asked, and which of their requests it was.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RequestName {
    /// One page life; random, so that nobody else can name it.
    pub session: String,
    /// Unique within the session.
    pub id: String,
}

/// On whose behalf a token is minted, in the app's own words for them.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Owner {
    /// The user, as the app names them; never an e-mail address, since it is logged.
    pub user: String,
    /// The sign-in, as the app names it (`sid` of OpenID Connect): what a sign-out
    /// ends. Not the value of a cookie that is replaced now and then.
    pub sign_in: String,
}

/// What a recall is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RecallScope {
    /// Everybody.
    All,
    /// One page life.
    Session(String),
    /// What was minted for one sign-in: a sign-out, also one of the back channel.
    SignIn(String),
    /// What was minted for one user, wherever they are signed in.
    User(String),
}

impl RecallScope {
    /// As a store finds it: a kind and a name.
    pub fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::All => ("all", ""),
            Self::Session(name) => ("session", name),
            Self::SignIn(name) => ("sign_in", name),
            Self::User(name) => ("user", name),
        }
    }
}

/// Why a token is revoked. It goes into the audit and decides nothing.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
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
    /// It was minted, and could not be put on record.
    Unrecorded,
}

impl Reason {
    const ALL: [Self; 10] = [
        Self::Bfcache,
        Self::Evicted,
        Self::Expired,
        Self::Explicit,
        Self::Hidden,
        Self::Lapsed,
        Self::Logout,
        Self::Recalled,
        Self::Unload,
        Self::Unrecorded,
    ];

    /// As it stands in the revoke request, and in a store.
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
            Self::Unrecorded => "unrecorded",
        }
    }

    /// An unknown reason is no reason to let a token live, so it is simply not recorded.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
