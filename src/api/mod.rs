//! What the npm package's facade calls: conversions, and nothing else.
//!
//! Plain functions over numbered clients instead of an exported class: a class
//! would bring its own glue, a borrow flag and a finalizer for each method's
//! receiver (about 3 KB compressed), and a client must outlive its JavaScript
//! handle anyway, to revoke its tokens when the page goes.
//!
//! None is async: promises are made by the facade, which gives `resolve` and
//! `reject` to the calls here, and so can settle every one of them if
//! WebAssembly should ever fail.

#![expect(
    clippy::too_many_arguments,
    reason = "an object of options would bring its field names into the module"
)]

mod alloc;
mod clients;
mod error;
mod events;
mod hooks;
mod plain;

use js_sys::{Function, JsString, Object};
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use crate::browser::{Acquired, Endpoints, FetchError, Shell, Source, fetch_with_token};
use crate::core::{Code, Config, Error, GrantId, GrantKey, Millis, Scope, Want, protects_tokens};
use clients::client;
pub use hooks::start;

/// Whether tokens are safe from onlookers on the way to a URL of this protocol and host.
#[wasm_bindgen(js_name = isSafe)]
pub fn is_safe(protocol: &str, host: &str) -> bool {
    protects_tokens(protocol, host)
}

/// Makes a client and gives its number. Durations are in milliseconds; a
/// number below zero stands for the default. `allowed_origins` has a space
/// between origins.
#[wasm_bindgen]
pub fn create(
    token_url: Option<String>,
    get_token: Option<Function>,
    revoke_url: Option<String>,
    lease_url: Option<String>,
    headers: Option<Function>,
    revoke_headers: Option<Object>,
    credentials: String,
    allowed_origins: String,
    app: String,
    revoke_when_hidden: bool,
    deferred: bool,
    refresh_lead: f64,
    expiry_margin: f64,
    max_age: f64,
    timeout: f64,
    request_timeout: f64,
    max_grants: f64,
    notify: Function,
) -> u32 {
    let default = Config::default();
    let config = Config {
        refresh_lead: millis(refresh_lead).unwrap_or(default.refresh_lead),
        expiry_margin: millis(expiry_margin).unwrap_or(default.expiry_margin),
        max_age: millis(max_age),
        timeout: millis(timeout).unwrap_or(default.timeout),
        request_timeout: millis(request_timeout).unwrap_or(default.request_timeout),
        max_grants: millis(max_grants).map_or(default.max_grants, |number| number.0 as u32),
        can_revoke: revoke_url.is_some(),
        has_lease: lease_url.is_some(),
        revoke_when_hidden,
    };
    let source = match get_token {
        Some(function) => Source::Provider(function),
        None => Source::Url(token_url.unwrap_or_default()),
    };
    let endpoints = Endpoints {
        source,
        headers,
        credentials,
        revoke_url,
        lease_url,
        revoke_headers,
        deferred,
        allowed_origins,
        app,
    };
    clients::add(Shell::new(config, endpoints, events::listener(notify)))
}

/// The grant for a resource and sorted scopes; `hint` is what an earlier call gave
/// for them, or 0.
#[wasm_bindgen]
pub fn open(
    number: u32,
    resource: Option<String>,
    scope: String,
    hint: f64,
) -> Result<f64, JsValue> {
    let key = GrantKey::sorted(resource, scope)
        .map_err(|what| error::make(Error::new(Code::InvalidOptions).with_detail(what)))?;
    let opened = client(number).map(|client| client.open(key, Some(GrantId::from_number(hint))));
    Ok(opened.map_or(0.0, GrantId::to_number))
}

/// The token to use right now; with `settled`, only if no refresh is due.
#[wasm_bindgen]
pub fn peek(number: u32, grant: f64, settled: bool) -> Option<JsString> {
    client(number)?.peek(GrantId::from_number(grant), settled)
}

/// Settles with a token. `timeout` is negative where the default will do.
#[wasm_bindgen]
pub fn acquire(
    number: u32,
    grant: f64,
    min_ttl: f64,
    force: bool,
    timeout: f64,
    signal: Option<AbortSignal>,
    resolve: Function,
    reject: Function,
) {
    let Some(client) = client(number) else {
        return call(&reject, &error::make(Error::new(Code::Closed)));
    };
    let want = Want {
        min_ttl: Millis(min_ttl as u64),
        force,
        timeout: millis(timeout),
    };
    let reason = signal.clone();
    let grant = GrantId::from_number(grant);
    let settle = move |answer: Result<Acquired, Error>| match answer {
        Ok((_, token)) => call(&resolve, &token),
        Err(error) => call(&reject, &error::aborted_or(error, reason.as_ref())),
    };
    client.acquire(grant, want, signal.as_ref(), Box::new(settle));
}

/// Settles with a response. Not called `fetch`, which would hide the real one
/// from the glue around it.
#[wasm_bindgen(js_name = fetchWithToken)]
pub fn fetch(
    number: u32,
    grant: f64,
    input: JsValue,
    init: JsValue,
    resolve: Function,
    reject: Function,
) {
    let Some(client) = client(number) else {
        return call(&reject, &error::make(Error::new(Code::Closed)));
    };
    let settle = move |fetched| match fetched {
        Ok(response) => call(&resolve, &response),
        Err(FetchError::Token(error)) => call(&reject, &error::make(error)),
        Err(FetchError::Other(error)) => call(&reject, &error),
    };
    let grant = GrantId::from_number(grant);
    fetch_with_token(&client, grant, &input, &init, Box::new(settle));
}

/// The resource answered 401 to this token.
#[wasm_bindgen]
pub fn refused(number: u32, grant: f64, token: &JsString) {
    if let Some(client) = client(number) {
        client.refused_token(GrantId::from_number(grant), token);
    }
}

/// Revokes a grant's tokens, or without a grant all. Settles with what became of them.
#[wasm_bindgen]
pub fn revoke(number: u32, grant: Option<f64>, every_tab: bool, resolve: Function) {
    let scope = match grant {
        Some(grant) => Scope::Grant(GrantId::from_number(grant)),
        None if every_tab => Scope::EveryTab,
        None => Scope::All,
    };
    let settle = move |revoked| call(&resolve, &events::revoked(revoked));
    match client(number) {
        Some(client) => client.revoke(scope, Box::new(settle)),
        None => settle(crate::core::Revoked::NOTHING),
    }
}

/// Revokes everything and lets go. Settles with what became of the tokens.
#[wasm_bindgen]
pub fn close(number: u32, resolve: Function) {
    let settle = move |revoked| call(&resolve, &events::revoked(revoked));
    match clients::remove(number) {
        Some(client) => client.close(Box::new(settle)),
        None => settle(crate::core::Revoked::NOTHING),
    }
}

/// Forgets refusals and back-offs.
#[wasm_bindgen]
pub fn resume(number: u32) {
    if let Some(client) = client(number) {
        client.resume();
    }
}

/// Where a grant stands.
#[wasm_bindgen]
pub fn state(number: u32, grant: f64) -> JsValue {
    let id = GrantId::from_number(grant);
    match client(number) {
        Some(client) => events::state(&client.state(id), client.granted_scope(id)),
        None => events::state(&crate::core::State::CLOSED, None),
    }
}

/// A number that is given.
fn millis(number: f64) -> Option<Millis> {
    (number >= 0.0).then_some(Millis(number as u64))
}

/// For functions of the facade, which do not throw.
fn call(function: &Function, value: &JsValue) {
    let _ = function.call1(&JsValue::UNDEFINED, value);
}
