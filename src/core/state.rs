//! Where a grant stands, for those who show it.

use super::error::Error;
use super::names::Generation;
use super::time::Millis;

/// What a user interface may know of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Where the grant stands.
    pub status: Status,
    /// Of the held token, if there is a valid one.
    pub token: Option<TokenState>,
    /// The last failure since the last success.
    pub error: Option<Error>,
}

impl State {
    /// The state of any grant of a client that is closed.
    pub const CLOSED: Self = Self {
        status: Status::Closed,
        token: None,
        error: None,
    };
}

/// Where a held token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenState {
    /// Which token.
    pub generation: Generation,
    /// Since its request was sent.
    pub age: Millis,
    /// Until its refresh is due.
    pub refresh_in: Millis,
    /// Until it expires, the margin not subtracted.
    pub expires_in: Millis,
}

/// Where a grant stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The machine is closed.
    Closed,
    /// No token, none asked for.
    Empty,
    /// No valid token, a request is under way.
    Fetching,
    /// A valid token, and a request for the next one is under way.
    Refreshing,
    /// Refused for good.
    Stopped,
    /// A valid token.
    Valid,
    /// No valid token; the next request waits out its back-off.
    Waiting,
}

impl Status {
    /// What apps call them, in the order of their numbers.
    pub const NAMES: [&'static str; 7] = [
        "closed",
        "empty",
        "fetching",
        "refreshing",
        "stopped",
        "valid",
        "waiting",
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_status_is_the_place_of_its_name() {
        let name = |status: Status| Status::NAMES[status as usize];
        for (status, expected) in [
            (Status::Closed, "closed"),
            (Status::Empty, "empty"),
            (Status::Fetching, "fetching"),
            (Status::Refreshing, "refreshing"),
            (Status::Stopped, "stopped"),
            (Status::Valid, "valid"),
            (Status::Waiting, "waiting"),
        ] {
            assert_eq!(name(status), expected);
        }
    }
}
