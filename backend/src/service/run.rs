//! Serves until a signal, and stops in order.

use std::{
    io,
    net::SocketAddr,
    process::ExitCode,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{
    net::TcpListener,
    task::JoinHandle,
    time::{Instant, timeout_at},
};
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;

use super::{
    admin,
    assemble::{Service, assemble},
    log,
    metrics::Metrics,
    serve,
    settings::{Config, Invalid, StoreKind},
    signals::Signals,
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
        Self(invalid.to_string())
    }
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
    let engine = service.engine.clone();
    let second = async {
        signals.end().await;
        tracing::error!("a second signal: ended at once");
        engine.tell_left_behind();
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
    serving: JoinHandle<impl Future<Output = ()>>,
    config: &Config,
) -> bool {
    let is_last = config.store.kind == StoreKind::Memory;
    let until = Instant::now() + config.stop;
    // Requests that are held would be held on to the end of their term.
    service.engine.stop_holding();
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

async fn listen(name: &str, address: SocketAddr) -> Result<TcpListener, Failure> {
    let failure = |error: io::Error| Failure(format!("{name} {address}: {}", error.kind()));
    let listener = TcpListener::bind(address).await.map_err(failure)?;
    let address = listener.local_addr().map_err(failure)?;
    tracing::info!(name, address = %address, "listening");
    Ok(listener)
}
