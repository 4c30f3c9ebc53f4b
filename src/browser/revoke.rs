//! Asks the app's backend to revoke (RFC 7009, as a form that needs no preflight).

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use js_sys::JsString;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::AbortController;

use super::io::{self, Answer, Form};
use super::shell::Shell;
use super::{endpoint, timer};
use crate::core::{Batch, Generation, Reason, RevokeOutcome};

/// What a revoke request says.
pub(super) struct Revocation<'a> {
    pub(super) tokens: &'a [Generation],
    pub(super) pending: &'a [Generation],
    pub(super) reason: Reason,
    pub(super) whole_session: bool,
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

/// The page lives: the answer says whether it worked.
pub(super) fn send_and_await(shell: Rc<Shell>, batch: Batch, form: Form) {
    spawn_local(async move {
        let outcome = awaited(&shell, &form).await;
        shell.revoke_answered(batch, outcome);
    });
}

async fn awaited(shell: &Shell, form: &Form) -> RevokeOutcome {
    let endpoints = &shell.endpoints;
    let (Some(url), Ok(controller)) = (&endpoints.revoke_url, AbortController::new()) else {
        return RevokeOutcome::Refused;
    };
    shell.revokes.borrow_mut().push(controller.clone());
    let aborting = controller.clone();
    let wait = timer::clamped(shell.request_timeout);
    let time_out = Timeout::new(wait, move || aborting.abort());
    let headers = endpoints.revoke_headers.as_ref();
    let sent = io::settled(io::revoke(url, form, headers, &controller.signal())).await;
    drop(time_out);
    shell.revokes.borrow_mut().retain(|one| *one != controller);
    let Ok(response) = sent else {
        return RevokeOutcome::TryAgain(None);
    };
    let read = JsFuture::from(io::read(&response)).await;
    let answer: Answer = read.unwrap_or_default().unchecked_into();
    RevokeOutcome::of(answer.status() as u16, endpoint::retry_after(&answer))
}
