//! A stand-in for the authorization server, which remembers what is alive.
//!
//! It mints by RFC 8693, gives the client its own tokens as Box does, and revokes by
//! RFC 7009: `/oauth2/token` and `/oauth2/revoke`. It can be told to refuse, to take its
//! time and to answer in odd ways, and it can be asked what a backend has asked of it.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{net::TcpListener, sync::watch, task::JoinHandle, time::timeout};

use self::book::{Book, Fate, Round};
pub use self::{
    book::{Calls, Minted},
    faults::{Faults, Refusal},
};

mod book;
mod endpoints;
mod faults;

/// The stand-in. It listens until it is dropped.
#[derive(Debug)]
pub struct Authority {
    shared: Arc<Shared>,
    origin: String,
    server: JoinHandle<()>,
}

/// What its endpoints and its owner share.
#[derive(Debug)]
struct Shared {
    book: Mutex<Book>,
    changed: watch::Sender<()>,
    /// Whether answers to exchanges are held back.
    gate: watch::Sender<bool>,
    tokens: AtomicU64,
    /// What its tokens begin with, so that they are none of an earlier run.
    prefix: String,
}

/// A revocation under way.
struct Revoking<'a>(&'a Shared, Round);

/// An exchange that waits.
struct Held<'a>(&'a Shared, Round);

impl Authority {
    /// Listens at this address; port 0 for any. Errors are those of the system.
    pub async fn listen(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let mut random = [0; 6];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let shared = Arc::new(Shared {
            book: Mutex::default(),
            changed: watch::Sender::default(),
            gate: watch::Sender::default(),
            tokens: AtomicU64::default(),
            prefix: random.iter().map(|byte| format!("{byte:02x}")).collect(),
        });
        let origin = format!("http://{}", listener.local_addr()?);
        let router = endpoints::router(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            _ = axum::serve(listener, router).await;
        });
        Ok(Self {
            shared,
            origin,
            server,
        })
    }

    /// Where it listens, without a slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Behaves again, counts from nothing and lets go what it holds. What is alive stays so.
    pub fn reset(&self) {
        self.shared.gate.send_replace(false);
        self.shared.change(Book::begin_round);
    }

    /// Changes how it misbehaves.
    pub fn misbehave(&self, change: impl FnOnce(&mut Faults)) {
        self.shared.change(|book| change(&mut book.faults));
    }

    /// Mints `count` tokens that no backend has asked for.
    pub fn mint(&self, count: usize) -> Vec<String> {
        let tokens: Vec<_> = (0..count).map(|_| self.shared.new_token("other")).collect();
        self.shared.change(|book| {
            tokens.iter().for_each(|token| book.mint(token));
        });
        tokens
    }

    /// What was minted for backends since the last reset.
    pub fn minted(&self) -> Vec<Minted> {
        self.shared.book().minted.clone()
    }

    /// Those of them that are alive.
    pub fn minted_and_alive(&self) -> Vec<String> {
        let book = self.shared.book();
        let tokens = book.minted.iter().map(|minted| &minted.token);
        tokens
            .filter(|token| book.is_alive(token))
            .cloned()
            .collect()
    }

    /// Whether the token was minted here and not revoked.
    pub fn is_alive(&self, token: &str) -> bool {
        self.shared.book().is_alive(token)
    }

    /// Those of `tokens` that are alive.
    pub fn alive_of(&self, tokens: &[String]) -> Vec<String> {
        let book = self.shared.book();
        let alive = tokens.iter().filter(|token| book.is_alive(token));
        alive.cloned().collect()
    }

    /// How often it was asked for what.
    pub fn calls(&self) -> Calls {
        self.shared.book().calls.clone()
    }

    /// Mints, but holds the answers back until [`Authority::let_go`].
    pub fn hold(&self) {
        self.shared.gate.send_replace(true);
    }

    /// Gives the answers that it has held back.
    pub fn let_go(&self) {
        self.shared.gate.send_replace(false);
    }

    /// Waits until it is true of its calls, for so long at the most; whether it is.
    pub async fn until_called(&self, patience: Duration, is_so: impl Fn(&Calls) -> bool) -> bool {
        self.until(patience, |book| is_so(&book.calls)).await
    }

    /// Waits until none of `tokens` is alive, for so long at the most; whether it is so.
    pub async fn until_dead(&self, patience: Duration, tokens: &[String]) -> bool {
        let is_so = |book: &Book| !tokens.iter().any(|token| book.is_alive(token));
        self.until(patience, is_so).await
    }

    /// Waits until one of `tokens` is dead, for so long at the most; whether it is so.
    pub async fn until_any_dies(&self, patience: Duration, tokens: &[String]) -> bool {
        let is_so = |book: &Book| tokens.iter().any(|token| !book.is_alive(token));
        self.until(patience, is_so).await
    }

    /// Waits until nothing that was minted for backends is alive; whether it is so.
    pub async fn until_nothing_lives(&self, patience: Duration) -> bool {
        let is_so = |book: &Book| !book.minted.iter().any(|one| book.is_alive(&one.token));
        self.until(patience, is_so).await
    }

    async fn until(&self, patience: Duration, is_so: impl Fn(&Book) -> bool) -> bool {
        let mut changes = self.shared.changed.subscribe();
        let wait = async {
            while !is_so(&self.shared.book()) {
                if changes.changed().await.is_err() {
                    break;
                }
            }
        };
        timeout(patience, wait).await.is_ok()
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Shared {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Book) -> T) -> T {
        let result = change(&mut self.book());
        self.changed.send_replace(());
        result
    }

    fn new_token(&self, kind: &str) -> String {
        let number = self.tokens.fetch_add(1, Ordering::Relaxed);
        format!("{kind}-{}-{number}", self.prefix)
    }

    fn begin_revoke(&self, token: &str) -> (Fate, Revoking<'_>) {
        self.change(|book| (book.begin_revoke(token), Revoking(self, book.round)))
    }

    /// Waits while answers are held back.
    async fn pass_gate(&self) {
        let mut gate = self.gate.subscribe();
        if !*gate.borrow() {
            return;
        }
        let _held = self.change(|book| {
            book.calls.held += 1;
            Held(self, book.round)
        });
        _ = gate.wait_for(|is_held| !is_held).await;
    }
}

impl Drop for Revoking<'_> {
    fn drop(&mut self) {
        self.0
            .change(|book| book.end(self.1, |calls| &mut calls.revoking));
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0
            .change(|book| book.end(self.1, |calls| &mut calls.held));
    }
}
