//! Its answers.

use axum::{body::Body, http::StatusCode, response::Response};
use downscope_backend::core::Refusal;
use serde_json::{Value, json};

use crate::flaw::Flaw;

/// An answer.
pub(super) struct Reply {
    pub(super) status: u16,
    body: Option<Value>,
    retry_after: Option<u64>,
}

impl Reply {
    pub(super) const fn ok(body: Value) -> Self {
        Self {
            status: 200,
            body: Some(body),
            retry_after: None,
        }
    }

    pub(super) const fn empty(status: u16) -> Self {
        Self {
            status,
            body: None,
            retry_after: None,
        }
    }

    pub(super) fn error(status: u16, code: &str) -> Self {
        Self {
            status,
            body: Some(json!({ "error": code })),
            retry_after: None,
        }
    }

    pub(super) fn after(self, seconds: u64) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }

    pub(super) fn without_wait(self) -> Self {
        Self {
            retry_after: None,
            ..self
        }
    }

    pub(super) fn saying(mut self, words: &str) -> Self {
        if let Some(body) = &mut self.body {
            body["error_description"] = json!(words);
        }
        self
    }

    pub(super) fn into_response(self, flaw: Flaw) -> Response {
        let is_error = self.status >= 400;
        let body = match self.body {
            Some(_) if is_error && flaw == Flaw::RefusesInText => "Refused.".to_owned(),
            Some(body) => body.to_string(),
            None => String::new(),
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or_default();
        let challenge = if flaw == Flaw::ChallengesWithADialog {
            "Basic realm=\"app\""
        } else {
            "Cookie realm=\"app\""
        };
        let wait = self.retry_after.map(|seconds| seconds.to_string());
        for (name, value) in [
            ("content-type", Some("application/json")),
            (
                "cache-control",
                Some("no-store").filter(|_| flaw != Flaw::LetsCachesStore),
            ),
            ("retry-after", wait.as_deref()),
            (
                "www-authenticate",
                Some(challenge).filter(|_| self.status == 401),
            ),
        ] {
            if let Some(value) = value.and_then(|value| value.parse().ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        Self {
            status: refusal.status,
            body: Some(refusal.to_json()),
            retry_after: refusal.retry_after,
        }
    }
}
