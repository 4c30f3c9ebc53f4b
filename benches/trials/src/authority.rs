//! A stand-in for the authorization server, which remembers what is alive, when it died
//! and in which order; with a limit, and outages of two kinds.

use std::{
    collections::{BTreeMap, VecDeque},
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use tokio::{
    net::TcpListener,
    sync::oneshot,
    task::JoinHandle,
    time::{Duration, Instant, sleep},
};

use crate::{Failure, locked};

/// What each of its tokens begins with.
pub(crate) const TOKEN: &str = "FAKE-minted-token-";

/// The stand-in. It listens until it is dropped.
pub(crate) struct Authority {
    pub(crate) address: SocketAddr,
    book: Arc<Mutex<Book>>,
    serving: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

/// A token.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) expires_at: Instant,
    pub(crate) died_at: Option<Instant>,
}

/// What it remembers and how it behaves.
#[derive(Default)]
pub(crate) struct Book {
    /// No other one mints the same tokens.
    number: usize,
    /// By what they were asked for; each trial asks for everything once.
    pub(crate) tokens: BTreeMap<String, Token>,
    /// What was asked for each token.
    wanted: BTreeMap<String, String>,
    /// What died, in this order.
    pub(crate) ended: Vec<String>,
    /// Exchanges that came.
    pub(crate) exchanges: u64,
    /// Revocations that were answered with 429.
    pub(crate) limited: u64,
    /// When revocations came, of tokens that are known and of others.
    pub(crate) revokes: Vec<Instant>,
    pub(crate) look_ups: Vec<Instant>,
    /// Whether it answers 503 to everything.
    pub(crate) is_ill: bool,
    /// How many revocations it takes within any second.
    pub(crate) per_second: Option<usize>,
    /// Those that it took within the last one.
    taken: VecDeque<Instant>,
    /// How long it takes for each answer.
    pub(crate) latency: Duration,
}

impl Authority {
    pub(crate) async fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let book = Book {
            number: STARTED.fetch_add(1, Ordering::Relaxed),
            ..Book::default()
        };
        let mut authority = Self {
            address: listener.local_addr()?,
            book: Arc::new(Mutex::new(book)),
            serving: None,
        };
        authority.serve(listener);
        Ok(authority)
    }

    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        locked(&self.book)
    }

    fn serve(&mut self, listener: TcpListener) {
        let router = Router::new()
            .route("/token", post(token))
            .route("/revoke", post(revoke))
            .with_state(Arc::clone(&self.book));
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(async move {
            let ends = async move { _ = stopped.await };
            _ = axum::serve(listener, router)
                .with_graceful_shutdown(ends)
                .await;
        });
        self.serving = Some((stop, serving));
    }

    /// Refuses connections, and ends those that it has.
    pub(crate) async fn leave(&mut self) {
        if let Some((stop, serving)) = self.serving.take() {
            _ = stop.send(());
            _ = serving.await;
        }
    }

    /// Is there again, where it was.
    pub(crate) async fn come_back(&mut self) -> io::Result<()> {
        let listener = TcpListener::bind(self.address).await?;
        self.serve(listener);
        Ok(())
    }

    /// Waits until `count` of what was asked for is dead, for so long at the most.
    pub(crate) async fn until_dead(&self, count: usize, patience: Duration) {
        let until = Instant::now() + patience;
        while self.book().ended.len() < count && Instant::now() < until {
            sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Book {
    /// How many are alive.
    pub(crate) fn alive(&self) -> usize {
        self.tokens.len() - self.ended.len()
    }

    /// Whether what was asked for so is alive.
    pub(crate) fn is_alive(&self, wanted: &str) -> bool {
        self.tokens
            .get(wanted)
            .is_some_and(|token| token.died_at.is_none())
    }

    fn is_over_limit(&mut self, now: Instant) -> bool {
        let Some(limit) = self.per_second else {
            return false;
        };
        let second = Duration::from_secs(1);
        while self.taken.front().is_some_and(|at| now - *at >= second) {
            self.taken.pop_front();
        }
        if self.taken.len() >= limit {
            self.limited += 1;
            return true;
        }
        self.taken.push_back(now);
        false
    }
}

/// As many of `times` fall at most into any one second.
pub(crate) fn most_in_a_second(times: &[Instant]) -> usize {
    let (mut first, mut most) = (0, 0);
    for (last, at) in times.iter().enumerate() {
        while times
            .get(first)
            .is_some_and(|from| *at - *from >= Duration::from_secs(1))
        {
            first += 1;
        }
        most = most.max(last + 1 - first);
    }
    most
}

fn field(body: &[u8], name: &str) -> Option<String> {
    let mut fields = form_urlencoded::parse(body);
    fields.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
}

/// What is wanted ends in the token's life: `…/files/<which one>-<seconds>`.
async fn token(State(book): State<Arc<Mutex<Book>>>, body: Bytes) -> Response {
    let latency = {
        let mut book = locked(&book);
        book.exchanges += 1;
        if book.is_ill {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        book.latency
    };
    let wanted = field(&body, "resource").unwrap_or_default();
    let scope = field(&body, "scope").unwrap_or_default();
    let life = wanted.rsplit('-').next().and_then(|life| life.parse().ok());
    let life: u64 = life.unwrap_or(3_600);
    let text = {
        let mut book = locked(&book);
        let text = format!("{TOKEN}{:03}-{:08}", book.number, book.wanted.len());
        let token = Token {
            text: text.clone(),
            expires_at: Instant::now() + Duration::from_secs(life),
            died_at: None,
        };
        book.wanted.insert(text.clone(), wanted.clone());
        book.tokens.insert(wanted, token);
        text
    };
    if !latency.is_zero() {
        sleep(latency).await;
    }
    let body = format!(
        r#"{{"access_token":"{text}","expires_in":{life},"scope":"{scope}","token_type":"bearer"}}"#
    );
    ([("content-type", "application/json")], body).into_response()
}

async fn revoke(State(book): State<Arc<Mutex<Book>>>, body: Bytes) -> Response {
    let latency = locked(&book).latency;
    if !latency.is_zero() {
        sleep(latency).await;
    }
    let text = field(&body, "token").unwrap_or_default();
    let book = &mut *locked(&book);
    let now = Instant::now();
    let wanted = book.wanted.get(&text).cloned();
    if wanted.is_some() {
        book.revokes.push(now);
    } else {
        book.look_ups.push(now);
    }
    if book.is_ill {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    if book.is_over_limit(now) {
        return (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "1")]).into_response();
    }
    let token = wanted.and_then(|wanted| Some((book.tokens.get_mut(&wanted)?, wanted)));
    if let Some((token, wanted)) = token
        && token.died_at.is_none()
    {
        token.died_at = Some(now);
        book.ended.push(wanted);
    }
    StatusCode::OK.into_response()
}
