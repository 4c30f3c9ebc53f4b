//! From the token endpoint's answer to facts for the core and a secret for the shell.

use js_sys::{Date, JsString};
use wasm_bindgen::{JsCast, JsValue};

use super::body::{self, Unreadable};
use super::clock::now;
use super::secrets::Secret;
use super::{fetch, js};
use crate::core::{self, Failure, Issued, Millis};

/// The longest revocation handle that is accepted, in characters.
const LONGEST_HANDLE: u32 = 1_024;

/// The longest error code that is looked at, in characters.
const LONGEST_CODE: u32 = 256;

/// Reads what the endpoint or the app's own provider gave.
pub(super) async fn read(value: &JsValue) -> Result<(Issued, Secret), Failure> {
    let Some(response) = fetch::response(value) else {
        return token_response(value);
    };
    let status = response.status();
    let text = body::text(value).await;
    if !(200..300).contains(&status) {
        let parsed = text.ok().and_then(|text| js::parse_json(&text).ok());
        return Err(Failure::Status {
            status,
            oauth_error: parsed.and_then(|body| error_code(&body)),
            retry_after: retry_after(value),
        });
    }
    let text = text.map_err(|unreadable| match unreadable {
        Unreadable::Broken => Failure::Network,
        Unreadable::TooLong => Failure::Malformed("the body is longer than 128 KiB"),
    })?;
    // What `JSON.parse` throws quotes the text, so it must not go any further.
    let parsed = js::parse_json(&text);
    token_response(&parsed.map_err(|_| Failure::Malformed("the body is not JSON"))?)
}

/// What a provider threw, or why `fetch` rejected.
pub(super) fn thrown(error: &JsValue) -> Failure {
    let retry_after = js::get(error, "retryAfter")
        .as_f64()
        .map(|millis| Millis(millis as u64));
    match js::get(error, "status").as_f64() {
        Some(status) if (100.0..600.0).contains(&status) => Failure::Status {
            status: status as u16,
            oauth_error: error_code(error),
            retry_after,
        },
        _ if js::get(error, "retryable") == JsValue::FALSE => Failure::Final,
        _ => Failure::Network,
    }
}

/// `Retry-After`, in seconds or as a date (RFC 9110 section 10.2.3). On another
/// origin it is readable only if the server exposes it.
pub(super) fn retry_after(response: &JsValue) -> Option<Millis> {
    let value = String::from(fetch::header(response, "retry-after")?);
    core::retry_after_seconds(&value).or_else(|| {
        let date = Date::parse(&value);
        (!date.is_nan()).then(|| Millis(date as u64) - now().wall)
    })
}

fn token_response(body: &JsValue) -> Result<(Issued, Secret), Failure> {
    let malformed = Failure::Malformed;
    if !body.is_object() {
        return Err(malformed("the body is not a JSON object"));
    }
    let token = js::get(body, "access_token").dyn_into::<JsString>();
    let token = token.map_err(|_| malformed("no `access_token`"))?;
    let length = token.length();
    let units = (0..length).map(|index| token.char_code_at(index) as u16);
    if !core::is_b64token(length, units) {
        return Err(malformed(
            "`access_token` is no b64token (RFC 6750 section 2.1)",
        ));
    }
    if !is_bearer(&js::get(body, "token_type")) {
        return Err(malformed("`token_type` is not Bearer"));
    }
    let lifetime = core::lifetime(expires_in(&js::get(body, "expires_in"))).map_err(malformed)?;
    let handle = js::get(body, "revocation_handle")
        .dyn_into::<JsString>()
        .ok()
        .filter(|handle| (1..=LONGEST_HANDLE).contains(&handle.length()));
    let named = handle.as_ref().unwrap_or(&token);
    let encoded = js::percent_encode(named).map_err(|_| malformed("`revocation_handle`"))?;
    let issued = Issued {
        lifetime,
        // What stands around it: `&handle=`.
        weight: encoded.length().saturating_add(8),
    };
    let scope = js::get(body, "scope").as_string();
    let secret = Secret {
        token,
        handle,
        scope,
    };
    Ok((issued, secret))
}

/// Some servers leave `token_type` out; none may mean another kind (RFC 6749 section 7.1).
fn is_bearer(token_type: &JsValue) -> bool {
    token_type.is_undefined()
        || token_type
            .as_string()
            .is_some_and(|name| name.eq_ignore_ascii_case("bearer"))
}

/// A number or a string of one; absent is `None`, anything else no number.
fn expires_in(value: &JsValue) -> Option<f64> {
    if value.is_undefined() || value.is_null() {
        None
    } else if value.is_string() {
        Some(js::to_number(value).unwrap_or(f64::NAN))
    } else {
        Some(value.as_f64().unwrap_or(f64::NAN))
    }
}

/// The registered code in an error body: RFC 6749's `error`, an object's
/// `error.code`, or the end of RFC 9457's `type`.
fn error_code(body: &JsValue) -> Option<&'static str> {
    let error = js::get(body, "error");
    let code = if error.is_object() {
        js::get(&error, "code")
    } else if error.is_undefined() {
        js::get(body, "type")
    } else {
        error
    };
    let code = code.dyn_into::<JsString>().ok();
    let code = String::from(code.filter(|code| code.length() <= LONGEST_CODE)?);
    core::registered_error(&code)
}
