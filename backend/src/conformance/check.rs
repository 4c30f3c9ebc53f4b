//! One rule of the contract.

use std::pin::Pin;

use super::{Case, Verdict};

/// A rule, and how it is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Names it: lower case, with hyphens.
    pub name: &'static str,
    /// The rule, as a sentence.
    pub rule: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What it takes to look at it.
    pub needs: &'static [Need],
    /// Looks at it.
    pub run: for<'a> fn(&'a Case) -> Running<'a>,
}

/// A check under way.
pub type Running<'a> = Pin<Box<dyn Future<Output = Verdict> + Send + 'a>>;

/// Checks that are about the same thing.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    /// Names it.
    pub name: &'static str,
    /// They.
    pub checks: &'static [Check],
}

/// What a check needs to be given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Need {
    /// A stand-in authorization server that the backend asks.
    Authority,
    /// A sign-in.
    Cookie,
    /// An origin of the app's other than the backend's own.
    CrossOrigin,
    /// A backend with the lease endpoint.
    Lease,
    /// The app's own origin.
    Origin,
    /// Another sign-in.
    OtherCookie,
    /// A way to recall what was given.
    Recall,
    /// A backend that remembers what it has minted.
    Record,
    /// Another instance of the backend.
    SecondInstance,
    /// A term that somebody can wait for.
    ShortTerm,
    /// Two scopes that may be had.
    TwoScopes,
}

impl Need {
    /// What to do about it.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Authority => "needs a stand-in authorization server: --as-listen",
            Self::Cookie => "needs a sign-in: --cookie or --cookie-from",
            Self::CrossOrigin => {
                "needs an allowed origin other than the backend's own: --cross-origin"
            }
            Self::Lease => "the backend offers no lease",
            Self::Origin => "needs the app's own origin: --origin",
            Self::OtherCookie => "needs another sign-in: --other-cookie or --other-cookie-from",
            Self::Recall => "needs a way to recall: --recall-command",
            Self::Record => "the backend keeps no record",
            Self::SecondInstance => "needs another instance of the backend: --second-url",
            Self::ShortTerm => "the term is longer than 15 seconds: shorten it, or --slow",
            Self::TwoScopes => "needs two scopes that may be had: --scope 'one two'",
        }
    }
}
