//! Puts the parts together as the settings say.

use std::sync::{Arc, atomic::AtomicBool};

use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;

use super::{
    admin, deadline,
    metrics::{Metered, Metrics, Stock, Trail},
    observe::{self, Observer},
    random,
    settings::{Auth, Config, Invalid},
    sign_in::{self, Development, Forward},
    stores,
};
use crate::{
    core::KeyRing,
    edge::{self, Edge, Identify},
    engine::{Ended, Engine, Running},
    upstream::OAuth,
};

/// The service, before it listens.
pub(super) struct Service {
    pub(super) engine: Engine,
    pub(super) running: Running,
    pub(super) shared: Arc<admin::Shared>,
    pub(super) router: Router,
}

/// Makes it. The key ring is taken out of `config`.
pub(super) async fn assemble(
    config: &mut Config,
    metrics: &Arc<Metrics>,
) -> Result<Service, Invalid> {
    let store = stores::open(&config.store).await?;
    let upstream =
        OAuth::new(config.upstream.clone()).map_err(|error| Invalid::new(error.to_string()))?;
    let ring = config.keys.ring.take();
    let ring = ring.unwrap_or_else(|| KeyRing::of(&random::bytes()));
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
            if settings.secret.is_none() {
                tracing::warn!(
                    "auth.secret is not set: the app cannot tell that it is this service that \
                     asks; `openssl rand -hex 32` makes one"
                );
            }
            let (policy, metrics) = (config.policy.clone(), Arc::clone(metrics));
            let forward = Arc::new(Forward::new(settings, policy, random::secret(), metrics)?);
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
        policy: Some(config.policy.clone()),
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
