//! A backend, as JavaScript has it.

use std::{cell::RefCell, collections::HashMap, rc::Rc, sync::Arc, time::Duration};

use axum::Router;
use downscope_backend::{
    core::{KeyRing, MAX_REVOKE_BODY, Origins, RecallOp, RecallScope},
    edge::{self, Edge},
    engine::{Ended, Engine, Running},
    store::Store,
};
use js_sys::{Array, Promise};
use tokio::sync::oneshot;
use tower_service::Service as _;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use crate::{
    audit::Told,
    hooks::Hooks,
    http::{answer, request},
    identify::{App, CALL},
    settings::Given,
    store::{self, Connection},
    upstream::Asked,
};

/// Everything that goes on is in here; JavaScript holds it.
#[wasm_bindgen]
pub struct Backend(Rc<Inner>);

struct Inner {
    parts: Parts,
    engine: Engine,
    ended: Arc<Ended>,
    router: Router,
    running: RefCell<Option<Running>>,
    /// The requests under way, and what ends each of them.
    calls: RefCell<HashMap<u32, oneshot::Sender<()>>>,
}

/// What a backend is made of; clones share it.
#[derive(Clone)]
struct Parts {
    settings: Rc<Given>,
    ring: KeyRing,
    store: Arc<dyn Store>,
    hooks: Arc<Hooks>,
}

/// The longest body that is of any use; what is longer is refused as soon as this much and
/// one byte more have come.
#[wasm_bindgen(js_name = longestBody)]
pub fn longest_body() -> usize {
    MAX_REVOKE_BODY
}

#[wasm_bindgen]
impl Backend {
    /// One of these settings, and over this store, each in JSON. `connection` is what the store
    /// needs, if anything. It ends what is due only while [`Backend::run`] runs, or when it is
    /// swept.
    pub fn open(settings: &str, store: &str, hooks: Hooks, connection: Connection) -> Promise {
        let settings = Given::parse(settings);
        let given = serde_json::from_str::<store::Given>(store);
        future_to_promise(async move {
            let wrong = |why: String| JsValue::from(JsError::new(&why));
            let given = given.map_err(|error| wrong(format!("store: {error}")))?;
            let settings = settings.map_err(wrong)?;
            let ring = settings.ring().map_err(wrong)?;
            let store = store::open(given, connection).await;
            let store = store.map_err(|error| failed(&error))?;
            let (settings, hooks) = (Rc::new(settings), Arc::new(hooks));
            let parts = Parts {
                settings,
                ring,
                store,
                hooks,
            };
            Ok(Self::of(parts).into())
        })
    }

    /// One that keeps nothing.
    pub fn stateless(settings: &str, hooks: Hooks) -> Result<Self, JsError> {
        let wrong = |why: String| JsError::new(&why);
        let settings = Given::parse(settings).map_err(wrong)?;
        let ring = settings.ring().map_err(wrong)?;
        Ok(Self::of(Parts {
            settings: Rc::new(settings),
            ring,
            store: store::stateless(),
            hooks: Arc::new(hooks),
        }))
    }

    /// Another one of the same parts, with nothing under way. At the edge no request may wait
    /// for what another one has begun, so each has one of its own.
    pub fn fresh(&self) -> Self {
        Self::of(self.0.parts.clone())
    }

    /// Runs until [`Backend::stop`].
    pub fn run(&self) {
        let mut running = self.0.running.borrow_mut();
        if running.is_none() {
            *running = Some(self.0.engine.run());
        }
    }

    /// Answers a request: status, header names and values by turns, body. `headers` are
    /// names and values by turns, too.
    pub fn handle(
        &self,
        call: u32,
        method: &str,
        path: &str,
        headers: Vec<String>,
        body: Vec<u8>,
    ) -> Result<Promise, JsError> {
        let mut request = request(method, path, &headers, body)?;
        request.headers_mut().insert(CALL, call.into());
        let inner = Rc::clone(&self.0);
        let (end, ended) = oneshot::channel();
        inner.calls.borrow_mut().insert(call, end);
        Ok(future_to_promise(async move {
            let mut router = inner.router.clone();
            // Boxed by axum: to drop it is to close the connection.
            let outcome = tokio::select! {
                biased;
                outcome = router.call(request) => outcome.ok(),
                _ = ended => None,
            };
            inner.calls.borrow_mut().remove(&call);
            match outcome {
                Some(response) => answer(response).await,
                None => Ok(JsValue::NULL),
            }
        }))
    }

    /// Whoever sent this request has gone: a lease request ends by it, and nothing else.
    pub fn abort(&self, call: u32) {
        let end = self.0.calls.borrow_mut().remove(&call);
        if let Some(end) = end {
            _ = end.send(());
        }
    }

    /// Ends once no task is under way here.
    pub fn settled(&self) -> Promise {
        let inner = Rc::clone(&self.0);
        future_to_promise(async move {
            inner.engine.settled().await;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Does once what [`Backend::run`] does again and again. What can not be ended is tried again
    /// for so many milliseconds. Gives how much is due all the same.
    pub fn sweep(&self, patience: f64) -> Promise {
        let inner = Rc::clone(&self.0);
        future_to_promise(async move {
            let due = inner.engine.sweep(duration(patience)).await;
            Ok(number(due.map_err(|error| failed(&error))?))
        })
    }

    /// Takes tokens back, as the service does. Gives how much became due.
    pub fn recall(&self, body: &str) -> Result<Promise, JsError> {
        let recall = RecallOp::parse(body.as_bytes())
            .ok_or_else(|| JsError::new("recall: a user, a sign-in, a session or all"))?;
        // First, so that no answer of before the sign-out mints after the recall.
        if let RecallScope::SignIn(sign_in) = &recall.scope {
            self.0.ended.note(sign_in);
        }
        let inner = Rc::clone(&self.0);
        Ok(future_to_promise(async move {
            let due = inner.engine.recall(&recall).await;
            Ok(number(due.map_err(|error| failed(&error))?))
        }))
    }

    /// How much is alive, due, leased and unknown.
    pub fn stats(&self) -> Promise {
        let inner = Rc::clone(&self.0);
        future_to_promise(async move {
            let stats = inner.engine.store().stats().await;
            let stats = stats.map_err(|error| failed(&error))?;
            let all = [stats.live, stats.due, stats.leases, stats.unknown];
            Ok(all.into_iter().map(number).collect::<Array>().into())
        })
    }

    /// Answers what is held, and ends once what is under way has ended, or after so many
    /// milliseconds. Where the store ends with this process, everything due is ended first.
    pub fn stop(&self, patience: f64, is_last: bool) -> Promise {
        let inner = Rc::clone(&self.0);
        let patience = duration(patience);
        future_to_promise(async move {
            let running = inner.running.borrow_mut().take();
            // One that does not run is stopped as one that does.
            let running = running.unwrap_or_else(|| inner.engine.run());
            running.stop(patience, is_last).await;
            Ok(JsValue::UNDEFINED)
        })
    }
}

impl Backend {
    fn of(parts: Parts) -> Self {
        let Parts {
            settings,
            ring,
            store,
            hooks,
        } = parts.clone();
        let ended = Arc::new(Ended::default());
        let has_record = store.has_record();
        let engine = Engine::new(
            settings.settings(),
            ring,
            store,
            Arc::new(Asked(Arc::clone(&hooks))),
            Arc::<Ended>::clone(&ended),
            Arc::new(Told(Arc::clone(&hooks))),
        );
        let edge = Edge {
            engine: engine.clone(),
            origins: Origins::new(settings.origins.iter().cloned()),
            policy: None,
            identify: Arc::new(App(hooks)),
        };
        let paths = settings.paths();
        let router = if has_record {
            edge::router(&edge, &paths)
        } else {
            // A lease is a record.
            edge::token_router(&edge, &paths).merge(edge::revoke_router(&edge, &paths))
        };
        Self(Rc::new(Inner {
            parts,
            router,
            engine,
            ended,
            running: RefCell::default(),
            calls: RefCell::default(),
        }))
    }
}

fn failed(error: &impl ToString) -> JsValue {
    JsError::new(&error.to_string()).into()
}

fn duration(millis: f64) -> Duration {
    Duration::from_secs_f64((millis / 1_000.0).clamp(0.0, 3_600.0))
}

/// Counts are small.
#[expect(clippy::cast_precision_loss, reason = "no store has 2⁵³ of anything")]
fn number(count: u64) -> JsValue {
    JsValue::from_f64(count as f64)
}
