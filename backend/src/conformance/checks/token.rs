//! What the token endpoint takes and gives.

use serde_json::{Value, json};

use super::super::{
    Case, Check, Need, Theme, Verdict,
    call::{FORM, JSON},
    verdict::{ensure, failed},
};
use crate::core::MAX_TOKEN_BODY;

const ISSUED_TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:access_token";

pub(super) const THEME: Theme = Theme {
    name: "token",
    checks: &[
        Check {
            name: "token-answer",
            rule: "A token is handed out as RFC 6749 section 5.1 and RFC 8693 section 2.2.1 say.",
            why: "The SDK refuses what is no Bearer token, and needs to know how long it lives.",
            needs: &[Need::Cookie],
            run: |case| Box::pin(token_answer(case)),
        },
        Check {
            name: "token-of-the-authority",
            rule: "What is handed out is the token that was minted for this request, and it is alive.",
            why: "A broader token that the backend happens to hold must not leave it (RFC 10017 section 6.2.2.3).",
            needs: &[Need::Cookie, Need::Authority],
            run: |case| Box::pin(token_of_the_authority(case)),
        },
        Check {
            name: "no-more-than-asked",
            rule: "Neither the exchange nor the answer has a scope that the page did not ask for, or another resource.",
            why: "What limits an injected script is that each token is narrow.",
            needs: &[Need::Cookie, Need::Authority],
            run: |case| Box::pin(no_more_than_asked(case)),
        },
        Check {
            name: "scope-not-allowed",
            rule: "A scope that the user may not have is refused with 400, also beside one that they may.",
            why: "The backend decides what a page may have, not the page.",
            needs: &[Need::Cookie],
            run: |case| Box::pin(scope_not_allowed(case)),
        },
        Check {
            name: "resource-not-allowed",
            rule: "A resource that the user may not have is refused with 400, also one that begins like an allowed one, unless any last segment will do.",
            why: "Whoever compares beginnings hands out the neighbour's files.",
            needs: &[Need::Cookie],
            run: |case| Box::pin(resource_not_allowed(case)),
        },
        Check {
            name: "malformed-token-request",
            rule: "A token request that is no JSON object, or without a proper `session`, `id` or `scope`, is refused with 400.",
            why: "What is minted under no name cannot be revoked by name.",
            needs: &[Need::Cookie],
            run: |case| Box::pin(malformed_token_request(case)),
        },
        Check {
            name: "token-media-type",
            rule: "The token endpoint takes application/json, also with parameters, and answers 415 to anything else.",
            why: "A form of another site can send no JSON.",
            needs: &[Need::Cookie],
            run: |case| Box::pin(token_media_type(case)),
        },
        Check {
            name: "token-body-limit",
            rule: "A token request of 16 KiB is read; a longer one is answered 413.",
            why: "What is not bounded can be used to fill the memory.",
            needs: &[Need::Cookie],
            run: |case| Box::pin(token_body_limit(case)),
        },
        Check {
            name: "token-unknown-fields",
            rule: "Fields of a token request that the backend does not know are ignored.",
            why: "Pages can be newer than backends.",
            needs: &[Need::Cookie],
            run: |case| Box::pin(token_unknown_fields(case)),
        },
        Check {
            name: "a-token-for-each-request",
            rule: "Each request of a page life gets a token of its own.",
            why: "Two viewers share no token, so that one can be closed without the other.",
            needs: &[Need::Cookie, Need::Authority],
            run: |case| Box::pin(a_token_for_each_request(case)),
        },
    ],
};

async fn token_answer(case: &Case) -> Verdict {
    let answer = case.token(&case.page(), "1").send().await?;
    let answer = answer.expect("200", &[200])?;
    let media_type = answer.header("content-type").unwrap_or_default();
    ensure(
        media_type.to_ascii_lowercase().starts_with(JSON),
        "Content-Type: application/json",
        media_type,
    )?;
    let fields = answer.object().unwrap_or_default();
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let bearer = text("token_type").eq_ignore_ascii_case("bearer");
    ensure(bearer, "`token_type`: Bearer", answer.came())?;
    ensure(
        text("issued_token_type") == ISSUED_TOKEN_TYPE,
        format!("`issued_token_type`: {ISSUED_TOKEN_TYPE}"),
        answer.came(),
    )?;
    let is_told = fields.get("expires_in").is_some_and(is_life);
    ensure(is_told, "`expires_in` in seconds", answer.came())?;
    let granted = answer.granted()?;
    for secret in [Some(&granted.token), granted.handle.as_ref()] {
        let Some(secret) = secret else { continue };
        let fits = |byte: &u8| matches!(byte, b'!'..=b'~') && !matches!(byte, b'"' | b',' | b'\\');
        ensure(
            !secret.is_empty() && secret.len() <= 16_384 && secret.as_bytes().iter().all(fits),
            "1 to 16,384 characters that can stand in a header",
            answer.came(),
        )?;
    }
    Ok(())
}

/// Whether the SDK can read it as a number of seconds.
pub(super) fn is_life(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_some_and(|seconds| seconds >= 0.0),
        Value::String(text) => {
            let is_plain = text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.');
            is_plain && text.parse::<f64>().is_ok()
        }
        Value::Array(_) | Value::Bool(_) | Value::Null | Value::Object(_) => false,
    }
}

async fn token_of_the_authority(case: &Case) -> Verdict {
    let granted = case.granted(&case.page(), "1").await?;
    let minted = case.authority()?.minted();
    let [one] = minted.as_slice() else {
        let came = format!("{} exchanges for one request", minted.len());
        return Err(failed("one exchange", came));
    };
    ensure(
        granted.token == one.token,
        "the token that was minted for this request",
        "another token",
    )?;
    let is_alive = case.authority()?.is_alive(&granted.token);
    ensure(is_alive, "a token that is alive", "one that is dead")
}

async fn no_more_than_asked(case: &Case) -> Verdict {
    let scope = case.settings().scopes.first().cloned().unwrap_or_default();
    let call = case.token(&case.page(), "1");
    let answer = call.field("scope", json!(scope)).send().await?;
    answer.granted()?;
    let given = answer.object().unwrap_or_default();
    if let Some(given) = given.get("scope").and_then(Value::as_str) {
        let is_within = given.split(' ').all(|one| one == scope);
        ensure(is_within, format!("no scope but {scope}"), given)?;
    }
    for minted in case.authority()?.minted() {
        let is_within = minted.scope.split(' ').all(|one| one == scope);
        let came = format!("an exchange for `{}` was asked for", minted.scope);
        ensure(is_within, format!("no exchange but for {scope}"), came)?;
        ensure(
            minted.resource == case.settings().resource,
            "an exchange for the resource that was asked for",
            minted.resource,
        )?;
    }
    Ok(())
}

async fn scope_not_allowed(case: &Case) -> Verdict {
    let page = case.page();
    let more = format!("{} conformance_no_such_scope", case.settings().scope());
    for scope in ["conformance_no_such_scope", &more] {
        let call = case.token(&page, "1").field("scope", json!(scope));
        let answer = call.send().await?;
        answer.expect("400 to a scope that is not allowed", &[400])?;
    }
    case.nothing_was_minted()
}

async fn resource_not_allowed(case: &Case) -> Verdict {
    let page = case.page();
    let resource = case.settings().resource.as_str();
    let ask = |id: &str, resource: &str| case.token(&page, id).field("resource", json!(resource));
    let parent = resource.rsplit_once('/').map_or("", |(parent, _)| parent);
    let neighbour = ask("neighbour", &format!("{parent}/conformance"));
    let takes_any_segment = neighbour.send().await?.granted().is_ok();
    let mut refused = vec![
        format!("{resource}/../conformance"),
        format!("{resource}?conformance=1"),
        "https://stranger.example/conformance".to_owned(),
        "no uri".to_owned(),
    ];
    if !takes_any_segment {
        refused.push(format!("{resource}-conformance"));
    }
    let minted = case.count_minted();
    for resource in refused {
        let answer = ask("1", &resource).send().await?;
        answer.expect("400 to a resource that is not allowed", &[400])?;
    }
    let more = case.count_minted().saturating_sub(minted);
    ensure(
        more == 0,
        "that nothing is minted",
        format!("{more} tokens"),
    )
}

async fn malformed_token_request(case: &Case) -> Verdict {
    let page = case.page();
    for (field, value) in [
        ("session", Value::Null),
        ("session", json!("short")),
        ("session", json!("/".repeat(30))),
        ("session", json!("s".repeat(129))),
        ("session", json!(7)),
        ("id", Value::Null),
        ("id", json!("")),
        ("id", json!("a b")),
        ("id", json!("1".repeat(129))),
        ("scope", Value::Null),
        ("scope", json!("")),
        ("scope", json!(["a"])),
        ("resource", json!(7)),
    ] {
        let shown = format!("400 to `{field}`: {value}");
        let call = case.token(&page, "1").field(field, value);
        call.send().await?.expect(&shown, &[400])?;
    }
    for body in ["", "{", "null", "[]", "\"text\"", "7"] {
        let answer = case.token(&page, "1").body(body).send().await?;
        answer.expect("400 to what is no JSON object", &[400])?;
    }
    case.nothing_was_minted()
}

async fn token_media_type(case: &Case) -> Verdict {
    let page = case.page();
    for media_type in ["text/plain", FORM, "application/jsonp"] {
        let call = case.token(&page, "1").with("content-type", media_type);
        let answer = call.send().await?;
        answer.expect(&format!("415 to {media_type}"), &[415])?;
    }
    case.nothing_was_minted()?;
    let call = case.token(&page, "1");
    let call = call.with("content-type", "application/json; charset=utf-8");
    call.send()
        .await?
        .expect("200 to JSON with a charset", &[200])?;
    Ok(())
}

async fn token_body_limit(case: &Case) -> Verdict {
    let page = case.page();
    let long = case.token(&page, "1").padded_to(MAX_TOKEN_BODY + 1);
    let answer = long.send().await?;
    answer.expect("413 to 16,385 bytes", &[413])?;
    case.nothing_was_minted()?;
    let most = case.token(&page, "2").padded_to(MAX_TOKEN_BODY);
    most.send().await?.expect("200 to 16,384 bytes", &[200])?;
    Ok(())
}

async fn token_unknown_fields(case: &Case) -> Verdict {
    let call = case.token(&case.page(), "1");
    let call = call.field("conformance", json!({ "of": ["a", "later", "day"] }));
    call.send().await?.expect("200", &[200])?;
    Ok(())
}

async fn a_token_for_each_request(case: &Case) -> Verdict {
    let page = case.page();
    let one = case.granted(&page, "b").await?;
    let other = case.granted(&page, "a").await?;
    ensure(one.token != other.token, "two tokens", "the same one twice")?;
    let alive = case.authority()?.alive_of(&[one.token, other.token]);
    ensure(
        alive.len() == 2,
        "both alive",
        format!("{} alive", alive.len()),
    )
}
