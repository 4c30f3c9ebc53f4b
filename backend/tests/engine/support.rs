//! A backend over the store in memory and an authorization server that does what it is told.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use downscope_backend::{
    core::{
        Exchange, KeyRing, Minted, Owner, Reason, Recall, RecallOp, RecallScope, Secret,
        TokenRequest, UpstreamError,
    },
    engine::{Audit, Engine, NoAudit, Settings, SignIns, Upstream, UpstreamCall},
    store::{Store, memory::Memory},
};
use tokio::{
    sync::Notify,
    time::{Instant, sleep},
};

/// Mints once it is let go on, and remembers what was revoked.
#[derive(Default)]
pub(crate) struct Authority {
    /// An exchange has begun.
    pub(crate) asked: Notify,
    /// It may end.
    pub(crate) go_on: Notify,
    /// What was revoked.
    pub(crate) revoked: Mutex<Vec<String>>,
    /// Whether it refuses to revoke.
    pub(crate) is_away: AtomicBool,
    /// Whether it refuses whoever asks.
    pub(crate) refuses_the_client: AtomicBool,
    /// Whether it fails over a token that it has not minted.
    pub(crate) fails_over_unknown: AtomicBool,
    /// How often it was asked to.
    pub(crate) calls: AtomicU32,
    /// How many milliseconds that takes.
    pub(crate) takes: AtomicU64,
    minted: AtomicU32,
}

impl Upstream for Authority {
    fn exchange<'a>(&'a self, _: &'a Exchange) -> UpstreamCall<'a, Minted> {
        Box::pin(async {
            self.asked.notify_one();
            self.go_on.notified().await;
            let number = self.minted.fetch_add(1, Ordering::Relaxed);
            Ok(Minted {
                token: format!("FAKE-{number}").into(),
                expires_in: Some(3_600),
                scope: "a".to_owned(),
                restricted_to: Vec::new(),
            })
        })
    }

    fn revoke<'a>(&'a self, token: &'a Secret) -> UpstreamCall<'a, ()> {
        Box::pin(async {
            self.calls.fetch_add(1, Ordering::Relaxed);
            let takes = self.takes.load(Ordering::Relaxed).max(5);
            sleep(Duration::from_millis(takes)).await;
            if self.refuses_the_client.load(Ordering::Relaxed) {
                return Err(UpstreamError::Misconfigured { code: None });
            }
            let is_unknown = !token.expose().starts_with("FAKE-");
            if self.is_away.load(Ordering::Relaxed)
                || is_unknown && self.fails_over_unknown.load(Ordering::Relaxed)
            {
                return Err(UpstreamError::Unavailable { retry_after: None });
            }
            let mut revoked = self.revoked.lock().unwrap();
            revoked.push(token.expose().to_owned());
            Ok(())
        })
    }
}

struct NobodyLeaves;

impl SignIns for NobodyLeaves {
    fn has_ended<'a>(&'a self, _: &'a Owner) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        Box::pin(std::future::ready(false))
    }
}

/// A store with nothing in it.
pub(crate) fn store() -> Arc<dyn Store> {
    let since = Instant::now();
    let now = move || u64::try_from(since.elapsed().as_millis()).unwrap();
    Arc::new(Memory::new(now, true))
}

/// A backend over `authority`.
pub(crate) fn engine_over(authority: &Arc<Authority>) -> Engine {
    instance_over(&store(), Arc::<Authority>::clone(authority))
}

/// One of several over this store.
pub(crate) fn instance_over(store: &Arc<dyn Store>, authority: Arc<dyn Upstream>) -> Engine {
    audited_by(Arc::new(NoAudit), store, authority)
}

/// One that writes down there what happens.
pub(crate) fn audited_by(
    audit: Arc<dyn Audit>,
    store: &Arc<dyn Store>,
    authority: Arc<dyn Upstream>,
) -> Engine {
    Engine::new(
        Settings::default(),
        KeyRing::of(&[7; 32]),
        Arc::clone(store),
        authority,
        Arc::new(NobodyLeaves),
        audit,
    )
}

/// A token request, and whose it is.
pub(crate) fn request(id: &str) -> (TokenRequest, Owner) {
    let body = format!(
        r#"{{"resource":"urn:example:a","scope":"a",
        "session":"session-of-these-tests-1","id":"{id}"}}"#
    );
    let owner = Owner {
        user: "u".to_owned(),
        sign_in: "s".to_owned(),
    };
    (TokenRequest::parse(body.as_bytes()).unwrap(), owner)
}

/// Makes everything due.
pub(crate) async fn recall_everything(engine: &Engine) {
    let everything = RecallOp {
        scope: RecallScope::All,
        recall: Recall::All,
        reason: Reason::Logout,
    };
    engine.recall(&everything).await.unwrap();
}
