//! `cargo run --package downscope-rust-backend`
//!
//! One process: what its store knows ends with it. It ends everything that it gave out on
//! SIGTERM; a crash loses it, and then a token lives until it expires. With a store that
//! several instances share, leave the recall at the end out.

mod session;

use std::{
    env,
    error::Error,
    io::{self, Write},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    http::{HeaderMap, header},
    response::IntoResponse,
    routing::{get, post},
};
use downscope_backend::{
    core::{KeyRing, Millis, Origins, Pattern, Policy, Reason, Recall, RecallOp, RecallScope},
    edge::{self, Edge, Paths},
    engine::{Audit, Engine, Event, Settings},
    store::memory::Memory,
    upstream::{OAuth, OAuthSettings, Subject},
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::oneshot,
    time::{Instant, timeout},
};

use crate::session::{SCOPES, Sessions};

/// How long requests that have begun may take at the end, and then what is due.
const REQUESTS: Duration = Duration::from_secs(10);
const DUE: Duration = Duration::from_secs(20);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let var = |name: &str| env::var(name).map_err(|_| format!("{name} must be set"));
    let upstream = OAuth::new(OAuthSettings::for_box(
        env::var("BOX_API").ok().as_deref(),
        var("BOX_CLIENT_ID")?,
        var("BOX_CLIENT_SECRET")?.into(),
        Subject::FromApp,
    )?)?;
    let sessions = Arc::new(Sessions::new(
        env::var("BOX_SUBJECT_TOKEN").unwrap_or_default().into(),
        &env::var("BOX_FILE_IDS").unwrap_or_default(),
        &env::var("BOX_FOLDER_IDS").unwrap_or_default(),
    ));
    let mut key = [0; 32];
    getrandom::fill(&mut key)?;
    // Box may have tokens of an earlier process: this is not the first one.
    let store = Memory::new(clock(), false);
    let engine = Engine::new(
        Settings::default(),
        KeyRing::of(&key),
        Arc::new(store),
        Arc::new(upstream),
        Arc::<Sessions>::clone(&sessions),
        Arc::new(Log),
    );
    let running = engine.run();
    let edge = Edge {
        engine: engine.clone(),
        origins: Origins::new([var("APP_ORIGIN")?]),
        policy: Some(Policy::new(
            Pattern::parse("https://api.box.com/2.0/files/*"),
            SCOPES,
        )),
        identify: Arc::<Sessions>::clone(&sessions),
    };
    let router = edge::router(&edge, &Paths::default()).merge(app(engine.clone(), sessions));

    let port: u16 = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    writeln!(io::stdout(), "http://{}", listener.local_addr()?)?;
    let (stop, stopped) = oneshot::channel::<()>();
    let server = axum::serve(listener, router).with_graceful_shutdown(async {
        _ = stopped.await;
    });
    let serving = tokio::spawn(server.into_future());
    signal(SignalKind::terminate())?.recv().await;

    drop(stop);
    engine.release_held();
    _ = timeout(REQUESTS, serving).await;
    engine.recall(&everything(RecallScope::All)).await?;
    running.stop(DUE, true).await;
    let stats = engine.store().stats().await?;
    if stats.due > 0 {
        eprintln!("downscope: {} tokens may still be alive", stats.due);
    }
    Ok(())
}

/// What else the app has: the demo user signs in and out.
fn app(engine: Engine, sessions: Arc<Sessions>) -> Router {
    let leaving = Arc::clone(&sessions);
    let sign_in = move || async move { ([(header::SET_COOKIE, sessions.sign_in())], "signed in") };
    let sign_out = move |headers: HeaderMap| async move {
        if let Some(ended) = leaving.sign_out(&headers) {
            let everything = everything(RecallScope::SignIn(ended));
            if let Err(error) = engine.recall(&everything).await {
                eprintln!("downscope: nothing was recalled: {error}");
            }
        }
        ([(header::SET_COOKIE, session::NO_COOKIE)], "signed out").into_response()
    };
    Router::new()
        .route("/", get(sign_in))
        .route("/sign-out", post(sign_out))
}

const fn everything(scope: RecallScope) -> RecallOp {
    RecallOp {
        scope,
        recall: Recall::All,
        reason: Reason::Logout,
    }
}

fn clock() -> impl Fn() -> Millis {
    let since = Instant::now();
    move || Millis::try_from(since.elapsed().as_millis()).unwrap_or(Millis::MAX)
}

/// Writes down what fails.
struct Log;

impl Audit for Log {
    fn record(&self, event: &Event<'_>) {
        if let Event::NotMinted { error, .. } = event {
            eprintln!("downscope: exchange failed: {}", error.as_str());
        }
        if let Event::NotRevoked {
            error, attempts, ..
        } = event
        {
            let error = error.as_str();
            eprintln!("downscope: revoke failed: {error} (try {attempts})");
        }
    }
}
