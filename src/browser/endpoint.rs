//! Asks the app's backend for a token.

use js_sys::{Function, JsString};
use wasm_bindgen::JsValue;
use web_sys::AbortSignal;

use super::io::{self, Parts, answer, form};
use super::secrets::Secret;
use super::shell::Endpoints;
use crate::core::{self, Failure, GrantKey, Issued, Millis, Terms};

/// Where tokens come from.
pub(crate) enum Source {
    /// The app's own function: gets the request and `{ signal }`, gives an
    /// answer or a promise of one.
    Provider(Function),
    /// The app's endpoint: absolute; checked.
    Url(String),
}

/// Asks for a token; `id` is unique within the session. `callback` gets an answer.
pub(super) fn ask(
    endpoints: &Endpoints,
    key: &GrantKey,
    session: &JsString,
    id: u32,
    signal: &AbortSignal,
    callback: &JsValue,
) {
    let leased = endpoints.lease_url.is_some();
    let request = io::token_request(key.resource(), key.scope(), session, id, leased);
    match &endpoints.source {
        Source::Provider(provider) => io::ask_provider(provider, &request, signal, callback),
        Source::Url(url) => ask_url(endpoints, url, &request, false, signal, callback),
    }
}

/// Asks in the way in which tokens are asked for.
pub(super) fn ask_url(
    endpoints: &Endpoints,
    url: &str,
    request: &JsValue,
    keepalive: bool,
    signal: &AbortSignal,
    callback: &JsValue,
) {
    let headers = endpoints.headers.as_ref();
    io::ask_endpoint(
        url,
        headers,
        &endpoints.credentials,
        request,
        keepalive,
        signal,
        callback,
    );
}

/// What a lease endpoint answered.
pub(super) fn terms(parts: &Parts) -> Result<Terms, Failure> {
    let status = status(parts);
    if !(200..300).contains(&status) {
        return Err(failure(status, parts));
    }
    if !has_form(parts, form::OBJECT) {
        return Err(Failure::Malformed("the lease is not a JSON object"));
    }
    let number = |place| parts.number(place);
    core::terms(
        number(answer::RENEW_IN),
        number(answer::HELD),
        number(answer::TERM),
    )
    .map_err(Failure::Malformed)
}

/// From an answer to facts for the core and a secret for the shell.
pub(super) fn token_response(parts: &Parts) -> Result<(Issued, Secret), Failure> {
    let status = status(parts);
    if !(200..300).contains(&status) {
        return Err(failure(status, parts));
    }
    let malformed = |what| Err(Failure::Malformed(what));
    if is_html(parts) {
        return malformed("the body is HTML; is the path right?");
    }
    if has_form(parts, form::ENDLESS) {
        return malformed("the body is longer than 128 KiB");
    }
    if !has_form(parts, form::OBJECT) {
        return malformed("the body is not a JSON object");
    }
    let Some(token) = parts.string(answer::TOKEN) else {
        return malformed("no `access_token`");
    };
    let length = token.length();
    let units = (0..length).map(|index| token.char_code_at(index) as u16);
    if !core::is_access_token(length, units) {
        return malformed("`access_token` cannot stand in a header");
    }
    if !core::is_bearer(parts.text(answer::TOKEN_TYPE).as_deref()) {
        return malformed("`token_type` is not Bearer");
    }
    let lifetime = core::lifetime(parts.number(answer::EXPIRES_IN)).map_err(Failure::Malformed)?;
    // What stands around it in a form: `&handle=`.
    let weight = parts.number(answer::WEIGHT).unwrap_or_default() as u32 + 8;
    let secret = Secret {
        token,
        handle: parts.string(answer::HANDLE),
        scope: parts.string(answer::SCOPE),
    };
    Ok((Issued { lifetime, weight }, secret))
}

/// The HTTP status; 0 where there was no answer.
pub(super) fn status(parts: &Parts) -> u16 {
    parts.number(answer::STATUS).unwrap_or_default() as u16
}

/// Whether a web page was answered.
pub(super) fn is_html(parts: &Parts) -> bool {
    has_form(parts, form::HTML)
}

fn has_form(parts: &Parts, form: f64) -> bool {
    parts.number(answer::FORM) == Some(form)
}

pub(super) fn retry_after(parts: &Parts) -> Option<Millis> {
    let millis = parts.number(answer::RETRY_AFTER)?;
    Some(Millis(millis as u64))
}

fn failure(status: u16, parts: &Parts) -> Failure {
    if (100..600).contains(&status) {
        let error = parts.text(answer::ERROR);
        Failure::Status {
            status,
            oauth_error: error.and_then(|code| core::registered_error(&code)),
            retry_after: retry_after(parts),
        }
    } else if has_form(parts, form::UNASKED) {
        Failure::Misused("`headers` (names and values that HTTP allows)")
    } else if parts.get(answer::FINAL).is_truthy() {
        Failure::Final
    } else {
        Failure::Network
    }
}
