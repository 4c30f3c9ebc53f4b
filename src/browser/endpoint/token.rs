//! The token endpoint, or the app's own function in its place.

use super::super::io::Part;
use super::super::wire::Wire;
use super::answer;
use crate::core::{self, Failure, Generation, GrantId, Input, Issued};

pub(super) fn answered(wire: &Wire, answer: &Part, tell: impl Fn(Input)) {
    let generation = Generation(answer::id(answer));
    let grant = answer.number("grant").unwrap_or_default();
    let read = read(answer);
    if read.is_ok() {
        wire.keep(generation, answer);
    }
    tell(Input::Answered {
        grant: GrantId::from_number(grant),
        generation,
        answer: read,
    });
}

/// The facts of a token response.
fn read(answer: &Part) -> Result<Issued, Failure> {
    answer::check_status(answer)?;
    let malformed = |what| Err(Failure::Malformed(what));
    match answer.text("form").as_deref() {
        Some("object") => {}
        Some("html") => return malformed("the body is HTML; is the path right?"),
        Some("endless") => return malformed("the body is longer than 128 KiB"),
        Some("used") => {
            return malformed("its body has been read already; give what json() gave");
        }
        _ => return malformed("the body is not a JSON object"),
    }
    let Some(token) = answer.string("token") else {
        return malformed("no `access_token`");
    };
    let length = token.length();
    let units = (0..length).map(|index| token.char_code_at(index) as u16);
    // A text of 10 characters or more is none of those names: it is not copied into
    // linear memory.
    if length < 10 && core::names_nothing(&String::from(&token)) {
        return malformed("`access_token` is the name of nothing");
    }
    if !core::is_access_token(length, units) {
        return malformed("`access_token` cannot stand in a header");
    }
    if !core::is_bearer(answer.text("token_type").as_deref()) {
        return malformed("`token_type` is not Bearer");
    }
    let lifetime = core::lifetime(answer.number("expires_in")).map_err(Failure::Malformed)?;
    let weight = answer.number("weight").unwrap_or_default() as u32;
    Ok(Issued { lifetime, weight })
}
