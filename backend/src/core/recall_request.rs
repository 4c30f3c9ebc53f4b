//! What an app, or an operator, asks to be taken back.

use serde_json::{Map, Value};

use super::names::{Reason, RecallScope};
use super::recall::Recall;
use super::withdraw::RecallOp;

/// The longest name of a user, a sign-in or a page life.
const MAX_NAME: usize = 256;

impl RecallOp {
    /// Reads one: whom it is about (`session`, `sign_in`, `user` or `all`), and what is revoked
    /// (`revoke`: `"all"`, `"stop"`, or ids of requests of one page life). `None` if it is none.
    pub fn parse(body: &[u8]) -> Option<Self> {
        let fields: Map<String, Value> = serde_json::from_slice(body).ok()?;
        let mut scope = None;
        let mut recall = Recall::All;
        for (name, value) in &fields {
            let text = value
                .as_str()
                .filter(|text| (1..=MAX_NAME).contains(&text.len()));
            let text = text.map(str::to_owned);
            let one = match name.as_str() {
                "revoke" => {
                    recall = Recall::parse(value)?;
                    continue;
                }
                "all" => value.as_bool()?.then_some(RecallScope::All)?,
                "session" => RecallScope::Session(text?),
                "sign_in" => RecallScope::SignIn(text?),
                "user" => RecallScope::User(text?),
                // What cannot be understood must not be taken for more, or less, than it says.
                _ => return None,
            };
            if scope.replace(one).is_some() {
                return None;
            }
        }
        let scope = scope?;
        let names_requests = matches!(recall, Recall::Requests(_));
        if names_requests && !matches!(scope, RecallScope::Session(_)) {
            return None;
        }
        let reason = match scope {
            RecallScope::SignIn(_) => Reason::Logout,
            RecallScope::All | RecallScope::Session(_) | RecallScope::User(_) => Reason::Recalled,
        };
        Some(Self {
            scope,
            recall,
            reason,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recall_says_whom_and_nothing_that_is_not_understood() {
        let scope = |body: &str| RecallOp::parse(body.as_bytes()).map(|recall| recall.scope);
        let user = RecallScope::User("u1".to_owned());
        assert_eq!(scope(r#"{"user":"u1"}"#), Some(user));
        assert_eq!(
            scope(r#"{"all":true,"revoke":"stop"}"#),
            Some(RecallScope::All)
        );
        assert!(scope(r#"{"session":"s","revoke":["1"]}"#).is_some());
        for body in [
            "",
            "{}",
            r#"{"revoke":"all"}"#,
            r#"{"all":false}"#,
            r#"{"all":"true"}"#,
            r#"{"user":""}"#,
            r#"{"user":7}"#,
            r#"{"user":"u1","sign_in":"s"}"#,
            r#"{"user":"u1","revoke":["1"]}"#,
            r#"{"user":"u1","revoke":"some"}"#,
            r#"{"user":"u1","tenant":"t"}"#,
        ] {
            assert_eq!(scope(body), None, "{body}");
        }
    }
}
