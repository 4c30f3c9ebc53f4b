//! What the app answers.

use std::collections::BTreeSet;

use serde::Deserialize;

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

/// Reads it. `None` if it makes no sense: then nobody is given anything. What it leaves
/// out of `resources` and `scopes` is as in `policy`.
pub(super) fn read(body: &[u8], policy: &Policy) -> Option<Identity> {
    let fields: Fields = serde_json::from_slice(body).ok()?;
    let is_name =
        |name: &str| (1..=MAX_NAME).contains(&name.len()) && !name.chars().any(char::is_control);
    if !is_name(&fields.user) || !is_name(&fields.sign_in) {
        return None;
    }
    let subject = match fields.subject_token {
        None => None,
        Some(token) => {
            let fits = (1..=MAX_TOKEN).contains(&token.len())
                && token.bytes().all(|byte| byte.is_ascii_graphic());
            Some(Secret::from(fits.then_some(token)?))
        }
    };
    let own = match (fields.resources, fields.scopes) {
        (None, None) => None,
        (resources, scopes) => Some(Policy {
            resources: match resources {
                None => policy.resources.clone(),
                Some(texts) => {
                    let patterns = texts.iter().map(|text| Pattern::parse(text));
                    patterns.collect::<Option<_>>()?
                }
            },
            scopes: scopes.unwrap_or_else(|| policy.scopes.clone()),
        }),
    };
    Some(Identity {
        owner: Owner {
            user: fields.user,
            sign_in: fields.sign_in,
        },
        subject,
        policy: own,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn policy() -> Policy {
        Policy::new(Pattern::parse("https://api.example/*"), ["a", "b"])
    }

    fn identity(body: &Value) -> Option<Identity> {
        read(body.to_string().as_bytes(), &policy())
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
        assert!(read(b"<html>", &policy()).is_none());
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
