//! Listens: HTTP/1.1, so many connections at a time, each with time-outs.

use std::{future::Future, sync::Arc, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::sleep,
};
use tokio_util::sync::CancellationToken;

use super::{metrics::Metrics, patient::Patient, settings::Bounds};

/// The longest headers of a request.
const MAX_HEADERS: usize = 64 * 1024;
/// How long nothing is accepted after it failed, for example for want of files to open.
const AFTER_FAILURE: Duration = Duration::from_millis(50);

/// Serves until `stop`; what is accepted by then is answered. The future that this gives
/// is ready once every connection has ended.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    bounds: Bounds,
    metrics: Arc<Metrics>,
    stop: CancellationToken,
) -> impl Future<Output = ()> {
    let graceful = GracefulShutdown::new();
    let permits = Arc::new(Semaphore::new(bounds.connections));
    loop {
        let accepting = async {
            // Nobody closes it.
            let permit = Arc::clone(&permits).acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            accepted = accepting => accepted,
            () = stop.cancelled() => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::error!(kind = %error.kind(), "no connection can be accepted");
                sleep(AFTER_FAILURE).await;
                continue;
            }
        };
        let connected = metrics.connected();
        let connection = graceful.watch(connection(stream, router.clone(), bounds));
        tokio::spawn(async move {
            // What is wrong with a connection is the client's, and nobody's concern.
            _ = connection.await;
            drop((permit, connected));
        });
    }
    drop(listener);
    graceful.shutdown()
}

fn connection(
    stream: TcpStream,
    router: Router,
    bounds: Bounds,
) -> http1::Connection<TokioIo<Patient>, TowerToHyperService<Router>> {
    // An answer is one write: there is nothing to wait for.
    _ = stream.set_nodelay(true);
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.header)
        .max_buf_size(MAX_HEADERS)
        .serve_connection(
            TokioIo::new(Patient::new(stream, bounds.body)),
            TowerToHyperService::new(router),
        )
}
