//! What an authorization server answers, of which nothing is ever quoted.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::secret::Secret;
use super::upstream::{Minted, Restriction, UpstreamError, lifetime};

/// The longest that is read: longer than any answer of these endpoints.
pub const MAX_UPSTREAM_ANSWER: usize = 64 * 1024;

/// What of an answer is of use.
pub struct UpstreamAnswer {
    status: u16,
    retry_after: Option<u64>,
    body: Vec<u8>,
}

impl UpstreamAnswer {
    /// One with this status, so many seconds to wait, and a body. `None` if that is too long.
    pub fn new(status: u16, retry_after: Option<u64>, body: Vec<u8>) -> Option<Self> {
        (body.len() <= MAX_UPSTREAM_ANSWER).then_some(Self {
            status,
            retry_after,
            body,
        })
    }

    /// To a request for a token.
    pub fn token(self) -> Result<UpstreamToken, UpstreamError> {
        if self.status != 200 {
            let error = self.failure();
            if let UpstreamError::Unavailable { retry_after } = error
                && self.error_code().is_none()
            {
                // That is no word of the server that mints: something before it has answered, or
                // it has broken down on the way.
                return Err(UpstreamError::Unanswered { retry_after });
            }
            return Err(error);
        }
        UpstreamToken::read(&self.body).ok_or(UpstreamError::Unanswered { retry_after: None })
    }

    /// To a request for a token on this backend's own authority.
    pub fn own_token(self) -> Result<UpstreamToken, UpstreamError> {
        let code = self.known_code();
        self.token().map_err(|error| error.of_own_request(code))
    }

    /// Whether it refuses the subject token of a request for a token: then another one may be accepted.
    pub fn refuses_the_subject(self) -> bool {
        matches!(self.token(), Err(UpstreamError::SubjectRejected))
    }

    /// RFC 7009 section 2.2: a token that is not valid is a success; Box says so with an
    /// error, which is a 400. Some servers succeed with 204, which has nothing to
    /// read either. In an answer with another status, the same word is about something else: a
    /// gateway's 401, or a server that fails and says nothing of the token.
    pub fn revoked(&self) -> Result<(), UpstreamError> {
        let is_dead_already =
            || self.status == 400 && self.error_code().as_deref() == Some("invalid_token");
        if (200..300).contains(&self.status) || is_dead_already() {
            return Ok(());
        }
        let error = self.failure();
        // There is no subject here: RFC 6749 section 5.2 has 401 for the client.
        if error == UpstreamError::SubjectRejected && self.status != 400 {
            let code = self.known_code();
            return Err(UpstreamError::Misconfigured { code });
        }
        Err(error)
    }

    fn error_code(&self) -> Option<String> {
        part::<ErrorCode>(&self.body).error
    }

    /// The server's code, if it is none of its own making.
    fn known_code(&self) -> Option<&'static str> {
        let code = self.error_code()?;
        UpstreamError::CODES
            .into_iter()
            .find(|&known| known == code)
    }

    fn failure(&self) -> UpstreamError {
        let retry_after = self.retry_after;
        match self.status {
            429 => UpstreamError::RateLimited { retry_after },
            400 | 401 | 403 => match self.error_code().as_deref() {
                Some("invalid_scope") => UpstreamError::InvalidScope,
                Some("invalid_resource" | "invalid_target") => UpstreamError::InvalidTarget,
                Some("invalid_grant" | "invalid_token") => UpstreamError::SubjectRejected,
                Some("invalid_request") if self.is_about_the_subject() => {
                    UpstreamError::SubjectRejected
                }
                Some("server_error" | "temporarily_unavailable") => {
                    UpstreamError::Unavailable { retry_after }
                }
                None if self.status == 401 => UpstreamError::SubjectRejected,
                // `invalid_client`, `unauthorized_client` and the like are about this backend,
                // and so is a request that it puts together wrongly.
                Some(_) | None => UpstreamError::Misconfigured {
                    code: self.known_code(),
                },
            },
            _ => UpstreamError::Unavailable { retry_after },
        }
    }

    /// RFC 8693 section 2.2.2 has `invalid_request` for a subject token that is dead, RFC 6749
    /// section 5.2 for a parameter that is missing or unknown. It is taken for the former, which
    /// happens to what has worked before, unless its description says the latter, which
    /// happens to whoever sets this up.
    fn is_about_the_subject(&self) -> bool {
        const OF_THE_REQUEST: [&str; 6] = [
            "client",
            "missing",
            "parameter",
            "required",
            "token_type",
            "unsupported",
        ];
        let description = part::<Description>(&self.body).error_description;
        let words = description.unwrap_or_default().to_ascii_lowercase();
        !OF_THE_REQUEST.iter().any(|word| words.contains(word))
    }
}

/// What of a body can be read as `T`; else nothing. What stands beside it, a number that fits
/// into no type for example, is not looked at. serde's errors quote what they found, a token
/// among it: none gets out of here.
fn part<T: Default + DeserializeOwned>(body: &[u8]) -> T {
    serde_json::from_slice(body).unwrap_or_default()
}

#[derive(Default, Deserialize)]
struct ErrorCode {
    error: Option<String>,
}

#[derive(Default, Deserialize)]
struct Description {
    error_description: Option<String>,
}

#[derive(Default, Deserialize)]
struct Token {
    access_token: Option<String>,
}

#[derive(Default, Deserialize)]
struct Life {
    #[serde(default)]
    expires_in: Value,
}

#[derive(Default, Deserialize)]
struct Scope {
    #[serde(default)]
    scope: Value,
}

#[derive(Default, Deserialize)]
struct Restricted {
    #[serde(default)]
    restricted_to: Value,
}

/// Each field is read by itself, and all but one leniently: a token that was minted must not be
/// lost over how its life is written.
pub struct UpstreamToken {
    /// The token.
    pub access_token: String,
    expires_in: Value,
    scope: Value,
    restricted_to: Value,
}

impl std::fmt::Debug for UpstreamAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "UpstreamAnswer({})", self.status)
    }
}

impl std::fmt::Debug for UpstreamToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UpstreamToken(…)")
    }
}

impl UpstreamToken {
    fn read(body: &[u8]) -> Option<Self> {
        Some(Self {
            access_token: part::<Token>(body).access_token?,
            expires_in: part::<Life>(body).expires_in,
            scope: part::<Scope>(body).scope,
            restricted_to: part::<Restricted>(body).restricted_to,
        })
    }

    /// Its life in seconds, where that was told.
    pub fn lifetime(&self) -> Option<u64> {
        lifetime(Some(&self.expires_in))
    }

    /// The token, where `wanted` are the scopes that were asked for.
    pub fn minted(self, wanted: &str) -> Minted {
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
mod tests;
