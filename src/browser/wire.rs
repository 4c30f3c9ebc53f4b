//! What goes between the page and the app's backend, and what must be at hand at
//! once when the page ends: secrets, and which requests are under way.
//!
//! All of it is JavaScript's: tokens are never copied into linear memory.

use js_sys::JsString;
use wasm_bindgen::JsValue;

use super::io::{self, Part};
use super::timer::clamped;
use crate::core::{Endpoints, Farewell, Generation, GrantId, GrantKey, Millis, Reason, RequestId};

/// See `Wire` in `io.js`.
pub(super) struct Wire(JsValue);

impl Wire {
    /// `backend` is what the app has said of it, checked, as `Wire` in `io.js` has it.
    pub(super) fn new(backend: &JsValue) -> Self {
        Self(io::connect(backend))
    }

    pub(super) const fn as_js(&self) -> &JsValue {
        &self.0
    }

    pub(super) fn endpoints(&self) -> Endpoints {
        let wire = Part::new(self.0.clone());
        Endpoints {
            revoke: wire.flag("revokeEndpoint"),
            lease: wire.flag("leaseEndpoint"),
        }
    }

    /// Calls back for whatever happens until [`Wire::end`]; see `Tell` in `io.js`.
    pub(super) fn listen(&self, tell: &JsValue) {
        io::listen(&self.0, tell);
    }

    pub(super) fn end(&self) {
        io::end(&self.0);
    }

    /// Has the app's other tabs revoke everything.
    pub(super) fn tell_tabs(&self) {
        io::tell_tabs(&self.0);
    }

    /// Should the page's listeners have been lost, they are there again.
    pub(super) fn listen_again(&self) {
        io::listen_again(&self.0);
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
        let grant = grant.to_number();
        io::ask_for_token(&self.0, id.0.into(), grant, key.resource(), key.scope());
    }

    pub(super) fn ask_for_lease(&self, request: RequestId) {
        io::ask_for_lease(&self.0, request.0.into());
    }

    /// Lets go of a request of any kind.
    pub(super) fn abort(&self, number: u32) {
        io::abort(&self.0, number.into());
    }

    /// Keeps the name of what an answer pushed.
    pub(super) fn keep_word(&self, answer: &Part) {
        io::keep_word(&self.0, answer.as_js());
    }

    /// Keeps the secrets of an answer.
    pub(super) fn keep(&self, id: Generation, answer: &Part) {
        io::keep(&self.0, id.0.into(), answer.as_js());
    }

    pub(super) fn forget(&self, id: Generation) {
        io::forget(&self.0, id.0.into());
    }

    pub(super) fn token(&self, id: Generation) -> Option<JsString> {
        io::token_of(&self.0, id.0.into())
    }

    /// What the server says that it granted.
    pub(super) fn scope(&self, id: Generation) -> Option<JsString> {
        io::scope_of(&self.0, id.0.into())
    }

    /// The revoke that follows names it.
    pub(super) fn name(&self, id: Generation) {
        io::name(&self.0, id.0.into());
    }

    /// The page lives: there is an answer, or none in time.
    pub(super) fn revoke(&self, request: RequestId, reason: Reason, is_whole: bool, wait: Millis) {
        let wait = clamped(wait);
        io::revoke(
            &self.0,
            request.0.into(),
            reason.as_str(),
            is_whole,
            wait.into(),
        );
    }

    /// The page is going.
    pub(super) fn hand_over(&self, reason: Reason, is_whole: bool, is_short: bool) {
        io::hand_over(&self.0, reason.as_str(), is_whole, is_short);
    }

    /// Keeps the last request of the page ready.
    pub(super) fn hold(&self, farewell: &Farewell) {
        for &id in &farewell.names {
            self.name(id);
        }
        let up_to = if farewell.is_empty() {
            0
        } else {
            farewell.up_to.0
        };
        io::hold(
            &self.0,
            Reason::Unload.as_str(),
            Reason::BackForwardCache.as_str(),
            farewell.whole_session,
            farewell.is_short,
            up_to.into(),
        );
    }

    /// Up to which request the last one of the page tells, if it is on its way.
    pub(super) fn told_up_to(&self) -> Option<Generation> {
        let number = io::told_up_to(&self.0) as u32;
        (number > 0).then_some(Generation(number))
    }
}
