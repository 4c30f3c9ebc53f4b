//! The backend's endpoints, a file each: what is asked there, and what is answered.

mod answer;
mod lease;
mod revoke;
mod token;

use super::call::{Subscription, callback};
use super::io::Part;
use super::wire::Wire;
use crate::core::Input;

/// Tells what each answer says until it is dropped. One callback for all requests:
/// an app's own function that never settles keeps nothing of the client.
pub(super) fn listen(wire: &Wire, tell: impl Fn(Input) + 'static) -> Subscription {
    let own = wire.clone();
    let heard = callback(move |answer, is_open| {
        let answer = Part::new(answer);
        match answer.text("kind").as_deref() {
            // One that nobody waits for any more is told, too: it has to be revoked.
            Some("token") => token::answered(&own, &answer, &tell),
            // These are of a page life that is over, or answered late.
            _ if !is_open => {}
            Some("lease") => lease::answered(&own, &answer, &tell),
            _ => revoke::answered(&answer, &tell),
        }
    });
    Subscription::new(wire.listen_to_answers(heard.as_ref()), heard)
}
