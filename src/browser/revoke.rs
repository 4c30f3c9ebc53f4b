//! Asks the app's backend to revoke (RFC 7009, as a form that needs no preflight).

use std::cell::Cell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use js_sys::JsString;
use web_sys::AbortController;

use super::io::{self, Form, Parts};
use super::shell::{self, Shell};
use super::{endpoint, timer};
use crate::core::{Batch, Generation, Reason, RevokeOutcome};

/// What a revoke request says.
pub(super) struct Revocation {
    pub(super) tokens: Vec<Generation>,
    pub(super) pending: Vec<Generation>,
    pub(super) reason: Reason,
    pub(super) whole_session: bool,
}

fn form(shell: &Shell, revocation: &Revocation) -> Form {
    let body = Form::new();
    let secrets = shell.secrets.borrow();
    for &generation in &revocation.tokens {
        if let Some(secret) = secrets.get(generation) {
            let (name, value) = secret.named();
            body.append(name, value);
        }
    }
    body.append("session", &shell.session.borrow());
    for generation in &revocation.pending {
        // Concatenation is how JavaScript writes a number in decimal.
        body.append("pending", &JsString::from("").concat(&generation.0.into()));
    }
    if revocation.whole_session {
        body.append("whole_session", &"1".into());
    }
    body.append("reason", &revocation.reason.as_str().into());
    body
}

/// The page is going: hands the request to the browser before it returns.
pub(super) fn hand_over(shell: &Shell, revocation: &Revocation) {
    let endpoints = &shell.endpoints;
    if let Some(url) = &endpoints.revoke_url {
        let form = form(shell, revocation);
        io::hand_over(url, &form, endpoints.revoke_headers.as_ref());
    }
}

/// The page lives: the answer says whether it worked.
pub(super) fn send_and_await(shell: &Rc<Shell>, batch: Batch, revocation: &Revocation) {
    let endpoints = &shell.endpoints;
    let (Some(url), Ok(controller)) = (&endpoints.revoke_url, AbortController::new()) else {
        return shell.revoke_answered(batch, RevokeOutcome::Refused);
    };
    shell.others.borrow_mut().push((batch, controller.clone()));
    let signal = controller.signal();
    let wait = timer::clamped(shell.request_timeout);
    let back = shell.clone();
    let settle = move |outcome| {
        shell::take(&back.others, batch);
        back.revoke_answered(batch, outcome);
    };
    // Whichever comes first: a patched `fetch` may heed no signal.
    let settle = Rc::new(Cell::new(Some(settle)));
    let giving_up = settle.clone();
    let time_out = Timeout::new(wait, move || {
        controller.abort();
        if let Some(settle) = giving_up.take() {
            settle(RevokeOutcome::TryAgain(None));
        }
    });
    let callback = io::once(move |answer, _| {
        drop(time_out);
        let answer = Parts::new(answer);
        let outcome = match endpoint::status(&answer) {
            0 => RevokeOutcome::TryAgain(None),
            // A page, of an app that answers every path with it.
            _ if endpoint::is_html(&answer) => RevokeOutcome::Refused,
            status => RevokeOutcome::of(status, endpoint::retry_after(&answer)),
        };
        if let Some(settle) = settle.take() {
            settle(outcome);
        }
    });
    let headers = endpoints.revoke_headers.as_ref();
    io::revoke(url, &form(shell, revocation), headers, &signal, &callback);
}
