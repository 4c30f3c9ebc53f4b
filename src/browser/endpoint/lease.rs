//! The lease endpoint.

use wasm_bindgen::JsCast;

use super::super::io::Part;
use super::super::wire::Wire;
use super::answer;
use crate::core::{self, Failure, Generation, Input, Recall, RequestId, Terms};

pub(super) fn answered(wire: &Wire, answer: &Part, tell: impl Fn(Input)) {
    let request = RequestId(answer::id(answer));
    let read = read(answer);
    let holds = read.is_ok();
    tell(Input::LeaseAnswered {
        request,
        answer: read,
    });
    if !holds {
        return;
    }
    for recall in recalls(answer) {
        tell(Input::Recalled(recall));
    }
    // Last: the next request says that it was heard, so it must have been carried out.
    wire.keep_word(answer);
}

fn read(answer: &Part) -> Result<Terms, Failure> {
    answer::check_status(answer)?;
    if answer.text("form").as_deref() != Some("object") {
        return Err(Failure::Malformed("the lease is not a JSON object"));
    }
    let number = |name| answer.number(name);
    core::terms(number("renew_in"), number("held"), number("term")).map_err(Failure::Malformed)
}

/// What the backend takes back: everything, everything for good, or a list of
/// requests by their numbers.
fn recalls(answer: &Part) -> Vec<Recall> {
    match answer.text("revoke").as_deref() {
        Some("all") => return vec![Recall::All],
        Some("stop") => return vec![Recall::Stop],
        _ => {}
    }
    let list = answer.get("revoke").dyn_into::<js_sys::Array>();
    let numbers = list.unwrap_or_default().into_iter();
    let numbers = numbers
        .filter_map(|one| one.as_f64())
        .filter(|&id| id > 0.0);
    numbers
        .map(|id| Recall::Token(Generation(id as u32)))
        .collect()
}
