//! A demo of its own for every test, with a clock that stands still and a log to look at.

use std::{
    collections::HashMap,
    fs,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use downscope_backend::{core::LeaseTerms, engine::Upstream};
use downscope_server::{
    clock::Clock,
    demo::{Demo, Ingredients, UpstreamChoice},
    media::Media,
    static_files::Mount,
    vault::Vault,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{sync::Notify, time::Instant};
use tower::ServiceExt;

pub(crate) mod openapi;
pub(crate) mod upstream;

pub(crate) const APP: &str = "http://127.0.0.1:8788";
pub(crate) const API: &str = "http://127.0.0.1:8789";
pub(crate) const VAULT: &str = "http://127.0.0.1:8790";
pub(crate) const SESSION: &str = "00112233445566778899aabbccddeeff";
pub(crate) const OTHER_SESSION: &str = "ffeeddccbbaa99887766554433221100";
/// The content of file 101: each byte tells its place.
pub(crate) const PDF: &[u8] = b"0123456789";
pub(crate) const START: u64 = 1_790_000_000_000;

pub(crate) struct Fixture {
    pub(crate) demo: Demo,
    pub(crate) cookie: String,
    pub(crate) lines: Arc<Mutex<Vec<String>>>,
    logged: Arc<Notify>,
    now: Arc<AtomicU64>,
    /// The word in the last answer to each page life that had one.
    words: Mutex<HashMap<String, String>>,
    _www: TempDir,
}

/// One answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Fixture {
    pub(crate) async fn new() -> Self {
        Self::with(UpstreamChoice::Embedded).await
    }

    pub(crate) async fn over(upstream: Arc<impl Upstream + 'static>) -> Self {
        Self::with(UpstreamChoice::Other(upstream)).await
    }

    /// One whose clock goes with Tokio's, for what happens by itself.
    pub(crate) async fn ticking(upstream: UpstreamChoice) -> Self {
        Self::begin(upstream, Some(Instant::now()), None).await
    }

    pub(crate) async fn with(upstream: UpstreamChoice) -> Self {
        Self::begin(upstream, None, None).await
    }

    /// One with a vault beside its page.
    pub(crate) async fn beside_vault() -> Self {
        let vault = Vault {
            origins: vec![(VAULT.to_owned(), APP.to_owned())],
            directory: "vault".into(),
        };
        Self::begin(UpstreamChoice::Embedded, None, Some(vault)).await
    }

    async fn begin(
        upstream: UpstreamChoice,
        ticking_since: Option<Instant>,
        vault: Option<Vault>,
    ) -> Self {
        let www = www();
        let now = Arc::new(AtomicU64::new(START));
        let lines = Arc::new(Mutex::new(Vec::new()));
        let logged = Arc::new(Notify::new());
        let demo = Demo::new(Ingredients {
            vault,
            app_origins: vec![APP.to_owned()],
            api_origin: API.to_owned(),
            mounts: vec![
                Mount {
                    prefix: "/".to_owned(),
                    directory: www.path().to_owned(),
                },
                Mount {
                    prefix: "/pkg/".to_owned(),
                    directory: www.path().join("package"),
                },
            ],
            media: Media::load(&www.path().join("media")).unwrap(),
            upstream,
            leases: LeaseTerms::default(),
            clock: {
                let now = Arc::clone(&now);
                Clock::new(move || {
                    let ticked = ticking_since.map_or(0, |begin| begin.elapsed().as_millis());
                    now.load(Ordering::Relaxed) + u64::try_from(ticked).unwrap()
                })
            },
            log: {
                let (lines, logged) = (Arc::clone(&lines), Arc::clone(&logged));
                Arc::new(move |line: &str| {
                    lines.lock().unwrap().push(line.to_owned());
                    logged.notify_waiters();
                })
            },
        });
        let mut fixture = Self {
            demo,
            cookie: String::new(),
            lines,
            logged,
            now,
            words: Mutex::default(),
            _www: www,
        };
        let cookie = fixture.get("/").await.cookie();
        fixture.cookie = cookie.expect("a document signs the demo user in");
        fixture
    }

    /// Waits until there is a log line with `text` in it.
    pub(crate) async fn line_with(&self, text: &str) {
        loop {
            let logged = self.logged.notified();
            if self
                .lines
                .lock()
                .unwrap()
                .iter()
                .any(|line| line.contains(text))
            {
                return;
            }
            soon(logged).await;
        }
    }

    pub(crate) fn advance(&self, millis: u64) {
        self.now.fetch_add(millis, Ordering::Relaxed);
    }

    /// Asks for a token as the app's own page does.
    pub(crate) async fn token(&self, request: Value) -> Answer {
        openapi::check_token_request(&request);
        self.token_raw(self.token_request(), request.to_string())
            .await
    }

    /// Asks for a token in some other way.
    pub(crate) async fn token_raw(
        &self,
        request: axum::http::request::Builder,
        body: impl Into<Body>,
    ) -> Answer {
        let answer = send(&self.demo.app, request.body(body.into()).unwrap()).await;
        openapi::check("/api/token", &answer);
        answer
    }

    pub(crate) fn token_request(&self) -> axum::http::request::Builder {
        self.page_request("/api/token")
    }

    fn page_request(&self, path: &str) -> axum::http::request::Builder {
        post(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/json")
            .header("sec-fetch-site", "same-origin")
            .header("x-downscope", "1")
    }

    /// A token for file 101.
    pub(crate) async fn mint(&self, session: &str, id: &str) -> String {
        let answer = self.token(ask(session, id)).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.text("access_token")
    }

    /// Renews the lease as the app's own page does.
    pub(crate) async fn lease(&self, session: &str) -> Answer {
        let answer = self.lease_in_vain(session).await;
        let word = serde_json::from_slice::<Value>(&answer.body);
        let word = word
            .ok()
            .and_then(|body| body["word"].as_str().map(str::to_owned));
        let mut words = self.words.lock().unwrap();
        match word {
            Some(word) => words.insert(session.to_owned(), word),
            None => words.remove(session),
        };
        answer
    }

    /// The same, but the answer is lost on its way.
    pub(crate) async fn lease_in_vain(&self, session: &str) -> Answer {
        let mut request = json!({ "session": session });
        if let Some(word) = self.words.lock().unwrap().get(session) {
            request["heard"] = json!(word);
        }
        openapi::check_lease_request(&request);
        self.lease_raw(self.lease_request(), request.to_string())
            .await
    }

    /// Renews the lease in some other way.
    pub(crate) async fn lease_raw(
        &self,
        request: axum::http::request::Builder,
        body: impl Into<Body>,
    ) -> Answer {
        let answer = send(&self.demo.app, request.body(body.into()).unwrap()).await;
        openapi::check("/api/lease", &answer);
        answer
    }

    pub(crate) fn lease_request(&self) -> axum::http::request::Builder {
        self.page_request("/api/lease")
    }

    /// Takes tokens back.
    pub(crate) async fn recall(&self, command: Value) -> Answer {
        let body = command.to_string();
        send(
            &self.demo.app,
            post("/control/recall").body(body.into()).unwrap(),
        )
        .await
    }

    /// A token for file 101, for a page that keeps a lease.
    pub(crate) async fn mint_leased(&self, session: &str, id: &str) -> String {
        let answer = self.token(ask_leased(session, id)).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.text("access_token")
    }

    /// Revokes as a dying page does: no cookie, no header, and nothing but a form.
    pub(crate) async fn revoke(&self, form: &[(&str, &str)]) -> Answer {
        openapi::check_revoke_request(form);
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        self.revoke_raw("application/x-www-form-urlencoded;charset=UTF-8", body)
            .await
    }

    pub(crate) async fn revoke_raw(&self, media_type: &str, body: impl Into<Body>) -> Answer {
        let request = post("/api/revoke").header(header::CONTENT_TYPE, media_type);
        let answer = send(&self.demo.app, request.body(body.into()).unwrap()).await;
        openapi::check("/api/revoke", &answer);
        answer
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = to_app(Method::GET, path).body(Body::empty()).unwrap();
        send(&self.demo.app, request).await
    }

    pub(crate) async fn post(&self, path: &str) -> Answer {
        let request = post(path).header(header::COOKIE, &self.cookie);
        send(&self.demo.app, request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn faults(&self, changes: Value) -> Answer {
        let request = post("/control/faults").header(header::CONTENT_TYPE, "application/json");
        send(
            &self.demo.app,
            request.body(changes.to_string().into()).unwrap(),
        )
        .await
    }

    pub(crate) async fn ledger(&self) -> Value {
        self.get("/control/ledger").await.json()
    }

    /// Fetches the content of a file with a token.
    pub(crate) async fn content(&self, file: &str, token: &str) -> Answer {
        let path = format!("/2.0/files/{file}/content");
        self.api(
            Method::GET,
            &path,
            &[("authorization", &format!("Bearer {token}"))],
        )
        .await
    }

    pub(crate) async fn api(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        send(&self.demo.api, request.body(Body::empty()).unwrap()).await
    }

    /// Waits until the file API takes the token no more: what is due is ended beside
    /// whatever else goes on.
    pub(crate) async fn dies(&self, token: &str) {
        // Where the clock stands still it never becomes late.
        for _ in 0..10_000 {
            if !self.is_alive(token).await {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("the token does not die");
    }

    /// Whether the file API takes the token.
    pub(crate) async fn is_alive(&self, token: &str) -> bool {
        self.content("101", token).await.status == StatusCode::OK
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// A field of the answer that is a string.
    pub(crate) fn text(&self, name: &str) -> String {
        let text = self.json()[name].as_str().map(str::to_owned);
        text.unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The cookie that the answer sets, as the next request sends it.
    pub(crate) fn cookie(&self) -> Option<String> {
        Some(self.header("set-cookie")?.split(';').next()?.to_owned())
    }

    pub(crate) fn refusal(&self) -> (u16, String) {
        (self.status.as_u16(), self.text("error"))
    }
}

pub(crate) fn post(path: &str) -> axum::http::request::Builder {
    to_app(Method::POST, path)
}

pub(crate) fn to_app(method: Method, path: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "127.0.0.1:8788")
}

pub(crate) async fn send(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body,
    }
}

/// What `future` gives, unless it takes so long that it will never come.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    let outcome = tokio::time::timeout(Duration::from_secs(60), future).await;
    outcome.expect("it comes soon")
}

/// A token request for file 101.
pub(crate) fn ask(session: &str, id: &str) -> Value {
    json!({
        "resource": format!("{API}/2.0/files/101"),
        "scope": "base_preview item_download",
        "session": session,
        "id": id,
    })
}

/// The same from a page that keeps a lease.
pub(crate) fn ask_leased(session: &str, id: &str) -> Value {
    let mut request = ask(session, id);
    request["lease"] = json!(true);
    request
}

fn www() -> TempDir {
    let www = tempfile::tempdir().unwrap();
    for directory in ["media", "package", "package/sub", "sub"] {
        fs::create_dir(www.path().join(directory)).unwrap();
    }
    let manifest = json!([
        { "id": "101", "name": "report.pdf", "type": "application/pdf", "file": "report.pdf" },
        { "id": "102", "name": "photo.png", "type": "image/png", "file": "photo.png" },
    ]);
    for (path, content) in [
        ("index.html", &b"<!doctype html><title>demo</title>"[..]),
        ("script.mjs", b"export {};"),
        ("sub/index.html", b"<!doctype html><title>sub</title>"),
        ("package/index.js", b"export {};"),
        ("package/downscope.wasm", b"\0asm\x01\0\0\0"),
        ("media/files.json", manifest.to_string().as_bytes()),
        ("media/report.pdf", PDF),
        ("media/photo.png", b"png"),
    ] {
        fs::write(www.path().join(path), content).unwrap();
    }
    www
}
