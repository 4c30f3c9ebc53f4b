//! An authorization server in this process that behaves like Box's documented one,
//! so that the demo needs no account.
//!
//! It keeps fingerprints only: it never has to send a token that it has minted.

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use downscope_backend::{
    core::{
        Exchange, Fingerprint, Millis, Minted, RestrictedObject, Restriction, Secret, UpstreamError,
    },
    engine::{Upstream, UpstreamCall},
};

use crate::{clock::Clock, lock::lock, secret};

/// The scopes that Box documents for a viewer; it refuses others.
const SCOPES: [&str; 6] = [
    "annotation_edit",
    "annotation_view_all",
    "annotation_view_self",
    "base_preview",
    "item_download",
    "item_preview",
];
/// A token that is dead is forgotten, at the latest when there are this many.
const SWEEP_AT: usize = 1_024;

/// The authorization server.
pub struct Embedded {
    client: Client,
    clock: Clock,
    files: String,
    lifetime: AtomicU64,
    length: AtomicUsize,
    state: Mutex<State>,
}

/// A confidential client of it.
#[derive(Clone, Debug)]
pub struct Client {
    /// `client_id`.
    pub id: String,
    /// `client_secret`.
    pub secret: Secret,
}

#[derive(Default)]
struct State {
    tokens: HashMap<Fingerprint, Token>,
    sweep_at: usize,
}

struct Token {
    expires_at: Millis,
    authority: Authority,
}

#[derive(Clone)]
enum Authority {
    /// Everything that the demo user may do; never leaves a backend.
    User,
    /// Some scopes on one file.
    Downscoped { file: String, scopes: Vec<String> },
}

/// Whether a token is good for a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Access {
    Granted,
    InsufficientScope,
    InvalidToken,
}

impl Embedded {
    /// An authorization server for the file API at `api_origin`, with one client.
    pub fn new(api_origin: &str, clock: Clock) -> Self {
        Self {
            client: Client {
                id: "downscope-demo".to_owned(),
                secret: secret::random(),
            },
            clock,
            files: format!("{api_origin}/2.0/files/"),
            lifetime: AtomicU64::new(3600),
            length: AtomicUsize::new(secret::RANDOM_LENGTH),
            state: Mutex::default(),
        }
    }

    /// Its one client.
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The life in seconds of what it mints from now on.
    pub fn set_lifetime(&self, seconds: u64) {
        self.lifetime.store(seconds, Ordering::Relaxed);
    }

    /// The length of what it mints from now on.
    pub fn set_token_length(&self, length: usize) {
        self.length.store(length, Ordering::Relaxed);
    }

    /// Mints a token with all of the demo user's authority, good for an exchange.
    pub fn mint_user_token(&self) -> Minted {
        self.mint(Authority::User, Vec::new())
    }

    /// Every token is dead from now on.
    pub fn expire_all(&self) {
        lock(&self.state).tokens.clear();
    }

    pub(crate) fn is_client(&self, id: &str, secret: &str) -> bool {
        id == self.client.id && Fingerprint::of(secret) == self.client.secret.fingerprint()
    }

    pub(crate) fn is_user_token(&self, token: &str) -> bool {
        matches!(self.authority(token), Some(Authority::User))
    }

    pub(crate) fn downscope(&self, wanted: &Exchange) -> Result<Minted, UpstreamError> {
        let file = wanted
            .resource
            .strip_prefix(&self.files)
            .unwrap_or_default();
        if file.is_empty() || !file.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(UpstreamError::InvalidTarget);
        }
        let scopes: Vec<String> = wanted.scope.split(' ').map(str::to_owned).collect();
        if !scopes.iter().all(|scope| SCOPES.contains(&scope.as_str())) {
            return Err(UpstreamError::InvalidScope);
        }
        let object = RestrictedObject {
            kind: "file".to_owned(),
            id: file.to_owned(),
        };
        let restriction = |scope: &String| Restriction {
            scope: scope.clone(),
            object: object.clone(),
        };
        let restricted_to = scopes.iter().map(restriction).collect();
        let authority = Authority::Downscoped {
            file: file.to_owned(),
            scopes,
        };
        Ok(self.mint(authority, restricted_to))
    }

    pub(crate) fn strike_out(&self, token: &str) {
        lock(&self.state).tokens.remove(&Fingerprint::of(token));
    }

    /// Whether `token` is good for `file` and has one of `scopes`.
    pub(crate) fn access(&self, token: &str, file: &str, scopes: &[&str]) -> Access {
        match self.authority(token) {
            None => Access::InvalidToken,
            Some(Authority::User) => Access::Granted,
            Some(Authority::Downscoped {
                file: own,
                scopes: has,
            }) if own == file && has.iter().any(|scope| scopes.contains(&scope.as_str())) => {
                Access::Granted
            }
            Some(Authority::Downscoped { .. }) => Access::InsufficientScope,
        }
    }

    fn authority(&self, token: &str) -> Option<Authority> {
        let state = lock(&self.state);
        let token = state.tokens.get(&Fingerprint::of(token))?;
        (token.expires_at > self.clock.now()).then(|| token.authority.clone())
    }

    fn mint(&self, authority: Authority, restricted_to: Vec<Restriction>) -> Minted {
        let token = secret::random_of(self.length.load(Ordering::Relaxed));
        let now = self.clock.now();
        let expires_in = self.lifetime.load(Ordering::Relaxed);
        let expires_at = now.saturating_add(expires_in.saturating_mul(1000));
        let mut state = lock(&self.state);
        state.sweep(now);
        state.tokens.insert(
            token.fingerprint(),
            Token {
                expires_at,
                authority,
            },
        );
        Minted {
            token,
            expires_in: Some(expires_in),
            scope: granted_scope(&restricted_to),
            restricted_to,
        }
    }
}

impl State {
    /// Forgets what has expired, seldom enough to cost nothing per token.
    fn sweep(&mut self, now: Millis) {
        if self.tokens.len() >= self.sweep_at.max(SWEEP_AT) {
            self.tokens.retain(|_, token| token.expires_at > now);
            self.sweep_at = 2 * self.tokens.len();
        }
    }
}

impl Upstream for Embedded {
    fn exchange<'a>(&'a self, wanted: &'a Exchange) -> UpstreamCall<'a, Minted> {
        Box::pin(std::future::ready(self.downscope(wanted)))
    }

    fn revoke<'a>(&'a self, token: &'a Secret) -> UpstreamCall<'a, ()> {
        self.strike_out(token.expose());
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Joins the scopes of `restrictions`, each once, in order of the alphabet.
fn granted_scope(restrictions: &[Restriction]) -> String {
    let mut scopes: Vec<&str> = restrictions.iter().map(|one| one.scope.as_str()).collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes.join(" ")
}
