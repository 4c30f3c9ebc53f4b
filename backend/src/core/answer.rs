//! What is answered where nothing is refused.

use serde_json::{Map, Number, Value, json};

use super::push::Word;
use super::secret::Secret;
use super::time::Millis;
use super::upstream::Restriction;

const ISSUED_TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:access_token";

/// RFC 6749 section 5.1, RFC 8693 section 2.2.1, and the handle.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TokenAnswer {
    /// The token.
    pub token: Secret,
    /// Its life in seconds; where the authorization server did not tell it, neither does
    /// this answer, and the page assumes little.
    pub expires_in: Option<u64>,
    /// The scopes that it really has.
    pub scope: String,
    /// What it is restricted to, in Box's terms.
    pub restricted_to: Vec<Restriction>,
    /// What revokes it.
    pub handle: Option<Secret>,
}

/// What a revoke is answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RevokeAnswer {
    /// 204: everything that was named is dead.
    Dead,
    /// 202: it is taken over, and repeated until it is dead. Nobody need send it again.
    TakenOver,
}

/// What a lease request is answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LeaseAnswer {
    /// When the page asks again.
    pub renew_in: Millis,
    /// How long the request was held open.
    pub held: Millis,
    /// How long the page may be silent.
    pub term: Millis,
    /// What it is to drop.
    pub push: Option<Word>,
}

impl TokenAnswer {
    /// The body of the answer.
    pub fn to_json(&self) -> Value {
        let mut body = Map::new();
        let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
        put("access_token", self.token.expose().into());
        put("issued_token_type", ISSUED_TOKEN_TYPE.into());
        put("token_type", "Bearer".into());
        if let Some(seconds) = self.expires_in {
            put("expires_in", seconds.into());
        }
        put("scope", self.scope.as_str().into());
        if !self.restricted_to.is_empty() {
            put("restricted_to", json!(self.restricted_to));
        }
        if let Some(handle) = &self.handle {
            put("revocation_handle", handle.expose().into());
        }
        Value::Object(body)
    }
}

impl RevokeAnswer {
    /// The HTTP status.
    pub const fn status(self) -> u16 {
        match self {
            Self::Dead => 204,
            Self::TakenOver => 202,
        }
    }
}

impl LeaseAnswer {
    /// The body of the answer.
    pub fn to_json(&self) -> Value {
        let mut body = json!({
            "renew_in": seconds(self.renew_in),
            "term": seconds(self.term),
        });
        if self.held > 0 {
            body["held"] = json!(seconds(self.held));
        }
        if let Some(push) = &self.push {
            body["revoke"] = push.recall.to_json();
            body["word"] = push.word.as_str().into();
        }
        body
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

    #[test]
    fn a_life_that_nobody_told_is_not_made_up() {
        let answer = TokenAnswer {
            token: "FAKE".to_owned().into(),
            expires_in: None,
            scope: "a".to_owned(),
            restricted_to: Vec::new(),
            handle: None,
        };
        assert_eq!(
            answer.to_json(),
            json!({
                "access_token": "FAKE",
                "issued_token_type": ISSUED_TOKEN_TYPE,
                "token_type": "Bearer",
                "scope": "a",
            })
        );
    }
}
