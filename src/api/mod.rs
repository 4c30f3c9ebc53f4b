//! What the npm package's facade calls: conversions, and nothing else.
//!
//! Plain functions over numbered clients instead of an exported class: a class
//! would bring its own glue, a borrow flag and a finalizer for each method's
//! receiver (about 3 KB compressed), and a client must outlive its JavaScript
//! handle anyway, to revoke its tokens when the page goes.
//!
//! None is async: promises are made by the facade, which gives `settle` to the
//! calls here, to be called with a value and whether it is a failure, and so can
//! settle every one of them if WebAssembly should ever fail.

mod alloc;
mod clients;
mod error;
mod events;
mod hooks;
mod record;

use js_sys::{Function, JsString};
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use crate::browser::{self, Acquired, FetchError, Part, Shell, Sink, fetch_with_token};
use crate::core::{Code, Config, Error, GrantId, GrantKey, Millis, Revoked, Scope, Want};
use clients::client;
pub use hooks::start;

/// The absolute form of an endpoint's URL; throws what it should have been.
#[wasm_bindgen(js_name = checkEndpoint)]
pub fn check_endpoint(given: &JsValue) -> Result<JsValue, JsValue> {
    let given = given.as_string().unwrap_or_default();
    let checked = browser::check_endpoint(&given);
    checked.map(JsValue::from).map_err(JsValue::from)
}

/// Headers as a plain object; throws where HTTP does not allow them.
#[wasm_bindgen(js_name = plainHeaders)]
pub fn plain_headers(headers: &JsValue) -> Result<JsValue, JsValue> {
    browser::headers_of(headers)
}

/// Makes a client and gives its number. `options` are those that the facade has read,
/// by name, and a `Wire` of `io.js` in the making; durations are in milliseconds.
#[wasm_bindgen]
pub fn create(options: &JsValue, notify: Function) -> u32 {
    let given = Part::new(options.clone());
    let millis = |name| given.number(name).map(|number| Millis(number as u64));
    let default = Config::default();
    let config = Config {
        refresh_lead: millis("refreshLead").unwrap_or(default.refresh_lead),
        expiry_margin: millis("expiryMargin").unwrap_or(default.expiry_margin),
        max_age: millis("maxAge"),
        timeout: millis("timeout").unwrap_or(default.timeout),
        request_timeout: millis("requestTimeout").unwrap_or(default.request_timeout),
        max_grants: given
            .number("maxGrants")
            .map_or(default.max_grants, |number| number as u32),
        revoke_when_hidden: given.text("revokeOn").as_deref() == Some("hidden"),
    };
    clients::add(Shell::new(config, options, events::listener(notify)))
}

/// The grant for a resource and sorted scopes, if there is one; otherwise 0.
#[wasm_bindgen]
pub fn find(number: u32, resource: &JsValue, scope: &JsValue) -> Result<f64, JsValue> {
    let key = key(resource, scope)?;
    let found = client(number).and_then(|client| client.find(&key));
    Ok(found.map_or(0.0, GrantId::to_number))
}

/// The grant for a resource and sorted scopes; `hint` is what an earlier call gave
/// for them, or 0.
#[wasm_bindgen]
pub fn open(number: u32, resource: &JsValue, scope: &JsValue, hint: f64) -> Result<f64, JsValue> {
    let key = key(resource, scope)?;
    let opened = client(number).map(|client| client.open(key, Some(GrantId::from_number(hint))));
    Ok(opened.map_or(0.0, GrantId::to_number))
}

/// The token to use right now; with `settled`, only if no refresh is due.
#[wasm_bindgen]
pub fn peek(number: u32, grant: f64, settled: bool) -> Option<JsString> {
    client(number)?.peek(GrantId::from_number(grant), settled)
}

/// Settles with a token. `options` are those that the facade has read, by name.
#[wasm_bindgen]
pub fn acquire(number: u32, grant: f64, options: JsValue, settle: Function) {
    let Some(client) = client(number) else {
        return fail(&settle, &error::make(Error::new(Code::Closed)));
    };
    let given = Part::new(options);
    let millis = |name| given.number(name).map(|number| Millis(number as u64));
    let want = Want {
        min_ttl: millis("minTtl").unwrap_or_default(),
        force: given.flag("forceRefresh"),
        timeout: millis("timeout"),
    };
    let signal: Option<AbortSignal> = given
        .flag("signal")
        .then(|| given.get("signal").unchecked_into());
    let reason = signal.clone();
    let grant = GrantId::from_number(grant);
    let shell = client.clone();
    let sink = move |answer: Result<Acquired, Error>| match answer {
        Ok((_, token)) => fulfil(&settle, &token),
        Err(error) => {
            let made = error::with_cause(error, &shell, grant);
            fail(&settle, &error::aborted_or(made, error, reason.as_ref()));
        }
    };
    client.acquire(grant, want, signal.as_ref(), Box::new(sink));
}

/// Settles with a response. Not called `fetch`, which would hide the real one
/// from the glue around it.
#[wasm_bindgen(js_name = fetchWithToken)]
pub fn fetch(number: u32, grant: f64, input: &JsValue, init: &JsValue, settle: Function) {
    let Some(client) = client(number) else {
        return fail(&settle, &error::make(Error::new(Code::Closed)));
    };
    let grant = GrantId::from_number(grant);
    let shell = client.clone();
    let done = move |fetched| match fetched {
        Ok(response) => fulfil(&settle, &response),
        Err(FetchError::Token(error)) => {
            fail(&settle, &error::with_cause(error, &shell, grant));
        }
        Err(FetchError::Other(error)) => fail(&settle, &error),
    };
    fetch_with_token(&client, grant, input, init, Box::new(done));
}

/// The resource answered 401 to this token.
#[wasm_bindgen]
pub fn unauthorized(number: u32, grant: f64, token: &JsString) {
    if let Some(client) = client(number) {
        client.unauthorized_token(GrantId::from_number(grant), token);
    }
}

/// Revokes a grant's tokens, or (grant 0) all. Settles with what became of them.
#[wasm_bindgen]
pub fn revoke(number: u32, grant: f64, every_tab: bool, settle: Function) {
    let scope = if every_tab {
        Scope::EveryTab
    } else if grant == 0.0 {
        Scope::All
    } else {
        Scope::Grant(GrantId::from_number(grant))
    };
    let sink = revoked_sink(settle);
    match client(number) {
        Some(client) => client.revoke(scope, sink),
        None => sink(UNKNOWN),
    }
}

/// Revokes everything and lets go. Settles with what became of the tokens.
#[wasm_bindgen]
pub fn close(number: u32, settle: Function) {
    let sink = revoked_sink(settle);
    match clients::remove(number) {
        Some(client) => client.close(sink),
        None => sink(UNKNOWN),
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

/// Of a client that is gone: what became of everything `close` has said.
const UNKNOWN: Revoked = Revoked {
    tokens: 0,
    confirmed: false,
};

fn key(resource: &JsValue, scope: &JsValue) -> Result<GrantKey, JsValue> {
    let scope = scope.as_string().unwrap_or_default();
    GrantKey::sorted(resource.as_string(), scope)
        .map_err(|what| error::make(Error::new(Code::InvalidOptions).with_detail(what)))
}

fn revoked_sink(settle: Function) -> Sink<Revoked> {
    Box::new(move |revoked| fulfil(&settle, &events::revoked(revoked)))
}

fn fulfil(settle: &Function, value: &JsValue) {
    call(settle, value, false);
}

fn fail(settle: &Function, error: &JsValue) {
    call(settle, error, true);
}

/// For functions of the facade, which do not throw.
fn call(settle: &Function, value: &JsValue, failed: bool) {
    let _ = settle.call2(&JsValue::UNDEFINED, value, &failed.into());
}
