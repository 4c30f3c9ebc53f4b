//! Lives of tokens, as authorization servers write them.

use serde_json::{Value, json};

use super::super::{Answer, Case, Check, Need, Page, Theme, Verdict, verdict::failed};
use super::token::is_life;

pub(super) const THEME: Theme = Theme {
    name: "lives",
    checks: &[
        Check {
            name: "life-untold",
            rule: "A token whose answer has no `expires_in` is handed out and can be revoked by name, or refused with 503 and ended.",
            why: "RFC 6749 section 5.1 only recommends it, and a token that nobody keeps a record of is an orphan.",
            needs: &[Need::Cookie, Need::Authority],
            run: |case| Box::pin(holds_for(case, vec![None, Some(Value::Null)])),
        },
        Check {
            name: "life-as-text",
            rule: "The same holds where `expires_in` is the text of a number.",
            why: "There are servers that write it so, and a 500 leaves the token that was just minted alive.",
            needs: &[Need::Cookie, Need::Authority],
            run: |case| Box::pin(holds_for(case, vec![Some(json!("3600"))])),
        },
        Check {
            name: "life-as-a-fraction",
            rule: "The same holds where `expires_in` is no whole number.",
            why: "There are servers that compute it so, and a 500 leaves the token that was just minted alive.",
            needs: &[Need::Cookie, Need::Authority],
            run: |case| {
                Box::pin(holds_for(
                    case,
                    vec![Some(json!(3599.5)), Some(json!("3599.5"))],
                ))
            },
        },
        Check {
            name: "life-that-makes-no-sense",
            rule: "The same holds where `expires_in` is negative, huge, a word or a list, and the page is told no such thing.",
            why: "A slip of the authorization server must cost neither the token nor the backend.",
            needs: &[Need::Cookie, Need::Authority],
            run: |case| {
                let lives = [
                    json!(-5),
                    json!(1e300),
                    json!("soon"),
                    json!([3600]),
                    json!({}),
                ];
                Box::pin(holds_for(case, lives.map(Some).to_vec()))
            },
        },
    ],
};

async fn holds_for(case: &Case, lives: Vec<Option<Value>>) -> Verdict {
    for life in lives {
        let authority = case.authority()?;
        authority.misbehave(|faults| faults.life = life.clone());
        let page = case.page();
        let shown = match &life {
            Some(value) => format!("`expires_in`: {value}"),
            None => "no `expires_in`".to_owned(),
        };
        let answer = case.token(&page, "1").send().await?;
        let what = format!("200 or 503 where the authorization server says {shown}");
        let answer = answer.expect(&what, &[200, 503])?;
        if answer.status == 503 {
            case.nothing_lives("a 503 to a token request").await?;
            continue;
        }
        let told = answer.object().unwrap_or_default();
        if let Some(told) = told.get("expires_in").filter(|told| !is_sane(told)) {
            let expected = format!("no `expires_in`, or a number of seconds, out of {shown}");
            return Err(failed(expected, told.to_string()));
        }
        revoked(case, &page, &answer).await?;
    }
    Ok(())
}

/// A number of seconds that a timer can be set for.
fn is_sane(value: &Value) -> bool {
    let text = value.as_str().and_then(|text| text.parse().ok());
    let seconds: Option<f64> = text.or_else(|| value.as_f64());
    is_life(value) && seconds.is_some_and(|seconds| seconds < 1e12)
}

/// By the name of the request; where there is no record, by what the page has.
async fn revoked(case: &Case, page: &Page, answer: &Answer) -> Verdict {
    let minted = case.authority()?.minted();
    let tokens: Vec<_> = minted.into_iter().map(|minted| minted.token).collect();
    let granted = answer.granted()?;
    let call = if case.settings().is_stateless {
        case.revoke_granted([&granted])
    } else {
        case.revoke_pending(page, "1")
    };
    let answer = case.insist(call).await?;
    case.keeps_its_word(&answer, &tokens).await?;
    case.all_die(&tokens, "a revoke of the request or its token")
        .await
}
