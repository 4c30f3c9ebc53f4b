//! What the backend writes down: everything but secrets.

use crate::{
    core::{Fingerprint, Millis, Owner, Reason, RecallScope, RequestName, UpstreamError},
    store::StoreError,
};

/// Where it is written down. To be quick: requests wait for it.
pub trait Audit: Send + Sync {
    /// Something happened.
    fn record(&self, event: &Event<'_>);
}

/// Something that happened.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A token was minted.
    Minted {
        /// Its fingerprint.
        token: Fingerprint,
        /// The request that it answers.
        request: &'a RequestName,
        /// Whose it is.
        owner: &'a Owner,
        /// The resource that it is for.
        resource: &'a str,
        /// The scopes that it has.
        scope: &'a str,
        /// How long it lives.
        expires_in: Millis,
    },
    /// The authorization server has not minted one.
    NotMinted {
        /// The request.
        request: &'a RequestName,
        /// Whose it is.
        owner: &'a Owner,
        /// Why not.
        error: UpstreamError,
    },
    /// A token was minted and could not be put on record. It is ended here and now.
    Orphaned {
        /// Its fingerprint.
        token: Fingerprint,
        /// Whose it was.
        owner: &'a Owner,
    },
    /// This process stops, and a token may be alive that is on nobody's record: it was asked for,
    /// or could not be ended in time.
    LeftBehind {
        /// Its fingerprint, where the authorization server has answered.
        token: Option<Fingerprint>,
        /// The request that it answers.
        request: &'a RequestName,
        /// Whose it is.
        owner: &'a Owner,
        /// The resource that it is for.
        resource: &'a str,
    },
    /// A token is dead at the authorization server.
    Revoked {
        /// Its fingerprint.
        token: Fingerprint,
        /// Whose it was, where that is on record.
        owner: Option<&'a Owner>,
        /// The page life that it was for, where that is on record.
        session: Option<&'a str>,
        /// Why.
        reason: Option<Reason>,
    },
    /// A token could not be revoked; that is repeated.
    NotRevoked {
        /// Its fingerprint.
        token: Fingerprint,
        /// Whose it is, where that is on record.
        owner: Option<&'a Owner>,
        /// The page life that it was for, where that is on record.
        session: Option<&'a str>,
        /// Why not.
        error: UpstreamError,
        /// How often that was tried.
        attempts: u32,
    },
    /// The authorization server is left alone for a while: no call would fare better.
    Paused {
        /// Why.
        error: UpstreamError,
        /// For how long.
        wait: Millis,
    },
    /// A record was sealed with a key that is not in the ring: its token cannot be revoked.
    Unreadable {
        /// The record.
        key: &'a str,
    },
    /// Page lives have fallen silent.
    Lapsed {
        /// How many.
        sessions: u32,
        /// How many tokens became due by it.
        due: u32,
    },
    /// Tokens were taken back.
    Recalled {
        /// Whose.
        scope: &'a RecallScope,
        /// How many became due by it.
        due: u64,
    },
    /// The store did not do what it was asked.
    StoreFailed {
        /// What it was asked.
        operation: &'static str,
        /// What it says.
        error: &'a StoreError,
    },
}

/// Writes nothing down.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoAudit;

impl Audit for NoAudit {
    fn record(&self, _: &Event<'_>) {}
}
