//! A backend that keeps the contract, in memory and in as few words as possible, and that
//! can be told to break it in one place.

mod ending;
mod exchange;
mod http;
mod lease;
mod reply;
mod state;

use std::{
    io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use self::state::State;
use crate::flaw::Flaw;

/// What the user of the tests may have.
pub(crate) const RESOURCE: &str = "https://api.example/files/1";
const ANY_RESOURCE: &str = "https://api.example/files/*";
pub(crate) const SCOPES: [&str; 2] = ["preview", "download"];
pub(crate) const ORIGIN: &str = "https://app.example";
pub(crate) const SIBLING: &str = "https://sibling.example";
pub(crate) const COOKIES: [&str; 2] = ["session=one-of-this-test", "session=other-of-this-test"];
/// How long a page may be silent.
pub(crate) const TERM: Duration = Duration::from_secs(4);

/// It listens until it is dropped.
pub(crate) struct Fake {
    pub(crate) urls: Vec<String>,
    tasks: Vec<JoinHandle<()>>,
}

/// What its instances share.
struct App {
    flaw: Flaw,
    /// The authorization server.
    authority: String,
    client: reqwest::Client,
    /// Whoever is to be recalled is written here, a session a line.
    recalls: PathBuf,
    state: Mutex<State>,
    changed: watch::Sender<()>,
    /// Of one that revokes one by one.
    turn: tokio::sync::Mutex<()>,
}

impl Fake {
    /// One with two instances. If they are strangers, they share nothing.
    pub(crate) async fn start(
        authority: &str,
        flaw: Flaw,
        recalls: PathBuf,
        are_strangers: bool,
    ) -> io::Result<Self> {
        let mut fake = Self {
            urls: Vec::new(),
            tasks: Vec::new(),
        };
        let shared = App::new(authority, flaw, recalls.clone());
        for _ in 0..2 {
            let app = if are_strangers {
                App::new(authority, flaw, recalls.clone())
            } else {
                Arc::clone(&shared)
            };
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            fake.urls.push(format!("http://{}", listener.local_addr()?));
            let router = http::router(Arc::clone(&app));
            fake.tasks.push(tokio::spawn(async move {
                _ = axum::serve(listener, router).await;
            }));
            if are_strangers {
                fake.tasks.extend(app.run());
            }
        }
        fake.tasks.extend(shared.run());
        Ok(fake)
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl App {
    fn new(authority: &str, flaw: Flaw, recalls: PathBuf) -> Arc<Self> {
        Arc::new(Self {
            flaw,
            authority: authority.to_owned(),
            client: reqwest::Client::builder()
                .no_proxy()
                .build()
                .unwrap_or_default(),
            recalls,
            state: Mutex::default(),
            changed: watch::Sender::default(),
            turn: tokio::sync::Mutex::default(),
        })
    }

    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == flaw
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
