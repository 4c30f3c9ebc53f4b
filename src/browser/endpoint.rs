//! What the app's backend answered.

use super::io::{Parts, answer, form};
use crate::core::{self, Body, Failure, Issued, Millis, RevokeOutcome, Terms};

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
    if has_form(parts, form::USED) {
        return malformed("its body has been read already; give what json() gave");
    }
    if !has_form(parts, form::OBJECT) {
        return malformed("the body is not a JSON object");
    }
    let Some(token) = parts.string(answer::TOKEN) else {
        return malformed("no `access_token`");
    };
    let length = token.length();
    let units = (0..length).map(|index| token.char_code_at(index) as u16);
    // A longer one is none of them, and stays where it is.
    if length < 10 && core::names_nothing(&String::from(&token)) {
        return malformed("`access_token` is the name of nothing");
    }
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
fn status(parts: &Parts) -> u16 {
    parts.number(answer::STATUS).unwrap_or_default() as u16
}

/// Whether a web page was answered.
fn is_html(parts: &Parts) -> bool {
    has_form(parts, form::HTML)
}

fn has_form(parts: &Parts, form: f64) -> bool {
    parts.number(answer::FORM) == Some(form)
}

pub(super) fn retry_after(parts: &Parts) -> Option<Millis> {
    let millis = Millis(parts.number(answer::RETRY_AFTER)? as u64);
    let is_reckoned = parts.get(answer::IS_RECKONED).is_truthy();
    Some(core::believed(millis, is_reckoned))
}

/// What became of a revoke.
pub(super) fn outcome(parts: &Parts) -> RevokeOutcome {
    RevokeOutcome::of(status(parts), body(parts), retry_after(parts))
}

/// One that the app has read already it has taken for its backend's.
fn body(parts: &Parts) -> Body {
    let is = |form| has_form(parts, form);
    if is(form::OBJECT) || is(form::EMPTY) || is(form::USED) {
        Body::Own
    } else if is(form::HTML) || is(form::ENDLESS) {
        Body::Page
    } else {
        Body::Other
    }
}

fn failure(status: u16, parts: &Parts) -> Failure {
    if core::is_foreign(status, body(parts)) {
        Failure::Foreign {
            status,
            what: if is_html(parts) {
                "the body is HTML; is the path right, or did something in between answer?"
            } else {
                "the body is not a JSON object; did something in between answer?"
            },
            retry_after: retry_after(parts),
        }
    } else if (100..600).contains(&status) {
        let error = parts.text(answer::ERROR);
        Failure::Status {
            status,
            oauth_error: error.and_then(|code| core::registered_error(&code)),
            retry_after: retry_after(parts),
        }
    } else if has_form(parts, form::UNASKED) {
        Failure::Misused("`headers` (names and values that HTTP allows)")
    } else if has_form(parts, form::THROWN) && !parts.get(answer::FINAL).is_truthy() {
        Failure::Thrown
    } else if parts.get(answer::FINAL).is_truthy() {
        Failure::Final
    } else {
        Failure::Network
    }
}
