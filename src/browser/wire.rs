//! What goes between the page and the app's backend, and what must be at hand at
//! once when the page ends: secrets, and which requests are under way.
//!
//! All of it is JavaScript's: tokens are never copied into linear memory.

use js_sys::{Function, JsString};
use wasm_bindgen::JsValue;
use web_sys::UrlSearchParams;

use super::io::{self, Parts};
use crate::core::{Batch, Generation, GrantKey, Millis, Reason, UNLOAD_QUOTA};

/// See `Wire` in `io.js`.
pub(super) struct Wire(JsValue);

/// The names of what is revoked.
pub(super) struct Revocation {
    pub(super) tokens: Vec<Generation>,
    pub(super) pending: Vec<Generation>,
    pub(super) reason: Reason,
}

impl Wire {
    /// `backend` is what the app has said of it, checked, as `Wire` in `io.js` has it.
    pub(super) fn new(backend: &JsValue) -> Self {
        Self(io::connect(backend, UNLOAD_QUOTA))
    }

    pub(super) const fn as_js(&self) -> &JsValue {
        &self.0
    }

    pub(super) fn renew_session(&self) {
        io::renew_session(&self.0);
    }

    /// `callback` gets an answer.
    pub(super) fn ask_for_token(&self, id: Generation, key: &GrantKey, callback: &JsValue) {
        io::ask_for_token(&self.0, token(id), key.resource(), key.scope(), callback);
    }

    /// `callback` gets an answer, and whether it is still awaited.
    pub(super) fn ask_for_lease(&self, batch: Batch, callback: &JsValue) {
        io::ask_for_lease(&self.0, other(batch), callback);
    }

    pub(super) fn abort(&self, id: Generation) {
        io::abort(&self.0, token(id));
    }

    pub(super) fn abort_other(&self, batch: Batch) {
        io::abort(&self.0, other(batch));
    }

    /// Keeps the secrets of an answer.
    pub(super) fn keep(&self, id: Generation, answer: &Parts) {
        io::keep(&self.0, token(id), answer.as_js());
    }

    pub(super) fn forget(&self, id: Generation) {
        io::forget(&self.0, token(id));
    }

    pub(super) fn token(&self, id: Generation) -> Option<JsString> {
        io::token_of(&self.0, token(id))
    }

    /// What the server says that it granted.
    pub(super) fn scope(&self, id: Generation) -> Option<JsString> {
        io::scope_of(&self.0, token(id))
    }

    /// The page lives: `callback` gets the answer, or none in time.
    pub(super) fn revoke(
        &self,
        batch: Batch,
        revocation: &Revocation,
        wait: Millis,
        callback: &JsValue,
    ) {
        let body = self.form(&revocation.tokens, &revocation.pending);
        let reason = revocation.reason.as_str();
        let wait = super::timer::clamped(wait);
        io::revoke(&self.0, other(batch), &body, reason, wait, callback);
    }

    /// The page is going: hands over what it has not handed over already.
    pub(super) fn hand_over(&self, mut revocation: Revocation, whole_session: bool) {
        let is_sent = io::is_named_at_last(&self.0, 0.0);
        if is_sent {
            revocation.tokens.clear();
            let is_named = |&id: &Generation| io::is_named_at_last(&self.0, token(id));
            revocation.pending.retain(|id| !is_named(id));
        }
        if is_sent && revocation.pending.is_empty() {
            return;
        }
        let body = self.form(&revocation.tokens, &revocation.pending);
        io::hand_over(&self.0, &body, revocation.reason.as_str(), whole_session);
    }

    /// Tells what happens to the page until the function it gives is called.
    pub(super) fn listen_to_page(&self, listener: &JsValue) -> Function {
        io::listen_to_page(listener, &self.0)
    }

    /// Tells what other tabs say; see `listenToTabs` in `io.js`.
    pub(super) fn listen_to_tabs(&self, listener: &JsValue) -> Option<Function> {
        io::listen_to_tabs(&self.0, listener)
    }

    fn form(&self, tokens: &[Generation], pending: &[Generation]) -> UrlSearchParams {
        let body = io::form();
        for &id in tokens {
            io::name_secret(&self.0, token(id), &body);
        }
        for &id in pending {
            io::name_request(token(id), &body);
        }
        body
    }
}

/// Requests for tokens count from one.
fn token(id: Generation) -> f64 {
    id.0.into()
}

/// Other requests count from below zero downwards.
fn other(batch: Batch) -> f64 {
    -f64::from(batch.0)
}
