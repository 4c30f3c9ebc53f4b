//! `POST /api/lease`: a page says that it lives, and hears what it is to drop.

use std::sync::Arc;

use axum::{
    Json,
    body::Body,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Number, Value, json};

use super::{
    Backend, Note, OAuthError, Reason, Recall, body, csrf, ending,
    leases::{Answer, Heard, NoLease, Renewal},
    syntax,
};
use crate::{clock::Millis, secret::Fingerprint};

const MAX_BODY: usize = 4 * 1024;

pub(super) async fn handle(
    State(backend): State<Arc<Backend>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let request = match admit(&backend, &headers, body).await {
        Ok(request) => request,
        Err(error) => return error.into_response(),
    };
    // Not in a task of its own: a request that is held ends with its connection.
    let mut response = match renew(&backend, &request).await {
        Ok(answer) => answer.into_response(),
        Err(error) => error.into_response(),
    };
    if let Some(note) = response.extensions_mut().get_mut::<Note>() {
        note.session = Some(request.session);
    }
    response
}

struct LeaseRequest {
    owner: Fingerprint,
    session: String,
    /// Of the push that the page has heard last.
    word: Option<String>,
}

/// A page life was heard from other than by its lease request.
pub(super) fn hear(
    backend: &Arc<Backend>,
    owner: Fingerprint,
    session: &str,
) -> Result<(), OAuthError> {
    ending::lapsed(backend);
    let is_signed_in = |owner| backend.sign_ins.is_live(owner);
    let heard = backend.leases.hear(session, owner, is_signed_in)?;
    end_former(backend, session, heard);
    Ok(())
}

/// The checks of the token endpoint.
async fn admit(
    backend: &Backend,
    headers: &HeaderMap,
    body: Body,
) -> Result<LeaseRequest, OAuthError> {
    csrf::check(headers, &backend.origins)?;
    let owner = backend.sign_ins.of(headers);
    let owner = owner.ok_or_else(OAuthError::login_required)?;
    let refusal = "The body must be application/json.";
    let body = body::read(headers, body, "application/json", refusal, MAX_BODY).await?;
    let fields = serde_json::from_slice::<Map<String, Value>>(&body);
    let fields =
        fields.map_err(|_| OAuthError::invalid_request("The body must be a JSON object."))?;
    let text = |name| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let session = text("session").filter(|session| syntax::is_session(session));
    let session = session.ok_or_else(|| OAuthError::invalid_request(syntax::NO_SESSION))?;
    Ok(LeaseRequest {
        owner,
        session,
        // What is no word names no push, and is no reason to give a page up.
        word: text("heard"),
    })
}

async fn renew(backend: &Arc<Backend>, request: &LeaseRequest) -> Result<Answer, OAuthError> {
    let LeaseRequest { session, word, .. } = request;
    let owner = request.owner;
    // First of all: a request that comes too late must not revive what has lapsed.
    ending::lapsed(backend);
    let is_signed_in = |owner| backend.sign_ins.is_live(owner);
    let word = word.as_deref();
    let (heard, renewal) = backend.leases.renew(session, word, owner, is_signed_in)?;
    end_former(backend, session, heard);
    match renewal {
        Renewal::Answer(answer) => {
            // The word has waited for this request: what was minted meanwhile goes with the rest.
            let recall = answer.push.as_ref().map(|push| &push.recall);
            if matches!(recall, Some(Recall::All | Recall::Stop)) && heard == Heard::Owner {
                ending::session(backend, session, Reason::Recalled);
            }
            Ok(answer)
        }
        Renewal::Hold(mut hold) => {
            hold.wait().await;
            // One that has passed to the next sign-in tells nothing of that.
            if backend.sign_ins.is_live(owner) || hold.has_passed_on() {
                Ok(hold.answer())
            } else {
                Err(OAuthError::login_required())
            }
        }
    }
}

/// What was minted for a sign-in that has ended does not pass to the next one.
fn end_former(backend: &Arc<Backend>, session: &str, heard: Heard) {
    match heard {
        Heard::NextOwner => ending::session(backend, session, Reason::Logout),
        Heard::Owner => {}
    }
}

impl From<NoLease> for OAuthError {
    fn from(none: NoLease) -> Self {
        match none {
            NoLease::Full => Self::temporarily_unavailable("Too many pages are open.", None),
            NoLease::NotYours => Self::invalid_request("`session` is in use by somebody else."),
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut body = json!({
            "renew_in": seconds(self.renew_in),
            "term": seconds(self.term),
        });
        if self.held > 0 {
            body["held"] = json!(seconds(self.held));
        }
        let detail = match self.push {
            None => "renewed",
            Some(push) => {
                body["revoke"] = push.recall.to_json();
                body["word"] = push.word.into();
                match push.recall {
                    Recall::All => "renewed: all recalled",
                    Recall::Requests(_) => "renewed: some recalled",
                    Recall::Stop => "renewed: stop",
                }
            }
        };
        let mut response = Json(body).into_response();
        response.extensions_mut().insert(Note::new(detail));
        response
    }
}

/// Without a point where there is no need for one.
fn seconds(millis: Millis) -> Option<Number> {
    if millis.is_multiple_of(1_000) {
        return Some((millis / 1_000).into());
    }
    Number::from_f64(millis as f64 / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_whole_where_they_can_be() {
        let text = |millis| seconds(millis).map(|number| number.to_string());
        assert_eq!(text(0).as_deref(), Some("0"));
        assert_eq!(text(90_000).as_deref(), Some("90"));
        assert_eq!(text(1_500).as_deref(), Some("1.5"));
    }
}
