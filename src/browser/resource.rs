//! `fetch` with the grant's token: one replay after a 401, to allowed origins only.

use std::rc::Rc;

use gloo_net::http::Response;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::AbortSignal;

use super::io::prepared::{HOSTNAME, ORIGIN, PROTOCOL, REPLAY, REQUEST, SIGNAL};
use super::io::{self, Parts};
use super::shell::{Acquired, Shell};
use crate::core::{Code, Error, GrantId, Want, may_receive_token, protects_tokens};

/// Why there is no response.
pub(crate) enum FetchError {
    /// No token, or none for that URL.
    Token(Error),
    /// What `fetch` itself rejected with.
    Other(JsValue),
}

impl From<Error> for FetchError {
    fn from(error: Error) -> Self {
        Self::Token(error)
    }
}

/// Called once, with a response or why there is none.
pub(crate) type Done = Box<dyn FnOnce(Result<JsValue, FetchError>)>;

/// Fetches with the grant's token; see [`Done`].
pub(crate) fn fetch_with_token(
    shell: &Rc<Shell>,
    id: GrantId,
    input: &JsValue,
    init: &JsValue,
    done: Done,
) {
    match io::prepare(input, init) {
        Err(error) => done(Err(FetchError::Other(error))),
        Ok(prepared) => {
            let prepared = Parts::new(prepared);
            if is_allowed(shell, id, &prepared) {
                attempt(shell.clone(), id, prepared, REQUEST, done);
            } else {
                done(Err(Error::new(Code::OriginNotAllowed).into()));
            }
        }
    }
}

fn attempt(shell: Rc<Shell>, id: GrantId, prepared: Parts, which: u32, done: Done) {
    let signal: AbortSignal = prepared.get(SIGNAL).unchecked_into();
    let reason = signal.clone();
    let sender = shell.clone();
    let send = move |acquired: Result<Acquired, Error>| match acquired {
        // As an aborted `fetch` rejects: with the signal's reason.
        Err(error) if error.code == Code::Aborted => {
            done(Err(FetchError::Other(reason.reason())));
        }
        Err(error) => done(Err(error.into())),
        Ok((generation, token)) => {
            let request = prepared.get(which);
            let callback = io::once(move |value, is_response| {
                if !is_response {
                    return done(Err(FetchError::Other(value)));
                }
                if which == REPLAY || !asks_for_another_token(&value) {
                    return done(Ok(value));
                }
                sender.refused(id, generation);
                if prepared.get(REPLAY).is_undefined() {
                    return done(Ok(value));
                }
                io::discard(&value);
                attempt(sender, id, prepared, REPLAY, done);
            });
            io::send(&request, &token, &callback);
        }
    };
    shell.acquire(id, Want::default(), Some(&signal), Box::new(send));
}

fn is_allowed(shell: &Shell, id: GrantId, prepared: &Parts) -> bool {
    let key = shell.key(id);
    let resource = key.as_ref().and_then(|key| io::origin_of(key.resource()?));
    let text = |place| prepared.text(place).unwrap_or_default();
    protects_tokens(&text(PROTOCOL), &text(HOSTNAME))
        && may_receive_token(
            &text(ORIGIN),
            resource.as_deref(),
            &shell.endpoints.allowed_origins,
        )
}

/// A 401, unless it says that no token of this grant will do (RFC 6750
/// section 3.1); on another origin the header is mostly unreadable.
fn asks_for_another_token(response: &JsValue) -> bool {
    // A patched `fetch` may resolve with anything.
    if !response.is_object() {
        return false;
    }
    let answer = Response::from(response.clone().unchecked_into::<web_sys::Response>());
    answer.status() == 401 && !io::is_insufficient_scope(response)
}
