//! The client of the real Box, run over loopback against the embedded
//! authorization server, which answers as Box documents it.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode, header},
    routing::post,
};
use downscope_backend::{
    core::{Exchange, Secret, UpstreamError},
    engine::Upstream,
    upstream::{OAuth, OAuthSettings, Subject},
};
use downscope_server::demo::UpstreamChoice;
use serde_json::json;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::support::{API, Fixture, SESSION, ask};

/// Something that answers as Box does, on a port of its own.
struct BoxStandIn {
    fixture: Fixture,
    base: String,
    server: JoinHandle<std::io::Result<()>>,
}

impl BoxStandIn {
    async fn new() -> Self {
        let fixture = Fixture::new().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(axum::serve(listener, fixture.demo.api.clone()).into_future());
        Self {
            fixture,
            base,
            server,
        }
    }

    fn settings(&self, subject: Subject) -> OAuthSettings {
        let client = self.fixture.demo.client();
        settings(&self.base, &client.id, client.secret.clone(), subject)
    }

    fn client(&self) -> OAuth {
        OAuth::new(self.settings(enterprise())).unwrap()
    }
}

impl Drop for BoxStandIn {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn enterprise() -> Subject {
    Subject::ClientCredentials {
        parameters: [("box_subject_type", "enterprise"), ("box_subject_id", "42")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
    }
}

fn settings(base: &str, client_id: &str, secret: Secret, subject: Subject) -> OAuthSettings {
    OAuthSettings::for_box(Some(base), client_id.to_owned(), secret, subject).unwrap()
}

fn fake() -> Secret {
    "FAKE-secret".to_owned().into()
}

fn wanted() -> Exchange {
    // The stand-in knows its files by the address that it was told, not by its port.
    let resource = format!("{API}/2.0/files/101");
    Exchange {
        resource,
        scope: "base_preview item_download".to_owned(),
        subject: None,
    }
}

#[tokio::test]
async fn a_token_is_exchanged_used_and_revoked() {
    let stand_in = BoxStandIn::new().await;
    let client = stand_in.client();
    let minted = client.exchange(&wanted()).await.unwrap();
    assert_eq!(minted.expires_in, Some(3600));
    // Box names the scopes in `restricted_to` only.
    assert_eq!(minted.scope, "base_preview item_download");
    assert_eq!(minted.restricted_to[0].object.id, "101");
    assert!(stand_in.fixture.is_alive(minted.token.expose()).await);
    client.revoke(&minted.token).await.unwrap();
    assert!(!stand_in.fixture.is_alive(minted.token.expose()).await);
    client.revoke(&minted.token).await.unwrap();
}

#[tokio::test]
async fn what_box_refuses_is_told_apart() {
    let stand_in = BoxStandIn::new().await;
    let client = stand_in.client();
    for (resource, scope, error) in [
        (
            wanted().resource,
            "root_readwrite",
            UpstreamError::InvalidScope,
        ),
        (
            "https://elsewhere.example/".to_owned(),
            "base_preview",
            UpstreamError::InvalidTarget,
        ),
    ] {
        let wanted = Exchange {
            resource,
            scope: scope.to_owned(),
            subject: None,
        };
        assert_eq!(client.exchange(&wanted).await.unwrap_err(), error);
    }
}

#[tokio::test]
async fn a_refused_client_is_the_operators_business() {
    let code = Some("invalid_client");
    let stand_in = BoxStandIn::new().await;
    for subject in [enterprise(), Subject::Token("any".to_owned().into())] {
        let client_secret = "wrong".to_owned().into();
        let settings = OAuthSettings {
            client_secret,
            ..stand_in.settings(subject)
        };
        let client = OAuth::new(settings).unwrap();
        let token = fake();
        assert_eq!(
            client.exchange(&wanted()).await.unwrap_err(),
            UpstreamError::Misconfigured { code }
        );
        assert_eq!(
            client.revoke(&token).await.unwrap_err(),
            UpstreamError::Misconfigured { code }
        );
    }
}

#[tokio::test]
async fn a_subject_token_that_died_early_is_replaced_once() {
    let stand_in = BoxStandIn::new().await;
    let client = stand_in.client();
    client.exchange(&wanted()).await.unwrap();
    stand_in.fixture.post("/control/expire").await;
    let minted = client.exchange(&wanted()).await.unwrap();
    assert!(stand_in.fixture.is_alive(minted.token.expose()).await);
}

#[tokio::test]
async fn a_subject_token_of_the_environment_that_is_dead_takes_a_new_sign_in() {
    let stand_in = BoxStandIn::new().await;
    let settings = stand_in.settings(Subject::Token(fake()));
    let client = OAuth::new(settings).unwrap();
    assert_eq!(
        client.exchange(&wanted()).await.unwrap_err(),
        UpstreamError::SubjectRejected
    );
}

#[tokio::test]
async fn a_host_that_does_not_answer_is_unavailable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let settings = settings(&base, "client", fake(), enterprise());
    let client = OAuth::new(settings).unwrap();
    let unavailable = UpstreamError::Unavailable { retry_after: None };
    assert_eq!(client.exchange(&wanted()).await.unwrap_err(), unavailable);
    assert_eq!(client.revoke(&fake()).await.unwrap_err(), unavailable);
}

#[tokio::test]
async fn the_whole_backend_works_over_it() {
    let stand_in = BoxStandIn::new().await;
    let files = stand_in.fixture.get("/config.json").await.json()["files"].clone();
    let upstream = UpstreamChoice::Other(Arc::new(stand_in.client()));
    let backend = Fixture::with(upstream).await;
    let token = backend.mint(SESSION, "1").await;
    assert!(stand_in.fixture.is_alive(&token).await);
    assert!(!backend.is_alive(&token).await);
    backend
        .revoke(&[("session", SESSION), ("pending", "1"), ("reason", "unload")])
        .await;
    assert!(!stand_in.fixture.is_alive(&token).await);
    assert_eq!(
        backend.ledger().await["tokens"][0]["revokeReason"],
        "unload"
    );
    assert_eq!(backend.get("/config.json").await.json()["files"], files);
}

#[tokio::test]
async fn with_box_as_upstream_the_page_is_told_so_and_asks_for_resources_there() {
    let stand_in = BoxStandIn::new().await;
    let files = vec![];
    let backend = Fixture::with(UpstreamChoice::Box {
        client: Box::new(stand_in.client()),
        base: stand_in.base.clone(),
        files,
    })
    .await;
    let config = backend.get("/config.json").await.json();
    assert_eq!(
        (&config["upstream"], &config["apiOrigin"]),
        (&json!("box"), &json!(stand_in.base))
    );
    assert_eq!(
        backend.post("/control/expire").await.status,
        StatusCode::CONFLICT
    );
    // The policy goes by that origin: the demo's own one is another resource now.
    let answer = backend.token(ask(SESSION, "1")).await;
    assert_eq!(answer.refusal(), (400, "invalid_target".to_owned()));
}

/// Something that answers each request with the next answer of a list.
struct Scripted {
    client: OAuth,
    /// The grant type of each request so far.
    seen: Arc<Mutex<Vec<String>>>,
    server: JoinHandle<std::io::Result<()>>,
}

impl Scripted {
    async fn new(answers: &'static [(u16, Option<u64>, &str)]) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let answer = {
            let seen = Arc::clone(&seen);
            async move |body: Bytes| {
                let mut form = form_urlencoded::parse(&body);
                let grant_type = form.find(|(name, _)| name == "grant_type");
                let grant_type = grant_type.map(|(_, value)| value.into_owned());
                let mut seen = seen.lock().unwrap();
                let (status, retry_after, body) = answers[seen.len()];
                seen.push(grant_type.unwrap_or_default());
                let mut headers = HeaderMap::new();
                headers.extend(retry_after.map(|seconds| (header::RETRY_AFTER, seconds.into())));
                (StatusCode::from_u16(status).unwrap(), headers, body)
            }
        };
        let router = Router::new().route("/oauth2/{endpoint}", post(answer));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(axum::serve(listener, router).into_future());
        let settings = settings(&base, "client", fake(), enterprise());
        Self {
            client: OAuth::new(settings).unwrap(),
            seen,
            server,
        }
    }

    /// The grant types so far, in short.
    fn seen(&self) -> Vec<&'static str> {
        let seen = self.seen.lock().unwrap();
        let short = |grant: &String| {
            if grant == "client_credentials" {
                "subject"
            } else {
                "exchange"
            }
        };
        seen.iter().map(short).collect()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Only while nobody waits for the network, which knows no such jumps.
async fn later(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_subject_token_is_used_until_a_minute_before_it_expires() {
    const TOKEN: (u16, Option<u64>, &str) =
        (200, None, r#"{"access_token":"t","expires_in":3600}"#);
    let scripted = Scripted::new(&[TOKEN; 5]).await;
    scripted.client.exchange(&wanted()).await.unwrap();
    later(Duration::from_secs(3_530)).await;
    scripted.client.exchange(&wanted()).await.unwrap();
    assert_eq!(scripted.seen(), ["subject", "exchange", "exchange"]);
    later(Duration::from_secs(11)).await;
    scripted.client.exchange(&wanted()).await.unwrap();
    assert_eq!(scripted.seen()[3..], ["subject", "exchange"]);
}

#[tokio::test]
async fn answers_of_a_revoke_are_told_apart() {
    let code = Some("invalid_client");
    let unavailable = |retry_after| Err(UpstreamError::Unavailable { retry_after });
    let scripted = Scripted::new(&[
        (200, None, ""),
        (400, None, r#"{"error":"invalid_token"}"#),
        (400, None, r#"{"error":"invalid_client"}"#),
        (429, Some(7), ""),
        (503, Some(9), "<html>"),
        (500, None, ""),
    ])
    .await;
    for outcome in [
        Ok(()),
        Ok(()),
        Err(UpstreamError::Misconfigured { code }),
        Err(UpstreamError::RateLimited {
            retry_after: Some(7),
        }),
        unavailable(Some(9)),
        unavailable(None),
    ] {
        assert_eq!(scripted.client.revoke(&fake()).await, outcome);
    }
}

#[tokio::test]
async fn a_token_answer_may_leave_out_or_bend_what_it_should_say() {
    let scripted = Scripted::new(&[
        (
            200,
            None,
            r#"{"access_token":"subject","token_type":"bearer"}"#,
        ),
        (
            200,
            None,
            r#"{"access_token":"t","issued_token_type":"bearer","expires_in":4175.9}"#,
        ),
        (200, None, r#"{"access_token":"t","scope":"base_preview"}"#),
        (200, None, r#"{"expires_in":3600}"#),
    ])
    .await;
    let bent = scripted.client.exchange(&wanted()).await.unwrap();
    assert_eq!((bent.expires_in, bent.scope), (Some(4175), wanted().scope));
    let short = scripted.client.exchange(&wanted()).await.unwrap();
    assert_eq!((short.expires_in, &*short.scope), (None, "base_preview"));
    let unanswered = UpstreamError::Unanswered { retry_after: None };
    assert_eq!(
        scripted.client.exchange(&wanted()).await.unwrap_err(),
        unanswered
    );
}
