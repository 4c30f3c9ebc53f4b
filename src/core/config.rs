//! The settings of a client, with their defaults.

use super::time::Millis;

/// Settings of a [`crate::core::Machine`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// How long before expiry a refresh starts at the latest; at most a third of the
    /// token's life, at least `expiry_margin`. It starts at random in the last two thirds
    /// of the time up to then, so that pages which were opened together part.
    /// Default 10 minutes: Box's best practices ask for a refresh of hour-long
    /// tokens at 50 minutes.
    pub refresh_lead: Millis,
    /// How long before expiry a token counts as expired; at most a sixth of the
    /// token's life. Default 5 minutes.
    pub expiry_margin: Millis,
    /// Use and keep a token for no longer than this. Default: what the server grants.
    pub max_age: Option<Millis>,
    /// How long a caller waits for a token. Default 30 seconds.
    pub timeout: Millis,
    /// How long one request to the token or the revoke endpoint may take.
    /// Default 15 seconds.
    pub request_timeout: Millis,
    /// How many grants are held; the least recently used gives way. Default 1,024.
    pub max_grants: u32,
    /// Whether a page that can no longer be seen revokes what it holds and asks
    /// for nothing until it can. Default false.
    pub revoke_when_hidden: bool,
}

/// What the backend offers beside tokens. Where it is asked is the shell's to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// To revoke at. Without one, what is to be revoked is only dropped.
    pub revoke: bool,
    /// To keep a lease at.
    pub lease: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            refresh_lead: Millis::from_secs(600),
            expiry_margin: Millis::from_secs(300),
            max_age: None,
            timeout: Millis::from_secs(30),
            request_timeout: Millis::from_secs(15),
            max_grants: 1024,
            revoke_when_hidden: false,
        }
    }
}
