//! Asks the app's backend for a token.

use js_sys::{Function, JsString};
use wasm_bindgen::JsValue;
use web_sys::AbortSignal;

use super::io::{self, Answer};
use super::secrets::Secret;
use crate::core::{self, Failure, GrantKey, Issued, Millis};

/// Where tokens come from.
pub(crate) enum Source {
    /// The app's own function: gets the request and `{ signal }`, gives an
    /// answer or a promise of one.
    Provider(Function),
    /// The app's endpoint.
    Url {
        /// Absolute; checked.
        url: String,
        /// Gives a record of headers, or a promise of one.
        headers: Option<Function>,
        /// A `RequestCredentials`.
        credentials: String,
    },
}

/// Asks for a token; `id` is unique within the session. `callback` gets an [`Answer`].
pub(super) fn ask(
    source: &Source,
    key: &GrantKey,
    session: &JsString,
    id: u32,
    signal: &AbortSignal,
    callback: &JsValue,
) {
    let request = io::token_request(key.resource(), key.scope(), session, id);
    match source {
        Source::Provider(provider) => io::ask_provider(provider, &request, signal, callback),
        Source::Url {
            url,
            headers,
            credentials,
        } => io::ask_endpoint(
            url,
            headers.as_ref(),
            credentials,
            &request,
            signal,
            callback,
        ),
    }
}

/// From an answer to facts for the core and a secret for the shell.
pub(super) fn token_response(answer: &Answer) -> Result<(Issued, Secret), Failure> {
    if !(200.0..300.0).contains(&answer.status()) {
        return Err(failure(answer));
    }
    let malformed = |what| Err(Failure::Malformed(what));
    if answer.is_too_long() {
        return malformed("the body is longer than 128 KiB");
    }
    if !answer.is_object() {
        return malformed(if answer.is_html() {
            "the body is HTML; is the path right?"
        } else {
            "the body is not a JSON object"
        });
    }
    let Some(token) = answer.token() else {
        return malformed("no `access_token`");
    };
    let length = token.length();
    let units = (0..length).map(|index| token.char_code_at(index) as u16);
    if !core::is_b64token(length, units) {
        return malformed("`access_token` is no b64token (RFC 6750 section 2.1)");
    }
    if !core::is_bearer(answer.token_type().as_deref()) {
        return malformed("`token_type` is not Bearer");
    }
    let issued = Issued {
        lifetime: core::lifetime(answer.expires_in()).map_err(Failure::Malformed)?,
        // What stands around it: `&handle=`.
        weight: answer.weight().saturating_add(8),
    };
    let secret = Secret {
        token,
        handle: answer.handle(),
        scope: answer.scope(),
    };
    Ok((issued, secret))
}

fn failure(answer: &Answer) -> Failure {
    let status = answer.status();
    if (100.0..600.0).contains(&status) {
        let error = answer.error();
        Failure::Status {
            status: status as u16,
            oauth_error: error.and_then(|code| core::registered_error(&code)),
            retry_after: retry_after(answer),
        }
    } else if answer.is_final() {
        Failure::Final
    } else {
        Failure::Network
    }
}

pub(super) fn retry_after(answer: &Answer) -> Option<Millis> {
    answer.retry_after().map(|millis| Millis(millis as u64))
}
