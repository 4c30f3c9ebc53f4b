//! The backend's endpoints, a file each: what is answered there. What is asked stands
//! in `io.js`.

mod answer;
mod lease;
mod revoke;
mod token;

use super::io::Part;
use super::wire::Wire;
use crate::core::Input;

/// Tells what an answer says, unless it is one that nobody waits for any more.
pub(super) fn answered(wire: &Wire, answer: &Part, is_open: bool, tell: impl Fn(Input)) {
    match answer.text("kind").as_deref() {
        // It has to be revoked, if nobody waits for it.
        Some("token") => token::answered(wire, answer, tell),
        // These are of a page life that is over, or answered late.
        _ if !is_open => {}
        Some("lease") => lease::answered(wire, answer, tell),
        _ => revoke::answered(answer, tell),
    }
}
