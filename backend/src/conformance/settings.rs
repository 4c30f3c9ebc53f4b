//! What is held to the contract, and how.

use std::time::Duration;

use crate::core::Secret;

/// A backend, and what it takes to ask it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its instances, as base URLs without a slash at the end: one, or two of which every
    /// check uses one after the other.
    pub instances: Vec<String>,
    /// The path of the token endpoint.
    pub token_path: String,
    /// The path of the revoke endpoint.
    pub revoke_path: String,
    /// The path of the lease endpoint.
    pub lease_path: String,
    /// A sign-in, as the header `Cookie` has it.
    pub cookie: Option<Secret>,
    /// Another one, of the same or another user.
    pub other_cookie: Option<Secret>,
    /// The app's own origin.
    pub origin: Option<String>,
    /// An origin that the backend is told to let in although it is not its own.
    pub cross_origin: Option<String>,
    /// What the user may have a token for.
    pub resource: String,
    /// The scopes that they may have.
    pub scopes: Vec<String>,
    /// Whether the lease is looked at.
    pub lease: LeaseMode,
    /// Whether the backend keeps no record: what needs one is not looked at.
    pub is_stateless: bool,
    /// Whether terms of more than 15 seconds are waited for.
    pub is_slow: bool,
    /// Recalls the page life that the variable `SESSION` names; run by `sh -c`.
    pub recall_command: Option<String>,
    /// How long the backend has for what it repeats by itself.
    pub patience: Duration,
    /// How many unknown tokens a second it may look up.
    pub lookups_per_second: u32,
    /// How many anonymous forms come at once in a flood; each names 100 made-up tokens.
    pub flood: usize,
    /// The shortest term that is allowed. The contract says 10 seconds.
    pub least_term: Duration,
}

/// Whether the lease is looked at.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum LeaseMode {
    /// If the backend answers there.
    #[default]
    Auto,
    /// No.
    Off,
    /// Yes: a backend without it fails.
    On,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            instances: Vec::new(),
            token_path: "/api/token".to_owned(),
            revoke_path: "/api/revoke".to_owned(),
            lease_path: "/api/lease".to_owned(),
            cookie: None,
            other_cookie: None,
            origin: None,
            cross_origin: None,
            resource: "https://api.box.com/2.0/files/123".to_owned(),
            scopes: vec!["base_preview".to_owned(), "item_download".to_owned()],
            lease: LeaseMode::Auto,
            is_stateless: false,
            is_slow: false,
            recall_command: None,
            patience: Duration::from_secs(30),
            lookups_per_second: 100,
            flood: 50,
            least_term: Duration::from_secs(10),
        }
    }
}

impl Settings {
    /// All the scopes, as a request has them.
    pub fn scope(&self) -> String {
        self.scopes.join(" ")
    }
}
