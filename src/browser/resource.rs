//! `fetch` with the grant's token: one replay after a 401, to allowed origins only.

use std::rc::Rc;

use gloo_net::http::Response;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

use super::io::{self, Prepared};
use super::shell::Shell;
use crate::core::{Code, Error, GrantId, Want, may_receive_token, protects_tokens};

/// Why there is no response.
pub(crate) enum FetchError {
    /// No token, or none for that URL.
    Token(Error),
    /// What `fetch` itself rejected with.
    Other(JsValue),
}

pub(crate) async fn fetch_with_token(
    shell: &Rc<Shell>,
    id: GrantId,
    input: &JsValue,
    init: &JsValue,
) -> Result<JsValue, FetchError> {
    let prepared = io::prepare(input, init).map_err(FetchError::Other)?;
    if !is_allowed(shell, id, &prepared) {
        return Err(FetchError::Token(Error::new(Code::OriginNotAllowed)));
    }
    let signal = prepared.signal();
    let mut request = prepared.request();
    let mut first = true;
    loop {
        let acquired = shell.acquired(id, Want::default(), Some(&signal)).await;
        let (generation, token) = acquired.map_err(|error| as_fetch_does(error, &signal))?;
        let sent = JsFuture::from(io::send(&request, &token)).await;
        let response = sent.map_err(FetchError::Other)?;
        if !std::mem::take(&mut first) || !asks_for_another_token(&response) {
            return Ok(response);
        }
        shell.refused(id, generation);
        let Some(replay) = prepared.replay() else {
            return Ok(response);
        };
        io::discard(&response);
        request = replay;
    }
}

fn is_allowed(shell: &Shell, id: GrantId, prepared: &Prepared) -> bool {
    let key = shell.key(id);
    let resource = key.as_ref().and_then(|key| io::origin_of(key.resource()?));
    protects_tokens(&prepared.protocol(), &prepared.hostname())
        && may_receive_token(
            &prepared.origin(),
            resource.as_deref(),
            &shell.endpoints.allowed_origins,
        )
}

/// An aborted `fetch` rejects with the signal's reason.
fn as_fetch_does(error: Error, signal: &AbortSignal) -> FetchError {
    if error.code == Code::Aborted {
        FetchError::Other(signal.reason())
    } else {
        FetchError::Token(error)
    }
}

/// A 401, unless it says that no token of this grant will do (RFC 6750
/// section 3.1); on another origin the header is mostly unreadable.
fn asks_for_another_token(response: &JsValue) -> bool {
    let answer = Response::from(response.clone().unchecked_into::<web_sys::Response>());
    answer.status() == 401 && !io::is_insufficient_scope(response)
}
