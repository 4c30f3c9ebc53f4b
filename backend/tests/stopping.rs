//! What a backend does before it stops.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use downscope_backend::{
    core::{
        Exchange, KeyRing, Minted, Owner, Reason, Recall, RecallOp, RecallScope, Secret,
        TokenRequest, UpstreamError,
    },
    engine::{Engine, NoAudit, Settings, SignIns, Upstream, UpstreamCall},
    store::memory::Memory,
};
use tokio::{sync::Notify, time::Instant};

/// Mints once it is let go on, and remembers what was revoked.
#[derive(Default)]
struct Authority {
    asked: Notify,
    go_on: Notify,
    revoked: Mutex<Vec<String>>,
}

impl Upstream for Authority {
    fn exchange<'a>(&'a self, _: &'a Exchange) -> UpstreamCall<'a, Minted> {
        Box::pin(async {
            self.asked.notify_one();
            self.go_on.notified().await;
            Ok(Minted {
                token: "FAKE".to_owned().into(),
                expires_in: Some(3_600),
                scope: "a".to_owned(),
                restricted_to: Vec::new(),
            })
        })
    }

    fn revoke<'a>(&'a self, token: &'a Secret) -> UpstreamCall<'a, ()> {
        Box::pin(async {
            let mut revoked = self.revoked.lock().unwrap();
            revoked.push(token.expose().to_owned());
            Ok::<(), UpstreamError>(())
        })
    }
}

struct NobodyLeaves;

impl SignIns for NobodyLeaves {
    fn has_ended<'a>(&'a self, _: &'a Owner) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        Box::pin(std::future::ready(false))
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_minted_while_it_stops_is_ended_before_it_has_stopped() {
    let authority = Arc::new(Authority::default());
    let since = Instant::now();
    let now = move || u64::try_from(since.elapsed().as_millis()).unwrap();
    let engine = Engine::new(
        Settings::default(),
        KeyRing::of(&[7; 32]),
        Arc::new(Memory::new(now, true)),
        Arc::<Authority>::clone(&authority),
        Arc::new(NobodyLeaves),
        Arc::new(NoAudit),
    );
    let running = engine.run();
    let body = br#"{"resource":"urn:example:a","scope":"a",
        "session":"session-of-these-tests-1","id":"1"}"#;
    let request = TokenRequest::parse(body).unwrap();
    let owner = Owner {
        user: "u".to_owned(),
        sign_in: "s".to_owned(),
    };
    let minting = engine.clone();
    let minting = tokio::spawn(async move { minting.mint(request, owner, None).await });
    authority.asked.notified().await;

    let everything = RecallOp {
        scope: RecallScope::All,
        recall: Recall::All,
        reason: Reason::Logout,
    };
    engine.recall(&everything).await.unwrap();
    let answering = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        authority.go_on.notify_one();
    };
    tokio::join!(running.stop(Duration::from_secs(20), true), answering);

    assert!(minting.await.unwrap().is_err());
    assert_eq!(*authority.revoked.lock().unwrap(), ["FAKE"]);
}
