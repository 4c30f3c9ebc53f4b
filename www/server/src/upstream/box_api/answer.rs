//! What Box answers, of which nothing is ever quoted.

use serde::Deserialize;

use crate::upstream::{Restriction, UpstreamError};

/// Longer than any answer of these endpoints.
const MAX_ANSWER: u64 = 64 * 1024;
/// The life of a token whose answer does not tell it.
const DEFAULT_LIFETIME: u64 = 300;

/// What of an answer is of use.
pub(super) struct Answer {
    pub(super) status: u16,
    retry_after: Option<u64>,
    body: Vec<u8>,
}

impl Answer {
    pub(super) fn of(agent: &ureq::Agent, url: &str, body: String) -> Option<Self> {
        let request = agent
            .post(url)
            .header("Accept", "application/json")
            .header("Content-Type", "application/x-www-form-urlencoded");
        let mut response = request.send(body).ok()?;
        let retry_after = response.headers().get("retry-after");
        Some(Self {
            status: response.status().as_u16(),
            retry_after: retry_after.and_then(|value| value.to_str().ok()?.trim().parse().ok()),
            body: response
                .body_mut()
                .with_config()
                .limit(MAX_ANSWER)
                .read_to_vec()
                .ok()?,
        })
    }

    pub(super) fn token(self) -> Result<TokenAnswer, UpstreamError> {
        // serde's errors quote what they found, a token among it.
        serde_json::from_slice(&self.body)
            .map_err(|_| UpstreamError::Unavailable { retry_after: None })
    }

    pub(super) fn error_code(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct ErrorAnswer {
            error: String,
        }
        serde_json::from_slice::<ErrorAnswer>(&self.body)
            .ok()
            .map(|answer| answer.error)
    }

    pub(super) fn failure(&self) -> UpstreamError {
        let retry_after = self.retry_after;
        match self.status {
            429 => UpstreamError::RateLimited { retry_after },
            400 | 401 | 403 => match self.error_code().as_deref() {
                Some("invalid_scope") => UpstreamError::InvalidScope,
                Some("invalid_resource" | "invalid_target") => UpstreamError::InvalidTarget,
                Some("invalid_client" | "unauthorized_client") => UpstreamError::Misconfigured,
                // RFC 8693 section 2.2.2 has `invalid_request` for a subject token
                // that is dead; nothing else of this client's request can be wrong.
                Some("invalid_grant" | "invalid_request" | "invalid_token") => {
                    UpstreamError::SubjectRejected
                }
                None if self.status == 401 => UpstreamError::SubjectRejected,
                Some(_) | None => UpstreamError::Misconfigured,
            },
            _ => UpstreamError::Unavailable { retry_after },
        }
    }
}

#[derive(Deserialize)]
pub(super) struct TokenAnswer {
    pub(super) access_token: String,
    expires_in: Option<f64>,
    pub(super) scope: Option<String>,
    #[serde(default)]
    pub(super) restricted_to: Vec<Restriction>,
}

impl TokenAnswer {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast from a float saturates, and part of a second counts for nothing"
    )]
    pub(super) fn lifetime(&self) -> u64 {
        self.expires_in
            .map_or(DEFAULT_LIFETIME, |seconds| seconds as u64)
    }
}
