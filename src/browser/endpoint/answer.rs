//! What answers of all endpoints have in common. Their parts have the names that
//! `Answer` in `io.js` gives them.

use super::super::io::Part;
use crate::core::{self, Body, Failure, Millis};

/// The number of the request.
pub(super) fn id(answer: &Part) -> u32 {
    answer.number("id").unwrap_or_default() as u32
}

/// The HTTP status; 0 where there was no answer.
pub(super) fn status(answer: &Part) -> u16 {
    answer.number("status").unwrap_or_default() as u16
}

pub(super) fn retry_after(answer: &Part) -> Option<Millis> {
    let millis = Millis(answer.number("retry_after")? as u64);
    Some(core::believed(millis, answer.flag("is_reckoned")))
}

/// One that the app has read already it has taken for its backend's.
pub(super) fn body(answer: &Part) -> Body {
    match answer.text("form").as_deref() {
        Some("object" | "empty" | "used") => Body::Own,
        Some("html" | "endless") => Body::Page,
        _ => Body::Other,
    }
}

/// Nothing to say against a 2xx.
pub(super) fn check_status(answer: &Part) -> Result<(), Failure> {
    let status = status(answer);
    if (200..300).contains(&status) {
        return Ok(());
    }
    let form = answer.text("form");
    let is_final = answer.flag("is_final");
    Err(if core::is_foreign(status, body(answer)) {
        Failure::Foreign {
            status,
            what: if form.as_deref() == Some("html") {
                "the body is HTML; is the path right, or did something in between answer?"
            } else {
                "the body is not a JSON object; did something in between answer?"
            },
            retry_after: retry_after(answer),
        }
    } else if (100..600).contains(&status) {
        let error = answer.text("error");
        Failure::Status {
            status,
            oauth_error: error.and_then(|code| core::registered_error(&code)),
            retry_after: retry_after(answer),
        }
    } else {
        match form.as_deref() {
            Some("unasked") => Failure::Misused("`headers` (names and values that HTTP allows)"),
            _ if is_final => Failure::Final,
            Some("thrown") => Failure::Thrown,
            _ => Failure::Network,
        }
    })
}
