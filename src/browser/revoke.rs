//! Asks the app's backend to revoke (RFC 7009, as a form that needs no preflight).

use std::rc::Rc;

use super::endpoint;
use super::io::{Parts, once};
use super::shell::Shell;
use super::wire::Revocation;
use crate::core::{Batch, RevokeOutcome};

/// The page lives: the answer says whether it worked.
pub(super) fn send_and_await(shell: &Rc<Shell>, batch: Batch, revocation: &Revocation) {
    let back = shell.clone();
    let callback = once(move |answer, _| {
        let answer = Parts::new(answer);
        let outcome = match endpoint::status(&answer) {
            0 => RevokeOutcome::TryAgain(None),
            // A page, of an app that answers every path with it.
            _ if endpoint::is_html(&answer) => RevokeOutcome::Refused,
            status => RevokeOutcome::of(status, endpoint::retry_after(&answer)),
        };
        back.revoke_answered(batch, outcome);
    });
    let wait = shell.request_timeout;
    shell.wire.revoke(batch, revocation, wait, &callback);
}
