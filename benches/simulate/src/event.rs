//! What happens to a page, and when.

/// A point in virtual time: milliseconds since the scenario began.
pub(crate) type Time = u32;

pub(crate) const SECOND: Time = 1_000;
pub(crate) const MINUTE: Time = 60 * SECOND;
pub(crate) const HOUR: Time = 60 * MINUTE;

/// Later than everything.
pub(crate) const NEVER: Time = Time::MAX;

/// Something that happens. What stands first comes first where several happen at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// The lid is opened.
    Wake,
    /// The lid is closed.
    Sleep,
    /// The backend is gone, and with it every connection to it.
    Cut,
    /// An answer from the token endpoint.
    Token(u32, Answer),
    /// An answer from the lease endpoint.
    Lease(u32, Answer),
    /// An answer from the revoke endpoint.
    Revoke(u32, Answer),
    /// The app asks for a token, as it does every now and then.
    Call,
    /// Somebody looks at a page that was asleep, and so its app asks, too.
    Look,
    /// Whoever was told of a failure asks again.
    CallAgain,
    /// The page is left, and another one opened in its place.
    Leave,
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Answer {
    /// What was asked for.
    Good,
    /// The same, after the request was held open.
    Held,
    /// 503.
    Refused,
    /// 503 with `Retry-After`.
    Later,
    /// There is none: the connection was cut.
    Lost,
}

impl Event {
    /// As it comes to a page that has lost its connections meanwhile.
    pub(crate) const fn lost(self) -> Self {
        match self {
            Self::Token(generation, _) => Self::Token(generation, Answer::Lost),
            Self::Lease(request, _) => Self::Lease(request, Answer::Lost),
            Self::Revoke(request, _) => Self::Revoke(request, Answer::Lost),
            Self::Wake
            | Self::Sleep
            | Self::Cut
            | Self::Call
            | Self::Look
            | Self::CallAgain
            | Self::Leave => self,
        }
    }
}
