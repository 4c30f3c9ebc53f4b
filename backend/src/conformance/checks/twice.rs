//! The same token request, delivered twice.

use std::time::Duration;

use serde_json::json;

use super::super::{
    Answer, Case, Check, Need, Page, Theme, Verdict,
    answer::Granted,
    verdict::{ensure, failed, skipped},
};

pub(super) const THEME: Theme = Theme {
    name: "twice",
    checks: &[
        Check {
            name: "same-request-afterwards",
            rule: "A token request that comes again after its answer gets the same token, and none is minted a second time.",
            why: "The answer may have been lost on its way, and a 400 would stop the page for good.",
            needs: &[Need::Cookie, Need::Authority, Need::Record],
            run: |case| Box::pin(afterwards(case)),
        },
        Check {
            name: "same-request-while-minting",
            rule: "A token request that comes again while its token is minted waits for the same token, or is answered 503 with `Retry-After`.",
            why: "Proxies and browsers repeat requests; a second token would be on nobody's list.",
            needs: &[Need::Cookie, Need::Authority, Need::Record],
            run: |case| Box::pin(while_minting(case, 0, 0)),
        },
        Check {
            name: "same-name-for-something-else",
            rule: "A request that has the name of another one, but asks for something else, is given nothing.",
            why: "A name that means two tokens revokes one of them.",
            needs: &[Need::Cookie, Need::Authority, Need::TwoScopes, Need::Record],
            run: |case| Box::pin(something_else(case)),
        },
    ],
};

async fn afterwards(case: &Case) -> Verdict {
    let page = case.page();
    let first = case.granted(&page, "1").await?;
    let again = case.insist(case.token(&page, "1")).await?;
    is_the_same(case, &first, &again)
}

/// The first one at one instance, the second one at another.
pub(super) async fn while_minting(case: &Case, one: usize, other: usize) -> Verdict {
    let authority = case.authority()?;
    let page = case.page();
    authority.hold();
    let first = case.token(&page, "1").at(one).send();
    let second = async {
        let is_held = authority.until_called(case.patience(), |calls| calls.held > 0);
        ensure(is_held.await, "an exchange", "none")?;
        let mut asked = Box::pin(case.token(&page, "1").at(other).send());
        // Either it is refused at once, or it waits until the first one has its token.
        let early = tokio::time::timeout(Duration::from_secs(1), &mut asked).await;
        authority.let_go();
        match early {
            Ok(answer) => answer,
            Err(_) => asked.await,
        }
    };
    let (first, second) = tokio::join!(first, second);
    let (first, second) = (first?.granted()?, second?);
    if second.status == 503 {
        ensure(
            second.retry_after().is_some(),
            "503 with Retry-After",
            second.came(),
        )?;
    } else {
        let what = "503 with Retry-After while the token is minted, or 200 with the same token";
        is_the_same(case, &first, &second.expect(what, &[200])?)?;
    }
    one_lives(case)
}

async fn something_else(case: &Case) -> Verdict {
    let page = case.page();
    let scope = case.settings().scopes.first().cloned().unwrap_or_default();
    let first = case.token(&page, "1").field("scope", json!(scope));
    first.send().await?.granted()?;
    let other = case.settings().scopes.get(1).cloned().unwrap_or_default();
    let second = case.token(&page, "1").field("scope", json!(other));
    let second = second.send().await?;
    ensure(
        second.status >= 400 && second.status < 500,
        "a refusal with 4xx",
        second.came(),
    )?;
    one_lives(case)
}

/// At two instances, one after the other.
pub(super) async fn afterwards_elsewhere(case: &Case) -> Verdict {
    let page = case.page();
    let first = case.token(&page, "1").at(0).send().await?.granted()?;
    let again = case.insist(case.token(&page, "1").at(1)).await?;
    is_the_same(case, &first, &again)
}

fn is_the_same(case: &Case, first: &Granted, again: &Answer) -> Verdict {
    ensure(again.status == 200, "200 with the same token", again.came())?;
    let is_same = again.granted()?.token == first.token;
    ensure(is_same, "the same token", "another token")?;
    one_lives(case)
}

fn one_lives(case: &Case) -> Verdict {
    let alive = case.authority()?.minted_and_alive().len();
    ensure(
        alive == 1,
        "one token that is alive for one request",
        format!("{alive} tokens"),
    )
}

/// A rule that rests on another one is not looked at where that one is broken.
pub(super) fn resting_on(rule: &str, holds: bool) -> Verdict {
    if holds {
        Ok(())
    } else {
        Err(skipped(format!("rests on `{rule}`, which does not hold")))
    }
}

/// A page life, one token of it and the id of its request.
pub(super) async fn page_with_token(case: &Case) -> Verdict<(Page, Granted)> {
    let page = case.page();
    let granted = case.granted(&page, "1").await?;
    let is_known = case.authority()?.is_alive(&granted.token);
    if !is_known {
        return Err(failed("a token that is alive", "one that is not"));
    }
    Ok((page, granted))
}
