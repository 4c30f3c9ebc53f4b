//! What a backend has answered.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::{Map, Value};

use super::{Fault, Verdict, shown, verdict::failed};

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
    pub(super) took: Duration,
}

/// A token that was handed out.
#[derive(Clone, Debug)]
pub(super) struct Granted {
    pub(super) token: String,
    pub(super) handle: Option<String>,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body, if it is a JSON object.
    pub(super) fn object(&self) -> Option<Map<String, Value>> {
        serde_json::from_str(&self.body).ok()
    }

    /// Fails unless the status is one of these.
    pub(super) fn expect(self, what: &str, statuses: &[u16]) -> Verdict<Self> {
        if statuses.contains(&self.status) {
            return Ok(self);
        }
        Err(failed(what, self.came()))
    }

    /// The token in it.
    pub(super) fn granted(&self) -> Verdict<Granted> {
        let text = |name: &str| Some(self.object()?.get(name)?.as_str()?.to_owned());
        match text("access_token").filter(|_| self.status == 200) {
            Some(token) => Ok(Granted {
                token,
                handle: text("revocation_handle"),
            }),
            None => Err(failed("200 with an `access_token`", self.came())),
        }
    }

    /// `Retry-After`, if it is a number of seconds.
    pub(super) fn retry_after(&self) -> Option<u64> {
        self.header("retry-after")?.parse().ok()
    }

    /// It, for people.
    pub(super) fn came(&self) -> String {
        let mut came = self.status.to_string();
        if let Some(wait) = self.header("retry-after") {
            came.push_str(&format!(", Retry-After: {wait}"));
        }
        if !self.body.is_empty() {
            came.push_str(&format!(", {}", shown::body(&self.body)));
        }
        came
    }
}

/// What a revoke was answered, if it is one of what it may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Word {
    /// 204.
    Dead,
    /// 202.
    TakenOver,
    /// 503.
    NotTaken,
}

impl TryFrom<&Answer> for Word {
    type Error = Fault;

    fn try_from(answer: &Answer) -> Verdict<Self> {
        match answer.status {
            204 => Ok(Self::Dead),
            202 => Ok(Self::TakenOver),
            503 => Ok(Self::NotTaken),
            _ => Err(failed("204, 202 or 503", answer.came())),
        }
    }
}
