//! From the core's errors to the facade's.

use js_sys::{Function, Object, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::events::to_js;
use crate::core::{Code, Error};

/// Makes JavaScript errors, with a function of the facade's.
#[derive(Clone, Debug)]
pub(super) struct Errors(Function);

/// What the facade makes an error of.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Raw<'a> {
    code: &'static str,
    message: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    retryable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oauth_error: Option<&'static str>,
}

impl Errors {
    pub(super) fn new(make: Function) -> Self {
        Self(make)
    }

    pub(super) fn make(&self, error: Error) -> JsValue {
        self.with_detail(error, error.detail)
    }

    /// An error for options that are not accepted.
    pub(super) fn misused(&self, what: &str) -> JsValue {
        self.with_detail(Error::new(Code::InvalidOptions), Some(what))
    }

    /// An error that, for an aborted caller, has its signal's reason as the cause.
    pub(super) fn aborted_or(&self, error: Error, signal: Option<&AbortSignal>) -> JsValue {
        let made = self.make(error);
        if let Some(signal) = signal.filter(|_| error.code == Code::Aborted) {
            let _ = Reflect::set(&made, &"cause".into(), &signal.reason());
        }
        made
    }

    fn with_detail(&self, error: Error, detail: Option<&str>) -> JsValue {
        let raw = to_js(&Raw {
            code: error.code.as_str(),
            message: error.code.message(),
            detail,
            retryable: error.code.is_retryable(),
            status: error.status,
            retry_after: error.retry_after.map(|millis| millis.0 as f64),
            oauth_error: error.oauth_error,
        });
        let made = self.0.call1(&JsValue::UNDEFINED, &raw);
        made.unwrap_or_else(|_| Object::new().into())
    }
}
