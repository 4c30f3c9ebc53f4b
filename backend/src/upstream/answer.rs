//! What an authorization server answers, of which nothing is ever quoted.

use reqwest::Response;
use serde::Deserialize;
use serde_json::Value;

use super::MAX_ANSWER;
use crate::core::{Minted, Restriction, Secret, UpstreamError, lifetime};

/// What of an answer is of use.
pub(super) struct Answer {
    status: u16,
    retry_after: Option<u64>,
    body: Vec<u8>,
}

impl Answer {
    pub(super) async fn read(mut response: Response) -> Option<Self> {
        let retry_after = response.headers().get("retry-after");
        let retry_after = retry_after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.ok()? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_ANSWER {
                return None;
            }
        }
        Some(Self {
            status,
            retry_after,
            body,
        })
    }

    pub(super) fn token(self) -> Result<TokenAnswer, UpstreamError> {
        if self.status != 200 {
            return Err(self.failure());
        }
        // serde's errors quote what they found, a token among it.
        serde_json::from_slice(&self.body)
            .map_err(|_| UpstreamError::Unavailable { retry_after: None })
    }

    /// RFC 7009 section 2.2: a token that is not valid is a success; Box says so with an error.
    pub(super) fn revoked(&self) -> Result<(), UpstreamError> {
        if self.status == 200 || self.error_code().as_deref() == Some("invalid_token") {
            return Ok(());
        }
        Err(self.failure())
    }

    fn error_code(&self) -> Option<String> {
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        body.get("error")?.as_str().map(str::to_owned)
    }

    fn failure(&self) -> UpstreamError {
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
    /// Read leniently: a token that was minted must not be lost over how its life is written.
    #[serde(default)]
    expires_in: Value,
    #[serde(default)]
    scope: Value,
    #[serde(default)]
    restricted_to: Value,
}

impl TokenAnswer {
    pub(super) fn lifetime(&self) -> Option<u64> {
        lifetime(Some(&self.expires_in))
    }

    pub(super) fn minted(self, wanted: &str) -> Minted {
        let expires_in = self.lifetime();
        let restricted_to: Vec<_> = self
            .restricted_to
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| Restriction::deserialize(one).ok())
            .collect();
        let scope = match self.scope.as_str() {
            Some(scope) => scope.to_owned(),
            None if restricted_to.is_empty() => wanted.to_owned(),
            None => granted_scope(&restricted_to),
        };
        Minted {
            token: Secret::from(self.access_token),
            expires_in,
            scope,
            restricted_to,
        }
    }
}

/// Joins the scopes of `restrictions`, each once, in order of the alphabet.
fn granted_scope(restrictions: &[Restriction]) -> String {
    let mut scopes: Vec<&str> = restrictions.iter().map(|one| one.scope.as_str()).collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer(status: u16, body: &Value) -> Answer {
        Answer {
            status,
            retry_after: Some(7),
            body: body.to_string().into_bytes(),
        }
    }

    fn minted(body: &Value) -> Option<Minted> {
        answer(200, body)
            .token()
            .ok()
            .map(|answer| answer.minted("a b"))
    }

    #[test]
    fn a_token_is_not_lost_over_what_stands_beside_it() {
        for (body, expires_in, scope) in [
            (json!({"access_token": "FAKE"}), None, "a b"),
            (
                json!({"access_token": "FAKE", "expires_in": "60"}),
                Some(60),
                "a b",
            ),
            (
                json!({"access_token": "FAKE", "expires_in": "soon"}),
                None,
                "a b",
            ),
            (
                json!({"access_token": "FAKE", "expires_in": -1, "scope": 7}),
                None,
                "a b",
            ),
            (json!({"access_token": "FAKE", "scope": "a"}), None, "a"),
            (
                json!({"access_token": "FAKE", "restricted_to": "all"}),
                None,
                "a b",
            ),
            (
                json!({"access_token": "FAKE", "restricted_to": [
                    {"scope": "b", "object": {"type": "file", "id": "1", "name": "x"}},
                    {"scope": "a"}, 7,
                ]}),
                None,
                "b",
            ),
        ] {
            let minted = minted(&body);
            let seen = minted.map(|minted| (minted.expires_in, minted.scope));
            assert_eq!(seen, Some((expires_in, scope.to_owned())), "{body}");
        }
        for body in [json!({}), json!({"access_token": 7}), json!("FAKE")] {
            assert_eq!(minted(&body), None, "{body}");
        }
    }

    #[test]
    fn a_token_that_is_dead_already_was_revoked() {
        let error = json!({"error": "invalid_token"});
        assert_eq!(answer(400, &error).revoked(), Ok(()));
        assert_eq!(answer(200, &json!(null)).revoked(), Ok(()));
        let again = UpstreamError::Unavailable {
            retry_after: Some(7),
        };
        assert_eq!(answer(503, &error).failure(), again);
        assert_eq!(answer(302, &json!(null)).revoked(), Err(again));
    }
}
