//! What the core answers, as HTTP responses.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::core::{LeaseAnswer, Reason, Recall, Refusal, RevokeAnswer, TokenAnswer};

/// What a handler tells the layers around it for their logs, as an extension of
/// its response: fixed words and numbers, nothing of the request but its names.
#[derive(Clone, Debug)]
pub struct Note {
    /// The page life that the request named.
    pub session: Option<String>,
    /// The user, where they are known.
    pub user: Option<String>,
    /// What happened.
    pub detail: String,
}

impl Note {
    /// Says what happened.
    pub fn new(detail: impl Into<String>) -> Self {
        Self {
            session: None,
            user: None,
            detail: detail.into(),
        }
    }

    /// Names the page life and the user.
    #[must_use]
    pub fn of(self, session: Option<String>, user: Option<String>) -> Self {
        Self {
            session,
            user,
            ..self
        }
    }
}

pub(super) fn token(answer: Result<TokenAnswer, Refusal>) -> (Response, Note) {
    match answer {
        Ok(answer) => (Json(answer.to_json()).into_response(), Note::new("minted")),
        Err(refusal) => refused(refusal),
    }
}

pub(super) fn revoke(
    answer: Result<RevokeAnswer, Refusal>,
    reason: Option<Reason>,
) -> (Response, Note) {
    let reason = reason.map_or("no reason", Reason::as_str);
    match answer {
        Ok(answer @ RevokeAnswer::Dead) => (
            status(answer.status()).into_response(),
            Note::new(format!("dead: {reason}")),
        ),
        Ok(answer @ RevokeAnswer::TakenOver) => (
            status(answer.status()).into_response(),
            Note::new(format!("taken over: {reason}")),
        ),
        Err(refusal) => refused(refusal),
    }
}

pub(super) fn lease(answer: Result<LeaseAnswer, Refusal>) -> (Response, Note) {
    match answer {
        Ok(answer) => {
            let detail = match answer.push.as_ref().map(|push| &push.recall) {
                None => "renewed",
                Some(Recall::All) => "renewed: all recalled",
                Some(Recall::Requests(_)) => "renewed: some recalled",
                Some(Recall::Stop) => "renewed: stop",
            };
            (Json(answer.to_json()).into_response(), Note::new(detail))
        }
        Err(refusal) => refused(refusal),
    }
}

pub(super) fn refused(refusal: Refusal) -> (Response, Note) {
    let mut response = (status(refusal.status), Json(refusal.to_json())).into_response();
    let headers = response.headers_mut();
    if let Some(seconds) = refusal.retry_after {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    if refusal.status == 401 {
        // RFC 9110 section 15.5.2 wants a challenge; no browser shows a dialog for this one.
        let challenge = HeaderValue::from_static("Cookie realm=\"app\"");
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    // Each of the two is fixed in this crate.
    let detail = format!("{}: {}", refusal.code, refusal.description);
    (response, Note::new(detail))
}

fn status(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Ties the note to its response.
pub(super) fn noted((mut response, note): (Response, Note)) -> Response {
    response.extensions_mut().insert(note);
    response
}
