//! What the app answers.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    core::{Owner, Pattern, Policy, Secret},
    edge::Identity,
};

/// The longest name of a user or a sign-in.
const MAX_NAME: usize = 256;
/// The longest subject token.
const MAX_TOKEN: usize = 16 * 1024;

/// Field names are those of the contract; what else is there is ignored, so that an app
/// can be newer than the service.
#[derive(Deserialize)]
struct Fields {
    user: String,
    sign_in: String,
    #[serde(default)]
    subject_token: Option<String>,
    #[serde(default)]
    resources: Option<Vec<String>>,
    #[serde(default)]
    scopes: Option<BTreeSet<String>>,
}

/// Reads it. An error if it makes no sense, in words for the log: then nobody is given
/// anything. What it leaves out of `resources` and `scopes` is as in `policy`.
pub(super) fn read(body: &[u8], policy: &Policy) -> Result<Identity, &'static str> {
    let fields: Fields = serde_json::from_slice(body).map_err(|_| what_is_wrong(body))?;
    let is_name =
        |name: &str| (1..=MAX_NAME).contains(&name.len()) && !name.chars().any(char::is_control);
    if !is_name(&fields.user) {
        return Err("its `user` must have 1 to 256 bytes without control characters");
    }
    if !is_name(&fields.sign_in) {
        return Err("its `sign_in` must have 1 to 256 bytes without control characters");
    }
    let is_token = |token: &String| {
        (1..=MAX_TOKEN).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
    };
    if !fields.subject_token.iter().all(is_token) {
        return Err("its `subject_token` is none: 1 to 16,384 bytes of ASCII without spaces");
    }
    let own = match (fields.resources, fields.scopes) {
        (None, None) => None,
        (resources, scopes) => Some(Policy {
            resources: match resources {
                None => policy.resources.clone(),
                Some(texts) => {
                    let patterns = texts.iter().map(|text| Pattern::parse(text));
                    patterns.collect::<Option<_>>().ok_or(NO_RESOURCES)?
                }
            },
            scopes: scopes.unwrap_or_else(|| policy.scopes.clone()),
        }),
    };
    Ok(Identity {
        owner: Owner {
            user: fields.user,
            sign_in: fields.sign_in,
        },
        subject: fields.subject_token.map(Secret::from),
        policy: own,
    })
}

const NO_OBJECT: &str = "it is no JSON object";
const NO_RESOURCES: &str = "its `resources` must be a list of absolute URIs, of which the last \
     segment may be *";

/// What keeps it from being read at all. What serde says of it would quote it.
fn what_is_wrong(body: &[u8]) -> &'static str {
    let Ok(fields) = serde_json::from_slice::<Map<String, Value>>(body) else {
        return NO_OBJECT;
    };
    let is_text = |name: &str| fields.get(name).map(Value::is_string);
    let is_texts = |name: &str| match fields.get(name) {
        None | Some(Value::Null) => true,
        Some(list) => list
            .as_array()
            .is_some_and(|list| list.iter().all(Value::is_string)),
    };
    match (is_text("user"), is_text("sign_in")) {
        (None, _) => "its `user` is missing",
        (Some(false), _) => "its `user` must be a string: String(userId)",
        (_, None) => "its `sign_in` is missing",
        (_, Some(false)) => "its `sign_in` must be a string: String(signInId)",
        (Some(true), Some(true)) if !is_texts("resources") => NO_RESOURCES,
        (Some(true), Some(true)) if !is_texts("scopes") => "its `scopes` must be a list of strings",
        (Some(true), Some(true)) => "its `subject_token` must be a string, or a name stands twice",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn policy() -> Policy {
        Policy::new(Pattern::parse("https://api.example/*"), ["a", "b"])
    }

    fn identity(body: &Value) -> Option<Identity> {
        read(body.to_string().as_bytes(), &policy()).ok()
    }

    #[test]
    fn what_makes_no_sense_gives_nobody_anything() {
        let long = "u".repeat(MAX_NAME + 1);
        for body in [
            json!({}),
            json!({ "user": "u" }),
            json!({ "user": "", "sign_in": "s" }),
            json!({ "user": "u\n", "sign_in": "s" }),
            json!({ "user": long, "sign_in": "s" }),
            json!({ "user": 7, "sign_in": "s" }),
            json!({ "user": "u", "sign_in": "s", "subject_token": "FAKE TOKEN" }),
            json!({ "user": "u", "sign_in": "s", "resources": ["*"] }),
            json!({ "user": "u", "sign_in": "s", "scopes": "a b" }),
        ] {
            assert!(identity(&body).is_none(), "{body}");
        }
        assert_eq!(read(b"<html>", &policy()).err(), Some(NO_OBJECT));
    }

    #[test]
    fn what_is_left_out_is_as_everybody_has_it() {
        let all = identity(&json!({ "user": "u", "sign_in": "s", "tenant": 7 }));
        assert!(all.is_some_and(|identity| identity.policy.is_none()));
        let some = identity(&json!({ "user": "u", "sign_in": "s", "scopes": ["a"] }));
        let own = some.and_then(|identity| identity.policy);
        let scopes = |scopes: &[&str]| {
            let scopes: Vec<_> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
            own.as_ref()
                .map(|own| own.check("https://api.example/1", &scopes).is_ok())
        };
        assert_eq!(scopes(&["a"]), Some(true));
        assert_eq!(scopes(&["b"]), Some(false));
        let none = identity(&json!({ "user": "u", "sign_in": "s", "resources": [] }));
        let own = none.and_then(|identity| identity.policy);
        assert!(own.is_some_and(|own| own.check("https://api.example/1", &[]).is_err()));
    }
}
