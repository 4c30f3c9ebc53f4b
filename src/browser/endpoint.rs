//! What the app's backend answered.

use super::io::{Parts, answer, form};
use crate::core::{self, Failure, Issued, Millis, Terms};

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

/// The facts of a token response.
pub(super) fn token_response(parts: &Parts) -> Result<Issued, Failure> {
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
    Ok(Issued { lifetime, weight })
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
