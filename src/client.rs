//! The client for front ends written in Rust.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Function, JsString, Object, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use crate::browser::{FetchError, Shell, always, check_endpoint, fetch_with_token, oneshot, set};
use crate::core::{Code, Config, Error, GrantId, GrantKey, Notice, Revoked, Scope, State, Want};

/// Where the app's backend is, and how to talk to it.
pub struct Backend {
    tokens: Tokens,
    revoke_endpoint: Option<String>,
    lease_endpoint: Option<String>,
    app: Option<String>,
    deferred: bool,
    headers: Vec<(String, String)>,
    allowed_origins: String,
    listener: Listener,
}

/// Where tokens come from.
enum Tokens {
    Endpoint(String),
    Provider(Provider),
}

/// Kept by the client: one that is left to JavaScript ends in a finalizer.
type Provider = Closure<dyn Fn(JsValue) -> Promise>;

/// Told what happens to which grant, or without one to the lease.
type Listener = Box<dyn Fn(Option<&GrantKey>, Notice)>;

impl Backend {
    /// A backend that mints tokens at this URL (absolute, or relative to the page).
    #[must_use]
    pub fn new(token_endpoint: impl Into<String>) -> Self {
        Self::of(Tokens::Endpoint(token_endpoint.into()))
    }

    /// A backend that is asked in a way of the app's own.
    ///
    /// `provider` gets the token request as an object (`resource`, `scope`,
    /// `session`, `id`) and gives what an endpoint would answer, parsed, or its
    /// `Response`. An error with a `status` counts as that answer, and its
    /// `retryAfter` (in milliseconds) is honoured; without a `status`,
    /// `retryable: false` is final.
    #[must_use]
    pub fn provided_by<F, T>(provider: F) -> Self
    where
        F: Fn(JsValue) -> T + 'static,
        T: Future<Output = Result<JsValue, JsValue>> + 'static,
    {
        let provider = Provider::new(move |request| future_to_promise(provider(request)));
        Self::of(Tokens::Provider(provider))
    }

    fn of(tokens: Tokens) -> Self {
        Self {
            tokens,
            revoke_endpoint: None,
            lease_endpoint: None,
            app: None,
            deferred: false,
            headers: Vec::new(),
            allowed_origins: String::new(),
            listener: Box::new(|_, _| {}),
        }
    }

    /// Where it revokes them. Without, revoking only drops them here.
    #[must_use]
    pub fn revoke_at(mut self, endpoint: impl Into<String>) -> Self {
        self.revoke_endpoint = Some(endpoint.into());
        self
    }

    /// Where it is told that the page lives: once it has not been for the term
    /// that it names, it revokes what it minted.
    #[must_use]
    pub fn lease_at(mut self, endpoint: impl Into<String>) -> Self {
        self.lease_endpoint = Some(endpoint.into());
        self
    }

    /// Has the browser hold the last revoke ready (`fetchLater`), where it can:
    /// it then goes out even if the page's process crashes.
    #[must_use]
    pub const fn deferred(mut self) -> Self {
        self.deferred = true;
        self
    }

    /// Names the app for [`Client::revoke_every_tab`]. Default: the token
    /// endpoint.
    #[must_use]
    pub fn app(mut self, name: impl Into<String>) -> Self {
        self.app = Some(name.into());
        self
    }

    /// A header of every token and lease request, for example a static one
    /// against CSRF (RFC 10017 section 6.1.3.3).
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// An origin that [`Grant::fetch`] may send tokens to; the first one
    /// replaces the default, the origin of the grant's resource. Spelled as
    /// `location.origin` is, without a slash at the end: another spelling
    /// matches nothing.
    #[must_use]
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        if !self.allowed_origins.is_empty() {
            self.allowed_origins.push(' ');
        }
        self.allowed_origins.push_str(&origin.into());
        self
    }

    /// Is told what happens to the grants, and, without one, that there is no lease.
    #[must_use]
    pub fn on_notice(mut self, listener: impl Fn(Option<&GrantKey>, Notice) + 'static) -> Self {
        self.listener = Box::new(listener);
        self
    }
}

impl std::fmt::Debug for Backend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Backend")
    }
}

/// Holds the grants of an app. Cloning gives another handle to the same client.
///
/// Until [`Client::close`] a client lives as long as its page: the tokens that
/// it handed out are to be revoked when the page goes.
#[derive(Clone)]
pub struct Client(Rc<Shell>);

impl Client {
    /// A client of this backend.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidOptions`] for an endpoint that is no URL, or plain `http:`
    /// other than on loopback.
    pub fn new(config: Config, backend: Backend) -> Result<Self, Error> {
        let misused = |what| Error::new(Code::InvalidOptions).with_detail(what);
        let mut kept = None;
        let checked = |endpoint: Option<&str>| endpoint.map(check_endpoint).transpose();
        let revoke_url = checked(backend.revoke_endpoint.as_deref()).map_err(misused)?;
        let lease_url = checked(backend.lease_endpoint.as_deref()).map_err(misused)?;
        // The names are those of the npm package's options.
        let wire = Object::new();
        match backend.tokens {
            Tokens::Endpoint(url) => {
                let url = check_endpoint(&url).map_err(misused)?;
                set(&wire, "tokenEndpoint", &url.into());
            }
            Tokens::Provider(provider) => {
                set(&wire, "getToken", provider.as_ref());
                kept = Some(provider);
            }
        }
        set(&wire, "revokeEndpoint", &revoke_url.into());
        set(&wire, "leaseEndpoint", &lease_url.into());
        set(&wire, "headers", &record(backend.headers));
        set(&wire, "deferred", &backend.deferred.into());
        set(&wire, "allowedOrigins", &backend.allowed_origins.into());
        set(&wire, "app", &backend.app.into());
        let listener = backend.listener;
        let shell = Shell::new(
            config,
            &wire,
            Box::new(move |shell, id, notice| {
                let _kept = &kept;
                let key = id.and_then(|id| shell.key(id));
                if key.is_some() == id.is_some() {
                    listener(key.as_ref(), notice);
                }
            }),
        );
        Ok(Self(shell))
    }

    /// The grant for a resource (RFC 8707) and scopes. Asks the backend for nothing yet.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidOptions`]; see [`GrantKey::new`].
    pub fn grant<'a>(
        &self,
        resource: Option<&str>,
        scopes: impl IntoIterator<Item = &'a str>,
    ) -> Result<Grant, Error> {
        let scopes = scopes.into_iter().map(str::to_owned);
        let key = GrantKey::new(resource.map(str::to_owned), scopes)
            .map_err(|what| Error::new(Code::InvalidOptions).with_detail(what))?;
        let id = self.0.open(key.clone(), None);
        Ok(Grant {
            shell: self.0.clone(),
            key,
            id: Cell::new(id),
        })
    }

    /// Drops every token and asks the backend to revoke them.
    pub async fn revoke_all(&self) -> Revoked {
        let (sink, answer) = oneshot::channel();
        self.0.revoke(Scope::All, Box::new(sink));
        answer.await
    }

    /// As [`Client::revoke_all`], in the app's other tabs too.
    pub async fn revoke_every_tab(&self) -> Revoked {
        let (sink, answer) = oneshot::channel();
        self.0.revoke(Scope::EveryTab, Box::new(sink));
        answer.await
    }

    /// The user has signed in again: forget refusals and back-offs.
    pub fn resume(&self) {
        self.0.resume();
    }

    /// Revokes everything, rejects who waits, lets go of timers and listeners.
    pub async fn close(&self) -> Revoked {
        let (sink, answer) = oneshot::channel();
        self.0.close(Box::new(sink));
        answer.await
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client")
    }
}

/// A resource and a set of scopes, and the token for them.
#[derive(Clone)]
pub struct Grant {
    shell: Rc<Shell>,
    key: GrantKey,
    id: Cell<GrantId>,
}

impl Grant {
    /// What the grant is for.
    #[must_use]
    pub const fn key(&self) -> &GrantKey {
        &self.key
    }

    /// A token fresh enough to use now: at once if one is held, otherwise
    /// after one request that all callers share.
    ///
    /// # Errors
    ///
    /// See [`Code`].
    pub async fn token(&self) -> Result<Token, Error> {
        self.token_with(Want::default()).await
    }

    /// As [`Grant::token`], saying what will do.
    ///
    /// # Errors
    ///
    /// See [`Code`].
    pub async fn token_with(&self, want: Want) -> Result<Token, Error> {
        let (sink, answer) = oneshot::channel();
        self.shell.acquire(self.open(), want, None, Box::new(sink));
        answer.await.map(|(_, token)| Token(token))
    }

    /// The held token if it is fresh enough to use now.
    #[must_use]
    pub fn peek(&self) -> Option<Token> {
        self.shell.peek(self.open(), false).map(Token)
    }

    /// Fetches with the token as `Authorization: Bearer` (RFC 6750 section
    /// 2.1); after a 401 once more with another token.
    ///
    /// # Errors
    ///
    /// A [`FetchFailure`]; nothing is sent to an origin that may not have the token.
    pub async fn fetch(
        &self,
        request: &web_sys::Request,
    ) -> Result<web_sys::Response, FetchFailure> {
        let (done, fetched) = oneshot::channel();
        let none = JsValue::UNDEFINED;
        fetch_with_token(&self.shell, self.open(), request, &none, Box::new(done));
        let fetched = fetched.await;
        fetched
            .map(wasm_bindgen::JsCast::unchecked_into)
            .map_err(|error| match error {
                FetchError::Token(error) => FetchFailure::Token(error),
                FetchError::Other(error) => FetchFailure::Fetch(error),
            })
    }

    /// Says that the resource refused this token, for code that sends tokens itself.
    pub fn reject(&self, token: &Token) {
        self.shell.unauthorized_token(self.open(), &token.0);
    }

    /// Drops the grant's tokens and asks the backend to revoke them.
    pub async fn revoke(&self) -> Revoked {
        let (sink, answer) = oneshot::channel();
        self.shell.revoke(Scope::Grant(self.open()), Box::new(sink));
        answer.await
    }

    /// Where the grant stands.
    #[must_use]
    pub fn state(&self) -> State {
        self.shell.state(self.open())
    }

    /// The scopes that the backend says it granted with the held token, with a
    /// space between.
    #[must_use]
    pub fn granted_scope(&self) -> Option<String> {
        self.shell.granted_scope(self.open()).map(String::from)
    }

    /// The name of the grant; another one if it had to give way meanwhile.
    fn open(&self) -> GrantId {
        let id = self.shell.open(self.key.clone(), Some(self.id.get()));
        self.id.set(id);
        id
    }
}

impl std::fmt::Debug for Grant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Grant").field(&self.key).finish()
    }
}

/// An access token. A JavaScript string underneath: it costs no copy in linear
/// memory until [`Token::expose`] makes one.
#[derive(Clone)]
pub struct Token(JsString);

impl Token {
    /// The token as JavaScript has it.
    #[must_use]
    pub const fn as_js(&self) -> &JsString {
        &self.0
    }

    /// A copy in linear memory, which is the caller's to wipe.
    #[must_use]
    pub fn expose(&self) -> String {
        String::from(&self.0)
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Why a fetch gave no response.
#[derive(Debug)]
pub enum FetchFailure {
    /// What `fetch` itself rejected with.
    Fetch(JsValue),
    /// No token, or none for that URL.
    Token(Error),
}

fn record(headers: Vec<(String, String)>) -> Function {
    let record = js_sys::Object::new();
    for (name, value) in headers {
        set(&record, &name, &value.into());
    }
    always(&record)
}
