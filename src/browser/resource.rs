//! `fetch` with the grant's token: one replay after a 401, to allowed origins only.

use std::rc::Rc;

use gloo_net::http::Response;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::AbortSignal;

use super::call;
use super::io::{self, Part};
use super::shell::{Acquired, Shell};
use crate::core::{Code, Error, Generation, GrantId, Want, may_receive_token, protects_tokens};

/// What is sent, as `prepare` in `io.js` names it: the request, and its copy.
const FIRST: &str = "first";
const REPLAY: &str = "replay";

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
    grant: GrantId,
    input: &JsValue,
    init: &JsValue,
    done: Done,
) {
    match io::prepare(shell.wire.as_js(), input, init) {
        Err(error) => done(Err(FetchError::Other(error))),
        Ok(prepared) => {
            let prepared = Part::new(prepared);
            if !is_allowed(shell, grant, &prepared) {
                return done(Err(Error::new(Code::OriginNotAllowed).into()));
            }
            Box::new(Fetch {
                shell: shell.clone(),
                grant,
                prepared,
                which: FIRST,
                done,
            })
            .ask();
        }
    }
}

/// A fetch on its way; boxed, since each step hands it on to the next.
struct Fetch {
    shell: Rc<Shell>,
    grant: GrantId,
    prepared: Part,
    /// [`FIRST`] or [`REPLAY`].
    which: &'static str,
    done: Done,
}

impl Fetch {
    fn ask(self: Box<Self>) {
        let shell = self.shell.clone();
        let grant = self.grant;
        let signal = self.signal();
        let sink = Box::new(move |acquired| self.acquired(acquired));
        shell.acquire(grant, Want::default(), signal.as_ref(), sink);
    }

    fn acquired(self: Box<Self>, acquired: Result<Acquired, Error>) {
        match acquired {
            // As an aborted `fetch` rejects: with the signal's reason.
            Err(error) if error.code == Code::Aborted => {
                let reason = self.signal().map(|signal| signal.reason());
                (self.done)(Err(FetchError::Other(reason.unwrap_or_default())));
            }
            Err(error) => (self.done)(Err(error.into())),
            Ok((generation, token)) => {
                let request = self.prepared.get(self.which);
                let init = self.prepared.get("init");
                let callback = call::once(move |value, is_response| {
                    self.answered(generation, value, is_response);
                });
                io::send(&request, &init, &token, &callback);
            }
        }
    }

    fn answered(mut self: Box<Self>, generation: Generation, value: JsValue, is_response: bool) {
        if !is_response {
            return (self.done)(Err(FetchError::Other(value)));
        }
        let sent_to = self.prepared.text("origin").unwrap_or_default();
        let has_another = asks_for_another_token(&value, &sent_to)
            && self.shell.unauthorized(self.grant, generation);
        if !has_another || self.which == REPLAY || self.prepared.get(REPLAY).is_undefined() {
            return (self.done)(Ok(value));
        }
        io::discard(&value);
        self.which = REPLAY;
        self.ask();
    }
}

impl Fetch {
    fn signal(&self) -> Option<AbortSignal> {
        let signal = self.prepared.get("signal");
        (!signal.is_undefined()).then(|| signal.unchecked_into())
    }
}

fn is_allowed(shell: &Shell, id: GrantId, prepared: &Part) -> bool {
    let key = shell.key(id);
    let resource = key
        .as_ref()
        .and_then(|key| io::origin_of(&key.resource()?.into()));
    let text = |name| prepared.text(name).unwrap_or_default();
    protects_tokens(&text("protocol"), &text("hostname"))
        && may_receive_token(&text("origin"), resource.as_deref(), &text("allowed"))
}

/// A 401, unless it says that no token of this grant will do (RFC 6750
/// section 3.1; on another origin the header is mostly unreadable), or it comes
/// from where a redirect led: the token was not sent there.
fn asks_for_another_token(response: &JsValue, sent_to: &str) -> bool {
    // Asked first, since it catches what reading the response may throw.
    io::refuses_token(response)
        && Response::from(response.clone().unchecked_into::<web_sys::Response>()).status() == 401
        && io::origin_of(response).is_none_or(|origin| origin == sent_to)
}
