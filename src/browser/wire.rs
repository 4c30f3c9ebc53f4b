//! What goes between the page and the app's backend, and what must be at hand at
//! once when the page ends: secrets, and which requests are under way.
//!
//! All of it is JavaScript's: tokens are never copied into linear memory.

use js_sys::{Function, JsString};
use wasm_bindgen::JsValue;
use web_sys::UrlSearchParams;

use super::io::{self, Parts};
use crate::core::{Batch, Generation, GrantId, GrantKey, Millis, Reason, UNLOAD_QUOTA};

/// See `Wire` in `io.js`.
pub(super) struct Wire(JsValue);

/// The names of what is revoked.
pub(super) struct Revocation {
    pub(super) tokens: Vec<Generation>,
    pub(super) pending: Vec<Generation>,
    pub(super) reason: Reason,
    /// Whatever was minted for this page life.
    pub(super) whole_session: bool,
}

impl Wire {
    /// `backend` is what the app has said of it, checked, as `Wire` in `io.js` has it.
    pub(super) fn new(backend: &JsValue) -> Self {
        Self(io::connect(backend, UNLOAD_QUOTA))
    }

    pub(super) const fn as_js(&self) -> &JsValue {
        &self.0
    }

    /// Calls back with each answer and whether it is still awaited, until the
    /// function it gives is called.
    pub(super) fn listen_to_answers(&self, callback: &JsValue) -> Function {
        io::listen_to_answers(&self.0, callback)
    }

    /// Should the page's listeners have been lost, they are there again.
    pub(super) fn listen_again(&self) {
        io::listen_again(&self.0);
    }

    /// From here on the last request names the session.
    pub(super) fn name_whole_session(&self) {
        io::name_whole_session(&self.0);
    }

    /// What a function of the app's threw when it was asked for the grant's token last.
    #[cfg(feature = "js")]
    pub(super) fn cause(&self, grant: GrantId) -> JsValue {
        io::cause_of(&self.0, grant.to_number())
    }

    pub(super) fn renew_session(&self) {
        io::renew_session(&self.0);
    }

    pub(super) fn ask_for_token(&self, id: Generation, grant: GrantId, key: &GrantKey) {
        let about = grant.to_number();
        io::ask_for_token(&self.0, token(id), about, key.resource(), key.scope());
    }

    pub(super) fn ask_for_lease(&self, batch: Batch) {
        io::ask_for_lease(&self.0, other(batch));
    }

    pub(super) fn abort(&self, id: Generation) {
        io::abort(&self.0, token(id));
    }

    pub(super) fn abort_other(&self, batch: Batch) {
        io::abort(&self.0, other(batch));
    }

    /// Keeps the name of what an answer pushed.
    pub(super) fn keep_word(&self, answer: &Parts) {
        io::keep_word(&self.0, answer.as_js());
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

    /// The page lives: there is an answer, or none in time.
    pub(super) fn revoke(&self, batch: Batch, revocation: &Revocation, wait: Millis) {
        let body = self.form(&revocation.tokens, &revocation.pending);
        let reason = revocation.reason.as_str();
        let wait = super::timer::clamped(wait);
        let is_whole = revocation.whole_session;
        io::revoke(&self.0, other(batch), &body, reason, is_whole, wait);
    }

    /// The page is going: hands over what its last request has not named already.
    pub(super) fn hand_over(&self, revocation: &Revocation) {
        if io::is_last_sent(&self.0) {
            return;
        }
        let body = self.form(&revocation.tokens, &revocation.pending);
        let reason = revocation.reason.as_str();
        io::hand_over(&self.0, &body, reason, revocation.whole_session);
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
