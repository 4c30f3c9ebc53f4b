//! Puts the parts together, serves until a signal, and stops in order.

use std::{
    fs, io,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Router, middleware};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    time::{Instant, timeout_at},
};
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;

use super::{
    admin, deadline, log,
    metrics::{Metered, Metrics, Stock, Trail},
    observe::{self, Observer},
    serve,
    settings::{Auth, Config, Invalid, Keys},
    sign_in::{self, Development, Ended, Forward},
    stores,
};
use crate::{
    core::{KeyRing, Secret},
    edge::{self, Edge, Identify},
    engine::{Engine, Running},
    upstream::OAuth,
};

/// Serves until a signal ends it.
pub(super) fn run(config: Config) -> ExitCode {
    log::begin(config.level);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(serve(config)),
        Err(error) => Err(Failure(format!("no runtime: {}", error.kind()))),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(Failure(text)) => {
            tracing::error!(text, "it cannot be started");
            ExitCode::FAILURE
        }
    }
}

/// Why it cannot be started.
struct Failure(String);

impl From<Invalid> for Failure {
    fn from(invalid: Invalid) -> Self {
        Self(invalid.0)
    }
}

/// Random, for what is only of this process.
pub(super) fn random() -> Secret {
    Secret::of_random(&bytes())
}

#[expect(
    clippy::expect_used,
    reason = "without entropy no secret can be made, and nothing outside reaches this"
)]
fn bytes() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the operating system has entropy");
    bytes
}

struct Service {
    engine: Engine,
    running: Running,
    shared: Arc<admin::Shared>,
    router: Router,
}

async fn serve(mut config: Config) -> Result<bool, Failure> {
    let mut signals =
        Signals::new().map_err(|error| Failure(format!("no signals: {}", error.kind())))?;
    let metrics = Arc::new(Metrics::new());
    let service = assemble(&mut config, &metrics).await?;
    let stop = CancellationToken::new();
    let admin_stop = CancellationToken::new();
    let admin = match &config.admin {
        None => None,
        Some(admin) => {
            let listener = listen("admin", admin.listen).await?;
            let router = admin::router(Arc::clone(&service.shared)).layer(CatchPanicLayer::new());
            let metrics = Arc::new(Metrics::new());
            let serving =
                serve::serve(listener, router, config.bounds, metrics, admin_stop.clone());
            Some(tokio::spawn(serving))
        }
    };
    let listener = listen("public", config.listen).await?;
    let serving = serve::serve(
        listener,
        service.router.clone(),
        config.bounds,
        metrics,
        stop.clone(),
    );
    let serving = tokio::spawn(serving);

    signals.stop(&service.engine, &config.keys).await;
    tracing::info!("stopping");
    service.shared.is_stopping.store(true, Ordering::Relaxed);
    let second = async {
        signals.end().await;
        tracing::error!("a second signal: ended at once");
    };
    let stopping = async {
        stop.cancel();
        let is_clean = finish(service, serving, &config).await;
        admin_stop.cancel();
        drop(admin);
        is_clean
    };
    tokio::select! {
        is_clean = stopping => Ok(is_clean),
        () = second => Ok(false),
    }
}

/// Answers what was accepted, and then stops the engine. Whether nothing is lost.
async fn finish(
    service: Service,
    serving: tokio::task::JoinHandle<impl Future<Output = ()>>,
    config: &Config,
) -> bool {
    let is_last = config.store.is_memory();
    let until = Instant::now() + config.stop;
    // Requests that are held would be held on to the end of their term.
    service.engine.release_held();
    let answering = async {
        if let Ok(ending) = serving.await {
            ending.await;
        }
    };
    if timeout_at(until - config.stop / 2, answering)
        .await
        .is_err()
    {
        tracing::warn!("some requests are still not answered");
    }
    let store = Arc::clone(service.engine.store());
    let patience = until.saturating_duration_since(Instant::now());
    service.running.stop(patience, is_last).await;
    let stats = timeout_at(Instant::now() + Duration::from_secs(1), store.stats()).await;
    let due = stats.ok().and_then(Result::ok).map(|stats| stats.due);
    if is_last && due != Some(0) {
        tracing::error!(due, "stopped, and these tokens are due and alive");
        return false;
    }
    tracing::info!(due, "stopped");
    true
}

async fn assemble(config: &mut Config, metrics: &Arc<Metrics>) -> Result<Service, Failure> {
    let store = stores::open(&config.store).await?;
    let upstream =
        OAuth::new(config.upstream.clone()).map_err(|error| Failure(error.to_string()))?;
    let ring = config.keys.ring.take();
    let ring = ring.unwrap_or_else(|| KeyRing::of(&bytes()));
    let ended = Arc::new(Ended::default());
    let engine = Engine::new(
        config.engine.clone(),
        ring,
        Arc::clone(&store),
        Arc::new(Metered {
            upstream: Arc::new(upstream),
            metrics: Arc::clone(metrics),
        }),
        Arc::<Ended>::clone(&ended),
        Arc::new(Trail(Arc::clone(metrics))),
    );
    let (forward, identify, development): (_, Arc<dyn Identify>, _) = match &config.auth {
        Auth::Forward(settings) => {
            let (policy, metrics) = (config.policy.clone(), Arc::clone(metrics));
            let forward = Arc::new(Forward::new(settings, policy, random(), metrics)?);
            (Some(Arc::clone(&forward)), forward, Router::new())
        }
        Auth::Development => {
            tracing::warn!("DEVELOPMENT: anybody is signed in who opens /; not for any real user");
            (None, Arc::new(Development), sign_in::development_router())
        }
    };
    let edge = Edge {
        engine: engine.clone(),
        origins: config.origins.clone(),
        policy: config.policy.clone(),
        identify,
    };
    let observer = Observer {
        metrics: Arc::clone(metrics),
        paths: Arc::new(config.paths.clone()),
    };
    let router = edge::router(&edge, &config.paths)
        .merge(development)
        .layer(middleware::from_fn_with_state(
            config.bounds.body,
            deadline::keep,
        ))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn_with_state(observer, observe::observe));
    let shared = Arc::new(admin::Shared {
        engine: engine.clone(),
        metrics: Arc::clone(metrics),
        stock: Stock::new(store),
        ended,
        forward,
        token: config.admin.as_ref().and_then(|admin| admin.token.clone()),
        is_stopping: AtomicBool::new(false),
    });
    let running = engine.run();
    Ok(Service {
        engine,
        running,
        shared,
        router,
    })
}

async fn listen(name: &str, address: std::net::SocketAddr) -> Result<TcpListener, Failure> {
    let failure = |error: io::Error| Failure(format!("{name} {address}: {}", error.kind()));
    let listener = TcpListener::bind(address).await.map_err(failure)?;
    let address = listener.local_addr().map_err(failure)?;
    tracing::info!(name, address = %address, "listening");
    Ok(listener)
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for a signal to end, and turns the keys whenever one says so.
    async fn stop(&mut self, engine: &Engine, keys: &Keys) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hang_up.recv() => turn(engine, keys),
            }
        }
    }

    /// Waits for a signal to end.
    async fn end(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Reads the keys again. Where they cannot be read, those of before stay.
fn turn(engine: &Engine, keys: &Keys) {
    let Some(file) = &keys.file else {
        tracing::warn!("keys.ring is in no file: there is nothing to read again");
        return;
    };
    let ring = match fs::read_to_string(file) {
        Ok(text) => KeyRing::parse(&text).map_err(|error| error.to_string()),
        Err(error) => Err(error.kind().to_string()),
    };
    match ring {
        Ok(ring) => {
            engine.turn(ring);
            tracing::info!("the keys were read again");
        }
        Err(error) => tracing::error!(error, "the keys cannot be read, and stay as they were"),
    }
}
