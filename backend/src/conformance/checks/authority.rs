//! What the authorization server answers, in the backend's words.

use std::time::Duration;

use serde_json::json;

use super::super::{
    Case, Check, Need, Theme, Verdict,
    authority::Refusal,
    verdict::{ensure, failed},
};

const WORDS: &str = "words-of-the-authority";
/// Within this a token that was minted is on record.
const ENTERED: Duration = Duration::from_millis(500);

pub(super) const THEME: Theme = Theme {
    name: "authority",
    checks: &[
        Check {
            name: "outage-is-not-now",
            rule: "While the authorization server is down, a token request is answered 503, 429 or 500, and 200 once it is back.",
            why: "On a 4xx the SDK stops for good, and the user reloads the page.",
            needs: &[Need::Cookie, Need::Authority],
            run: |case| Box::pin(outage_is_not_now(case)),
        },
        Check {
            name: "limit-is-passed-on",
            rule: "Where the authorization server says for how long to wait, the page is told to wait as long.",
            why: "Else all pages come back before they would be served.",
            needs: &[Need::Cookie, Need::Authority],
            run: |case| Box::pin(limit_is_passed_on(case)),
        },
        Check {
            name: "scope-that-the-authority-refuses",
            rule: "A scope that the authorization server refuses is refused with 400.",
            why: "Neither would the answer change, so the SDK should not ask again.",
            needs: &[Need::Cookie, Need::Authority],
            run: |case| Box::pin(scope_that_the_authority_refuses(case)),
        },
        Check {
            name: "authority-is-not-quoted",
            rule: "No error has words of the authorization server.",
            why: "They may repeat the subject token or the client secret.",
            needs: &[Need::Cookie, Need::Authority],
            run: |case| Box::pin(authority_is_not_quoted(case)),
        },
        Check {
            name: "mint-outlives-its-page",
            rule: "An exchange is finished though the page has closed its connection, and its token can be revoked by the name of its request.",
            why: "A token that exists and is on no record lives until it expires.",
            needs: &[Need::Cookie, Need::Authority, Need::Record],
            run: |case| Box::pin(mint_outlives_its_page(case)),
        },
    ],
};

fn body(error: &str) -> String {
    json!({ "error": error, "error_description": WORDS }).to_string()
}

async fn outage_is_not_now(case: &Case) -> Verdict {
    let authority = case.authority()?;
    let page = case.page();
    for refusal in [
        Refusal::always(503),
        Refusal::always(500).saying(body("server_error")),
        Refusal::always(502).saying("<html><body>Bad Gateway</body></html>"),
    ] {
        let status = refusal.status;
        authority.misbehave(|faults| faults.exchanges = Some(refusal));
        let answer = case.token(&page, "1").send().await?;
        let what = format!("503, 429 or 500 while the authorization server says {status}");
        answer.expect(&what, &[429, 500, 503])?;
    }
    authority.misbehave(|faults| faults.exchanges = None);
    let answer = case.insist(case.token(&page, "1")).await?;
    answer.expect("200 to the same request, once it is back", &[200])?;
    Ok(())
}

async fn limit_is_passed_on(case: &Case) -> Verdict {
    let authority = case.authority()?;
    let refusal = Refusal::always(429).after(17);
    authority.misbehave(|faults| faults.exchanges = Some(refusal));
    let answer = case.token(&case.page(), "1").send().await?;
    let answer = answer.expect("429 or 503", &[429, 503])?;
    let is_as_long = answer.retry_after().is_some_and(|seconds| seconds >= 17);
    ensure(is_as_long, "Retry-After: 17", answer.came())
}

async fn scope_that_the_authority_refuses(case: &Case) -> Verdict {
    let refusal = Refusal::always(400).saying(body("invalid_scope"));
    let authority = case.authority()?;
    authority.misbehave(|faults| faults.exchanges = Some(refusal));
    let answer = case.token(&case.page(), "1").send().await?;
    answer.expect("400", &[400])?;
    Ok(())
}

async fn authority_is_not_quoted(case: &Case) -> Verdict {
    let authority = case.authority()?;
    let page = case.page();
    for (status, error) in [
        (400, "invalid_scope"),
        (400, "invalid_request"),
        (400, WORDS),
        (500, "server_error"),
    ] {
        let refusal = Refusal::always(status).saying(body(error));
        authority.misbehave(|faults| {
            faults.exchanges = Some(refusal.clone());
            faults.revokes = Some(refusal);
        });
        let unknown = authority.mint(1).concat();
        for call in [case.token(&page, "1"), case.revoke_token(&unknown)] {
            let answer = call.send().await?;
            if answer.body.contains(WORDS) {
                return Err(failed("words of the backend's own", answer.came()));
            }
        }
    }
    Ok(())
}

async fn mint_outlives_its_page(case: &Case) -> Verdict {
    let authority = case.authority()?;
    let page = case.page();
    authority.hold();
    {
        let call = case.token(&page, "1").at(0);
        let mut asked = Box::pin(call.send());
        tokio::select! {
            answer = &mut asked => {
                return Err(failed("no answer before there is a token", answer?.came()));
            }
            is_held = authority.until_called(case.patience(), |calls| calls.held > 0) => {
                ensure(is_held, "an exchange", "none")?;
            }
        }
        // Here the page closes its connection.
    }
    authority.let_go();
    // Time to enter the token; while it was minted is for another rule.
    tokio::time::sleep(ENTERED).await;
    let answer = case.insist(case.revoke_pending(&page, "1").at(0)).await?;
    answer.expect("204 or 202", &[202, 204])?;
    case.nothing_lives("a revoke by the name of the request")
        .await
}
