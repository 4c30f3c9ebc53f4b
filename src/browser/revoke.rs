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
pub(super) struct Revocation<'a> {
    pub(super) tokens: &'a [Generation],
    pub(super) pending: &'a [Generation],
    pub(super) reason: Reason,
    pub(super) whole_session: bool,
}

impl Revocation<'_> {
    pub(super) const fn is_empty(&self) -> bool {
        self.tokens.is_empty() && self.pending.is_empty()
    }
}

pub(super) fn form(shell: &Shell, revocation: &Revocation<'_>) -> Form {
    let body = Form::new();
    let secrets = shell.secrets.borrow();
    for &generation in revocation.tokens {
        if let Some(secret) = secrets.get(generation) {
            match &secret.handle {
                Some(handle) => body.append("handle", handle),
                None => body.append("token", &secret.token),
            }
        }
    }
    body.append("session", &shell.session.borrow());
    for generation in revocation.pending {
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
pub(super) fn hand_over(shell: &Shell, form: &Form) {
    let endpoints = &shell.endpoints;
    if let Some(url) = &endpoints.revoke_url {
        io::hand_over(url, form, endpoints.revoke_headers.as_ref());
    }
}

/// Gives the browser a request to send when the page ends, in place of the
/// one before, where it can do that at all.
pub(super) fn defer(shell: &Shell, form: &Form, is_empty: bool) {
    if let Some(earlier) = shell.deferred.take() {
        earlier.abort();
    }
    let endpoints = &shell.endpoints;
    if let Some(url) = endpoints.revoke_url.as_ref().filter(|_| !is_empty) {
        let headers = endpoints.revoke_headers.as_ref();
        shell.deferred.set(io::defer(url, form, headers));
    }
}

/// The page lives: the answer says whether it worked.
pub(super) fn send_and_await(shell: &Rc<Shell>, batch: Batch, form: &Form) {
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
    io::revoke(url, form, headers, &signal, &callback);
}
