//! Asks the app's backend to revoke (RFC 7009, as a form that needs no preflight).

use gloo_timers::callback::Timeout;
use js_sys::{JsString, Object};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortController, Navigator};

use super::shell::Shell;
use super::{answer, fetch, js};
use crate::core::{Batch, Generation, Reason, RevokeOutcome};

/// What a revoke request says.
pub(super) struct Revocation<'a> {
    pub(super) tokens: &'a [Generation],
    pub(super) pending: &'a [Generation],
    pub(super) reason: Reason,
    pub(super) whole_session: bool,
}

/// A revoke request made ready: where to, and what.
pub(super) struct Form {
    url: String,
    body: js::Form,
}

/// `None` where there is no revoke endpoint.
pub(super) fn form(shell: &Shell, revocation: &Revocation<'_>) -> Option<Form> {
    let url = shell.endpoints.revoke_url.clone()?;
    let body = js::Form::new();
    let secrets = shell.secrets.borrow();
    for &generation in revocation.tokens {
        let Some(secret) = secrets.get(generation) else {
            continue;
        };
        match &secret.handle {
            Some(handle) => body.append("handle", handle),
            None => body.append("token", &secret.token),
        }
    }
    let say = |name, value: &str| body.append(name, &JsString::from(value));
    say("session", shell.session.borrow().as_str());
    for generation in revocation.pending {
        body.append("pending", &js::decimal(generation.0));
    }
    if revocation.whole_session {
        say("whole_session", "1");
    }
    say("reason", revocation.reason.as_str());
    Some(Form { url, body })
}

/// The page is going: whatever is not handed to the browser by the time that
/// this returns is lost.
pub(super) fn hand_over(shell: &Shell, form: &Form) {
    if shell.endpoints.revoke_headers.is_none() && beacon(form) {
        return;
    }
    let init = init(shell, form);
    js::set(&init, "keepalive", true);
    // The future is dropped, but it has taken the promise's rejection, which
    // nobody can act on and would be reported as unhandled.
    drop(fetch::fetch_with(&form.url, &init));
}

/// The page lives: the answer says whether it worked.
pub(super) fn send_and_await(shell: Rc<Shell>, batch: Batch, form: Form) {
    let Ok(controller) = AbortController::new() else {
        return shell.revoke_answered(batch, RevokeOutcome::Refused);
    };
    shell.revokes.borrow_mut().push(controller.clone());
    spawn_local(async move {
        let init = init(&shell, &form);
        js::set(&init, "signal", controller.signal());
        let wait = u32::try_from(shell.request_timeout.0).unwrap_or(i32::MAX as u32);
        let aborting = controller.clone();
        let time_out = Timeout::new(wait.min(i32::MAX as u32), move || aborting.abort());
        let value = fetch::fetch_with(&form.url, &init).await;
        drop(time_out);
        let mut revokes = shell.revokes.borrow_mut();
        revokes.retain(|one| *one != controller);
        drop(revokes);
        shell.revoke_answered(batch, outcome(value.ok().as_ref()));
    });
}

fn outcome(value: Option<&JsValue>) -> RevokeOutcome {
    match value.and_then(|value| Some((value, fetch::response(value)?))) {
        Some((value, response)) => RevokeOutcome::of(response.status(), answer::retry_after(value)),
        None => RevokeOutcome::TryAgain(None),
    }
}

fn init(shell: &Shell, form: &Form) -> Object {
    let init = Object::new();
    js::set(&init, "method", "POST");
    js::set(&init, "body", form.body.clone());
    js::set(&init, "redirect", "error");
    if let Some(headers) = &shell.endpoints.revoke_headers {
        js::set(&init, "headers", headers);
    }
    init
}

/// `false` where the browser refuses it or has none (workers).
fn beacon(form: &Form) -> bool {
    let navigator = js::get(&js_sys::global(), "navigator");
    js::get(&navigator, "sendBeacon").is_function()
        && navigator
            .unchecked_ref::<Navigator>()
            .send_beacon_with_opt_url_search_params(&form.url, Some(form.body.unchecked_ref()))
            .unwrap_or(false)
}
