//! What JavaScript calls: conversions, and nothing else.
//!
//! Every method takes `&self` and none is async: a call that is under way
//! keeps no hold on the handle. Promises are made by the facade, which gives
//! `resolve` and `reject` to the calls here; so it can settle every one of
//! them if WebAssembly should ever fail.

mod alloc;
mod error;
mod events;
mod options;
mod panic;

use std::rc::Rc;

use js_sys::{Function, JsString};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::browser::{FetchError, Shell, fetch_with_token};
use crate::core::{GrantId, Revoked, Scope};
use error::Errors;

/// A client; its grants are numbers that [`Handle::open`] gives.
#[wasm_bindgen]
pub struct Handle {
    shell: Rc<Shell>,
    errors: Errors,
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Handle")
    }
}

#[wasm_bindgen]
impl Handle {
    /// `make_error` turns plain objects into errors; `notify` gets a grant, the
    /// type of an event and its detail.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue, make_error: Function, notify: Function) -> Result<Self, JsValue> {
        let errors = Errors::new(make_error);
        let (config, endpoints) = options::client(options).map_err(|bad| errors.misused(&bad))?;
        let listener = events::listener(errors.clone(), notify);
        let shell = Shell::new(config, endpoints, listener);
        Ok(Self { shell, errors })
    }

    /// The grant for a resource and scopes; `hint` is what an earlier call gave for them.
    pub fn open(&self, options: &JsValue, hint: Option<f64>) -> Result<f64, JsValue> {
        let key = options::grant(options).map_err(|bad| self.errors.misused(&bad))?;
        let hint = hint.map(GrantId::from_number);
        Ok(self.shell.open(key, hint).to_number())
    }

    /// What a grant is for, as options that open it again.
    pub fn key(&self, grant: f64) -> JsValue {
        let key = self.shell.key(GrantId::from_number(grant));
        key.map_or(JsValue::UNDEFINED, |key| events::key(&key))
    }

    /// The token to use right now; with `settled`, only if no refresh is due.
    pub fn peek(&self, grant: f64, settled: bool) -> Option<JsString> {
        self.shell.peek(GrantId::from_number(grant), settled)
    }

    /// Settles with a token.
    pub fn token(
        &self,
        grant: f64,
        options: &JsValue,
        resolve: Function,
        reject: Function,
    ) -> Result<(), JsValue> {
        let (want, signal) = options::token(options).map_err(|bad| self.errors.misused(&bad))?;
        let grant = GrantId::from_number(grant);
        let errors = self.errors.clone();
        let reason = signal.clone();
        self.shell
            .acquire(grant, want, signal.as_ref(), move |answer| match answer {
                Ok((_, token)) => call(&resolve, &token),
                Err(error) => call(&reject, &errors.aborted_or(error, reason.as_ref())),
            });
        Ok(())
    }

    /// Settles with a response.
    pub fn fetch(
        &self,
        grant: f64,
        input: JsValue,
        init: JsValue,
        resolve: Function,
        reject: Function,
    ) {
        let shell = self.shell.clone();
        let errors = self.errors.clone();
        spawn_local(async move {
            let grant = GrantId::from_number(grant);
            match fetch_with_token(&shell, grant, &input, &init).await {
                Ok(response) => call(&resolve, &response),
                Err(FetchError::Token(error)) => call(&reject, &errors.make(error)),
                Err(FetchError::Other(error)) => call(&reject, &error),
            }
        });
    }

    /// The resource answered 401 to this token.
    pub fn refused(&self, grant: f64, token: &JsString) {
        self.shell.refused_token(GrantId::from_number(grant), token);
    }

    /// Settles with what became of the grant's tokens.
    pub fn revoke(&self, grant: f64, resolve: Function) {
        let scope = Scope::Grant(GrantId::from_number(grant));
        self.shell.revoke(scope, revoked(resolve));
    }

    /// Settles with what became of all tokens.
    pub fn revoke_all(&self, resolve: Function) {
        self.shell.revoke(Scope::All, revoked(resolve));
    }

    /// Settles with what became of all tokens; the handle is of no use afterwards.
    pub fn close(&self, resolve: Function) {
        self.shell.close(revoked(resolve));
    }

    /// Forgets refusals and back-offs.
    pub fn resume(&self) {
        self.shell.resume();
    }

    /// Where a grant stands.
    pub fn state(&self, grant: f64) -> JsValue {
        let id = GrantId::from_number(grant);
        events::state(&self.shell.state(id), self.shell.granted_scope(id))
    }
}

fn revoked(resolve: Function) -> impl FnOnce(Revoked) {
    move |revoked| call(&resolve, &events::revoked(revoked))
}

/// For functions of the facade, which do not throw.
fn call(function: &Function, value: &JsValue) {
    let _ = function.call1(&JsValue::UNDEFINED, value);
}
