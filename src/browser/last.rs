//! What the last request of the page has to name, kept where the browser can be
//! given it at once.

use js_sys::JsString;
use wasm_bindgen::JsValue;

use super::io;
use super::secrets::Secret;
use super::shell::Endpoints;
use crate::core::{Generation, UNLOAD_QUOTA};

/// The session's place among what is named; requests count from one.
const SESSION: f64 = 0.0;

/// Undefined where there is no endpoint to revoke at.
pub(super) struct LastRequest(JsValue);

impl LastRequest {
    pub(super) fn new(endpoints: &Endpoints) -> Self {
        let url = endpoints.revoke_url.as_ref();
        let headers = endpoints.revoke_headers.as_ref();
        Self(url.map_or(JsValue::UNDEFINED, |url| {
            io::last_request(url, headers, endpoints.deferred, UNLOAD_QUOTA)
        }))
    }

    pub(super) const fn as_js(&self) -> &JsValue {
        &self.0
    }

    /// Whether the page is going, and it was sent before anything else was done.
    pub(super) fn is_sent(&self) -> bool {
        !self.0.is_undefined() && io::is_last_sent(&self.0)
    }

    pub(super) fn session(&self, name: &JsString) {
        self.name(SESSION, "session", name);
    }

    pub(super) fn token(&self, generation: Generation, secret: &Secret) {
        let (name, value) = secret.named();
        self.name(generation.0.into(), name, value);
    }

    pub(super) fn forget_token(&self, generation: Generation) {
        self.name(generation.0.into(), "", &JsValue::UNDEFINED);
    }

    pub(super) fn request(&self, generation: Generation) {
        self.name(-f64::from(generation.0), "pending", &generation.0.into());
    }

    pub(super) fn forget_request(&self, generation: Generation) {
        self.name(-f64::from(generation.0), "", &JsValue::UNDEFINED);
    }

    fn name(&self, key: f64, name: &str, value: &JsValue) {
        if !self.0.is_undefined() {
            io::name_at_last(&self.0, key, name, value);
        }
    }
}
