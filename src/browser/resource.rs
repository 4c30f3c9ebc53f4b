//! `fetch` with the grant's token: one replay after a 401, to allowed origins only.

use std::rc::Rc;

use js_sys::{Function, JsString};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Request};

use super::shell::Shell;
use super::{fetch, js, url};
use crate::core::{Code, Error, GrantId, Want};

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

pub(crate) async fn fetch_with_token(
    shell: &Rc<Shell>,
    id: GrantId,
    input: &JsValue,
    init: &JsValue,
) -> Result<JsValue, FetchError> {
    let request = js::request(input, init).map_err(FetchError::Other)?;
    check_origin(shell, id, &request)?;
    let signal = request.signal();
    // Before the first send: afterwards the body is used up.
    let replay = if is_stream(&js::get(init, "body")) {
        None
    } else {
        request.clone().ok()
    };
    let acquired = shell.acquired(id, Want::default(), Some(&signal)).await;
    let (generation, token) = acquired.map_err(|error| as_fetch_does(error, &signal))?;
    let response = send(&request, &token).await.map_err(FetchError::Other)?;
    if !asks_for_another_token(&response) {
        return Ok(response);
    }
    shell.refused(id, generation);
    let Some(replay) = replay else {
        return Ok(response);
    };
    discard(&response);
    let acquired = shell.acquired(id, Want::default(), Some(&signal)).await;
    let (_, token) = acquired.map_err(|error| as_fetch_does(error, &signal))?;
    send(&replay, &token).await.map_err(FetchError::Other)
}

/// An aborted `fetch` rejects with the signal's reason.
fn as_fetch_does(error: Error, signal: &AbortSignal) -> FetchError {
    if error.code == Code::Aborted {
        FetchError::Other(signal.reason())
    } else {
        FetchError::Token(error)
    }
}

fn send(request: &Request, token: &JsString) -> JsFuture {
    let headers: js::HeaderList = js::get(request, "headers").unchecked_into();
    let value = JsString::from("Bearer ").concat(token);
    match headers.set("authorization", &value) {
        Ok(()) => fetch::fetch(request),
        Err(error) => js::settled(Err(error)),
    }
}

fn check_origin(shell: &Shell, id: GrantId, request: &Request) -> Result<(), Error> {
    let key = shell.key(id).ok_or(Error::new(Code::Closed))?;
    let allowed = &shell.endpoints.allowed_origins;
    if url::may_carry_token(&request.url(), key.resource(), allowed) {
        Ok(())
    } else {
        Err(Error::new(Code::OriginNotAllowed))
    }
}

/// A 401, unless it says that no token of this grant will do (RFC 6750
/// section 3.1); on another origin the header is mostly unreadable.
fn asks_for_another_token(response: &JsValue) -> bool {
    js::get(response, "status") == 401
        && !fetch::header(response, "www-authenticate")
            .is_some_and(|challenge| challenge.includes("insufficient_scope", 0))
}

/// Lets go of the connection of an answer that nobody will read.
fn discard(response: &JsValue) {
    let body = js::get(response, "body");
    if let Ok(cancel) = js::get(&body, "cancel").dyn_into::<Function>() {
        let _ = cancel.call0(&body);
    }
}

fn is_stream(body: &JsValue) -> bool {
    js::get(body, "getReader").is_function()
}
