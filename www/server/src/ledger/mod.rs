//! The ledger: what became of every token, for the proof page and the tests.
//!
//! It holds fingerprints and names, never a token.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use downscope_backend::{
    core::{Fingerprint, Millis, Reason},
    edge::Note,
    engine::{Audit, Event},
};
use serde::Serialize;
use tokio::sync::watch;

use self::token::{Life, TokenRecord, TokenView};
use crate::{clock::Clock, lock::lock};

mod token;

/// How many requests the log goes back.
const MAX_LOG: usize = 500;
/// How many tokens are kept. Beyond it the oldest dead ones go; a live one never
/// does, so that the number of live tokens is always the truth.
const MAX_TOKENS: usize = 2_000;

/// Where a line of the server's log goes.
pub type LogLine = Arc<dyn Fn(&str) + Send + Sync>;

/// What became of every token.
pub struct Ledger {
    changed: watch::Sender<()>,
    clock: Clock,
    line: LogLine,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    by_fingerprint: HashMap<Fingerprint, u64>,
    last: u64,
    log: VecDeque<LogEntry>,
    requests: Requests,
    tokens: BTreeMap<u64, TokenRecord>,
}

/// Which of the server's endpoints a request went to.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The token endpoint.
    Token,
    /// The revoke endpoint.
    Revoke,
    /// The lease endpoint.
    Lease,
    /// The file API.
    File,
}

/// How many requests there were, whatever became of them.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Requests {
    token: u64,
    revoke: u64,
    lease: u64,
    file: u64,
}

#[derive(Clone, Debug, Serialize)]
struct LogEntry {
    at: Millis,
    kind: Kind,
    status: u16,
    session: Option<String>,
    detail: String,
}

/// One lease, for whoever watches.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeaseView {
    pub(crate) session: String,
    /// Whether a lease request is held open.
    pub(crate) held: bool,
    /// When the page was last heard of.
    pub(crate) heard_at: Millis,
    /// When the term is over, unless it is renewed.
    pub(crate) expires_at: Millis,
}

/// The whole ledger at one moment.
#[derive(Clone, Debug, Serialize)]
pub struct Snapshot {
    now: Millis,
    live: usize,
    tokens: Vec<TokenView>,
    /// Not its own: whoever shows it puts them in.
    pub(crate) leases: Vec<LeaseView>,
    requests: Requests,
    log: Vec<LogEntry>,
}

impl Snapshot {
    /// How long until the next token or lease ends of itself, which nothing else announces.
    pub(crate) fn until_next_expiry(&self) -> Option<Duration> {
        let live = self.tokens.iter().filter(|token| token.is_live());
        let tokens = live.map(|token| token.expires_at);
        let leases = self.leases.iter().map(|lease| lease.expires_at);
        let expiry = tokens.chain(leases).min()?;
        Some(Duration::from_millis(expiry.saturating_sub(self.now)))
    }
}

impl Ledger {
    /// An empty ledger that also writes a line per request to `line`.
    pub fn new(clock: Clock, line: LogLine) -> Self {
        Self {
            changed: watch::Sender::new(()),
            clock,
            line,
            state: Mutex::default(),
        }
    }

    /// The whole of it, now.
    pub fn snapshot(&self) -> Snapshot {
        let now = self.clock.now();
        let state = lock(&self.state);
        let tokens: Vec<_> = state
            .tokens
            .iter()
            .map(|(n, record)| record.view(*n, now))
            .collect();
        Snapshot {
            now,
            live: tokens.iter().filter(|token| token.is_live()).count(),
            tokens,
            leases: Vec::new(),
            requests: state.requests,
            log: state.log.iter().cloned().collect(),
        }
    }

    /// Is told of each change; the first one is there already.
    pub(crate) fn subscribe(&self) -> watch::Receiver<()> {
        let mut receiver = self.changed.subscribe();
        receiver.mark_changed();
        receiver
    }

    /// A request has arrived.
    pub(crate) fn arrived(&self, kind: Kind) {
        let mut state = lock(&self.state);
        let count = match kind {
            Kind::Token => &mut state.requests.token,
            Kind::Revoke => &mut state.requests.revoke,
            Kind::Lease => &mut state.requests.lease,
            Kind::File => &mut state.requests.file,
        };
        *count += 1;
        self.changed.send_replace(());
    }

    /// A request was answered.
    pub(crate) fn answered(&self, kind: Kind, status: u16, note: Note) {
        (self.line)(&format!("{kind:?} {status} {}", note.detail));
        let at = self.clock.now();
        let mut state = lock(&self.state);
        if state.log.len() == MAX_LOG {
            state.log.pop_front();
        }
        let Note {
            session, detail, ..
        } = note;
        state.log.push_back(LogEntry {
            at,
            kind,
            status,
            session,
            detail,
        });
        self.changed.send_replace(());
    }

    /// The file API took a token; the answer is the page life that it was minted for.
    pub(crate) fn used(&self, token: Fingerprint) -> Option<String> {
        let now = self.clock.now();
        self.edit(token, |record| {
            record.last_used_at = Some(now);
            record.uses += 1;
        })
    }

    /// The file API refused a token; the answer is the page life that it was minted for.
    pub(crate) fn refused(&self, token: Fingerprint) -> Option<String> {
        self.edit(token, |record| record.refused += 1)
    }

    /// Every token that is alive expires now.
    pub(crate) fn expire_all(&self) {
        let now = self.clock.now();
        for record in lock(&self.state).tokens.values_mut() {
            record.expires_at = record.expires_at.min(now);
        }
        self.changed.send_replace(());
    }

    /// Back to the start.
    pub(crate) fn clear(&self) {
        *lock(&self.state) = State::default();
        self.changed.send_replace(());
    }

    fn minted(&self, record: TokenRecord) {
        let mut state = lock(&self.state);
        state.make_room(record.minted_at);
        state.last += 1;
        let n = state.last;
        state.by_fingerprint.insert(record.token, n);
        state.tokens.insert(n, record);
        self.changed.send_replace(());
    }

    fn revoked(&self, token: Fingerprint, reason: Option<Reason>) {
        let now = self.clock.now();
        self.edit(token, |record| {
            record.revoked.get_or_insert((now, reason));
        });
    }

    fn edit(&self, token: Fingerprint, edit: impl FnOnce(&mut TokenRecord)) -> Option<String> {
        let mut state = lock(&self.state);
        let n = *state.by_fingerprint.get(&token)?;
        let record = state.tokens.get_mut(&n)?;
        edit(record);
        let session = record.session.clone();
        self.changed.send_replace(());
        Some(session)
    }
}

impl Audit for Ledger {
    fn record(&self, event: &Event<'_>) {
        if let Event::Minted {
            token,
            request,
            resource,
            scope,
            expires_in,
            ..
        } = event
        {
            let now = self.clock.now();
            self.minted(TokenRecord {
                token: *token,
                session: request.session.clone(),
                request_id: request.id.clone(),
                resource: (*resource).to_owned(),
                scope: (*scope).to_owned(),
                minted_at: now,
                expires_at: now.saturating_add(*expires_in),
                revoked: None,
                last_used_at: None,
                uses: 0,
                refused: 0,
            });
        }
        if let Event::Revoked { token, reason, .. } = event {
            self.revoked(*token, *reason);
        }
    }
}

impl State {
    fn make_room(&mut self, now: Millis) {
        if self.tokens.len() < MAX_TOKENS {
            return;
        }
        let mut tokens = self.tokens.iter();
        let dead = tokens.find(|(_, record)| record.life(now) != Life::Live);
        let Some(n) = dead.map(|(n, _)| *n) else {
            return;
        };
        if let Some(record) = self.tokens.remove(&n) {
            self.by_fingerprint.remove(&record.token);
        }
    }
}
