//! What every answer must have, and no answer may have.

use serde_json::{Map, Value, json};

use super::super::{
    Answer, Case, Check, Need, Theme, Verdict, authority,
    verdict::{ensure, failed},
};

pub(super) const THEME: Theme = Theme {
    name: "errors",
    checks: &[
        Check {
            name: "no-store",
            rule: "Every answer has `Cache-Control: no-store`, whatever its status.",
            why: "A cache would keep the token, or answer in the backend's place.",
            needs: &[Need::Cookie],
            run: |case| Box::pin(no_store(case)),
        },
        Check {
            name: "error-shape",
            rule: "The body of an error is empty, or a JSON object in the shape of RFC 6749 section 5.2, of `{\"error\": {\"code\"}}` or of RFC 9457.",
            why: "Whatever else comes with a 4xx the SDK takes for a gateway's, and asks again.",
            needs: &[Need::Cookie],
            run: |case| Box::pin(error_shape(case)),
        },
        Check {
            name: "errors-repeat-nothing",
            rule: "No error repeats a token, a handle, a session or anything else of its request.",
            why: "It may end up in a log.",
            needs: &[Need::Cookie],
            run: |case| Box::pin(errors_repeat_nothing(case)),
        },
        Check {
            name: "retry-after-is-given",
            rule: "A 503 or 429 says in `Retry-After` how many seconds to wait.",
            why: "Without it every page backs off by itself, and none knows when to come back.",
            needs: &[Need::Cookie, Need::Authority],
            run: |case| Box::pin(retry_after_is_given(case)),
        },
    ],
};

/// One answer of each kind.
async fn one_of_each(case: &Case) -> Verdict<Vec<Answer>> {
    let page = case.page();
    let token = || case.token(&page, "1");
    let session = page.session.as_str();
    let calls = [
        token(),
        token().without("cookie"),
        token().without("x-downscope"),
        token().field("scope", json!("conformance_no_such_scope")),
        token().body("{"),
        token().with("content-type", "text/plain"),
        token().padded_to(20_000),
        case.revoke([("session", session)]),
        case.revoke_token("made-up")
            .with("content-type", "text/plain"),
        case.revoke_token("made-up").padded_to(70_000),
        case.revoke_pending(&page, "1"),
    ];
    let mut answers = Vec::new();
    for call in calls {
        answers.push(call.send().await?);
    }
    Ok(answers)
}

async fn no_store(case: &Case) -> Verdict {
    for answer in one_of_each(case).await? {
        let control = answer.header("cache-control").unwrap_or_default();
        let control = control.to_ascii_lowercase();
        ensure(
            control.split(',').any(|one| one.trim() == "no-store"),
            "Cache-Control: no-store",
            format!("Cache-Control: {control} in a {}", answer.status),
        )?;
    }
    Ok(())
}

async fn error_shape(case: &Case) -> Verdict {
    let answers = one_of_each(case).await?;
    for answer in answers.iter().filter(|answer| answer.status >= 400) {
        if answer.body.is_empty() {
            continue;
        }
        let media_type = answer.header("content-type").unwrap_or_default();
        let is_problem = media_type.starts_with("application/problem+json");
        let is_error = |object: Map<String, Value>| is_problem || has_code(&object);
        ensure(
            answer.object().is_some_and(is_error),
            "an empty body, or a JSON object with an `error`",
            answer.came(),
        )?;
    }
    Ok(())
}

fn has_code(object: &Map<String, Value>) -> bool {
    match object.get("error") {
        Some(Value::String(code)) => !code.is_empty(),
        Some(Value::Object(error)) => error.contains_key("code"),
        Some(_) | None => false,
    }
}

async fn errors_repeat_nothing(case: &Case) -> Verdict {
    let secret = format!("conformance-secret-{}", case.page().session);
    let page = super::super::Page {
        session: secret.clone(),
    };
    let token = || case.token(&page, &secret);
    let text = secret.as_str();
    let mut calls = vec![
        token().field("scope", json!(text)),
        token().field("scope", json!(format!("{text}  x"))),
        token().field(
            "resource",
            json!(format!("https://stranger.example/{text}")),
        ),
        token().field("resource", json!(text)),
        token().field("session", json!(format!("{text}/"))),
        token().field("id", json!(format!("{text}/"))),
        token().field("lease", json!(text)),
        token().body(format!("{{\"session\": {text}")),
        token().with("content-type", text),
        token().with("x-downscope", text),
        token().with("sec-fetch-site", text),
        token().without("cookie"),
        case.revoke([("session", text)]),
        case.revoke([(text, text)]),
        case.revoke_token(text).with("content-type", "text/plain"),
        case.revoke([("handle", text)]),
        case.revoke_token(text).padded_to(70_000),
    ];
    if case.kit.term.is_some() {
        calls.push(
            case.lease(&page)
                .field("session", json!(format!("{text}/"))),
        );
    }
    if let Ok(authority) = case.authority() {
        authority.misbehave(|faults| faults.revokes = Some(authority::Refusal::always(503)));
        calls.push(case.revoke_token(text));
    }
    for call in calls {
        let answer = call.send().await?;
        if answer.status >= 400 && answer.body.contains(text) {
            let came = format!("{} with a body that repeats it", answer.status);
            return Err(failed("an error that repeats nothing of its request", came));
        }
    }
    Ok(())
}

async fn retry_after_is_given(case: &Case) -> Verdict {
    let authority = case.authority()?;
    let page = case.page();
    authority.misbehave(|faults| {
        faults.exchanges = Some(authority::Refusal::always(503));
        faults.revokes = Some(authority::Refusal::always(503));
    });
    let unknown = authority.mint(1).concat();
    for call in [case.token(&page, "1"), case.revoke_token(&unknown)] {
        let answer = call.send().await?;
        ensure(
            !matches!(answer.status, 429 | 503) || answer.retry_after().is_some(),
            "Retry-After in whole seconds",
            answer.came(),
        )?;
    }
    Ok(())
}
