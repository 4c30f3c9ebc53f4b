//! Injected faults: what the demo and the tests make go wrong, kept outside of the
//! code that it goes wrong for.

use std::{
    ops::RangeInclusive,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use downscope_backend::edge::Note;

use self::shape::Shape;
use crate::{files, ledger::Kind, lock::lock, secret};

mod shape;

/// Longer than any token answer of this server.
const MAX_ANSWER: usize = 64 * 1024;
/// From what nobody can guess to what the contract allows.
const TOKEN_LENGTHS: RangeInclusive<usize> = secret::RANDOM_LENGTH..=16_384;

/// Everything that can be made to go wrong.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// A fault of the token endpoint.
    pub(crate) token: Option<Fault>,
    /// A fault of the revoke endpoint.
    pub(crate) revoke: Option<Fault>,
    /// A fault of the lease endpoint.
    pub(crate) lease: Option<Fault>,
    /// A fault of the file API.
    pub(crate) file: Option<Fault>,
    /// The life of the tokens that the embedded authorization server mints.
    pub(crate) lifetime_seconds: u64,
    /// How long they are.
    pub(crate) token_length: usize,
    /// Whether `expires_in` is a string, as some servers have it.
    pub(crate) expires_in_as_string: bool,
    /// Whether token answers carry a `revocation_handle`.
    pub(crate) handles: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            token: None,
            revoke: None,
            lease: None,
            file: None,
            lifetime_seconds: 3600,
            token_length: secret::RANDOM_LENGTH,
            expires_in_as_string: false,
            handles: false,
        }
    }
}

/// One fault of one endpoint.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Fault {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
    #[serde(default)]
    latency_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    shape: Option<Shape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u64>,
}

/// The faults in force.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Settings>);

impl Faults {
    /// What is set.
    pub(crate) fn settings(&self) -> Settings {
        lock(&self.0).clone()
    }

    /// Replaces what `changes` names and leaves the rest. A fault is replaced
    /// whole, so that nothing of an earlier one is left in it.
    pub(crate) fn merge(&self, changes: &Value) -> Result<Settings, InvalidFaults> {
        let changes = changes.as_object().ok_or(InvalidFaults)?;
        let mut settings = lock(&self.0);
        let mut merged = serde_json::to_value(&*settings).map_err(|_| InvalidFaults)?;
        if let Value::Object(merged) = &mut merged {
            merged.extend(changes.clone());
        }
        let merged: Settings = serde_json::from_value(merged).map_err(|_| InvalidFaults)?;
        let faults = [merged.token, merged.revoke, merged.lease, merged.file];
        let statuses = faults
            .into_iter()
            .flatten()
            .filter_map(|fault| fault.status);
        if !{ statuses }.all(|status| (200..600).contains(&status))
            || !TOKEN_LENGTHS.contains(&merged.token_length)
        {
            return Err(InvalidFaults);
        }
        settings.clone_from(&merged);
        Ok(merged)
    }

    /// Nothing goes wrong any more.
    pub(crate) fn clear(&self) {
        *lock(&self.0) = Settings::default();
    }

    /// The fault for one request; counts it.
    fn take(&self, kind: Kind) -> Option<Fault> {
        let mut settings = lock(&self.0);
        let slot = match kind {
            Kind::Token => &mut settings.token,
            Kind::Revoke => &mut settings.revoke,
            Kind::Lease => &mut settings.lease,
            Kind::File => &mut settings.file,
        };
        let fault = (*slot)?;
        let left = fault.times.map(|times| times.saturating_sub(1));
        *slot = (left != Some(0)).then_some(Fault {
            times: left,
            ..fault
        });
        (fault.times != Some(0)).then_some(fault)
    }
}

/// The settings are not what they should be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct InvalidFaults;

/// The layer around an endpoint.
pub(crate) async fn inject(
    State((faults, kind)): State<(Arc<Faults>, Kind)>,
    request: Request,
    next: Next,
) -> Response {
    let fault = faults.take(kind).unwrap_or_default();
    let as_string = kind == Kind::Token && faults.settings().expires_in_as_string;
    let response = match fault.answer(kind) {
        Some(mut response) => {
            response.extensions_mut().insert(Note::new("injected"));
            response
        }
        None if as_string => expires_in_as_string(next.run(request).await).await,
        None => next.run(request).await,
    };
    // After the work and before the answer: a page that dies meanwhile leaves a
    // token behind that it never saw, which is what a slow network does.
    if fault.latency_ms > 0 {
        tokio::time::sleep(Duration::from_millis(fault.latency_ms)).await;
    }
    response
}

impl Fault {
    /// What is answered in place of the endpoint's own answer, if anything.
    fn answer(self, kind: Kind) -> Option<Response> {
        let status = self
            .status
            .unwrap_or_else(|| self.shape.map_or(200, Shape::usual_status));
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let shape = match self.shape {
            Some(Shape::Ok) | None if status == StatusCode::OK => return None,
            Some(Shape::Ok) | None => Shape::Oauth,
            Some(shape) => shape,
        };
        let mut response = match kind {
            Kind::File => files::refusal(status),
            Kind::Revoke if status.is_success() => status.into_response(),
            Kind::Lease | Kind::Revoke | Kind::Token => {
                (status, shape.body(status)).into_response()
            }
        };
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, seconds.into());
        }
        let no_store = HeaderValue::from_static("no-store");
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, no_store);
        Some(response)
    }
}

async fn expires_in_as_string(response: Response) -> Response {
    if response.status() != StatusCode::OK {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, MAX_ANSWER).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let body = match serde_json::from_slice::<Value>(&body) {
        Ok(mut answer) => {
            if let Some(expires_in) = answer.get_mut("expires_in") {
                *expires_in = Value::String(expires_in.to_string());
            }
            Bytes::from(answer.to_string())
        }
        Err(_) => body,
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(body))
}
