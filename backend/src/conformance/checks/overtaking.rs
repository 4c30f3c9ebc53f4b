//! Requests that are revoked by their names: before, while and after their tokens are minted.

use std::time::Duration;

use super::super::{
    Answer, Case, Check, Need, Page, Theme, Verdict,
    call::Call,
    verdict::{ensure, failed},
};
use super::twice::page_with_token;

pub(super) const THEME: Theme = Theme {
    name: "overtaking",
    checks: &[
        Check {
            name: "pending-after-its-answer",
            rule: "`pending` kills the token of that request, and no other.",
            why: "The answer may have been lost, so that the page does not know the token.",
            needs: &[Need::Cookie, Need::Authority, Need::Record],
            run: |case| Box::pin(after_its_answer(case)),
        },
        Check {
            name: "pending-before-its-request",
            rule: "A request that a revoke has overtaken is refused with 4xx or 503, and nothing that is minted for it lives.",
            why: "The two travel separately, and either may come first.",
            needs: &[Need::Cookie, Need::Authority, Need::Record],
            run: |case| Box::pin(before_its_request(case, Named::Request, 0, 0)),
        },
        Check {
            name: "pending-while-minting",
            rule: "A request that is revoked while its token is minted is refused with 4xx or 503, and the token dies.",
            why: "A page that goes away just then is the usual case where the network is slow.",
            needs: &[Need::Cookie, Need::Authority, Need::Record],
            run: |case| Box::pin(while_minting(case, Named::Request, 0, 0)),
        },
        Check {
            name: "not-dead-while-minting",
            rule: "While a token that is named is being minted, nobody says 204, by request or by page life.",
            why: "It is alive at the authorization server, and its end may still fail.",
            needs: &[Need::Cookie, Need::Authority],
            run: |case| Box::pin(not_dead_while_minting(case)),
        },
        Check {
            name: "overtaken-request-stays-refused",
            rule: "A request that was revoked stays so when it is asked for again, and others of its page life are served.",
            why: "The SDK asks again after a 503, and must not come by what its page has given up.",
            needs: &[Need::Cookie, Need::Authority, Need::Record],
            run: |case| Box::pin(stays_refused(case)),
        },
    ],
};

/// By what a request is named.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Named {
    Request,
    PageLife,
}

impl Named {
    /// The revoke of request 1.
    pub(super) fn revoke<'a>(self, case: &'a Case, page: &Page) -> Call<'a> {
        match self {
            Self::Request => case.revoke_pending(page, "1"),
            Self::PageLife => case.revoke_page_life(page),
        }
    }
}

async fn after_its_answer(case: &Case) -> Verdict {
    let (page, granted) = page_with_token(case).await?;
    let other = case.granted(&page, "2").await?.token;
    let answer = case.insist(Named::Request.revoke(case, &page)).await?;
    let answer = answer.expect("204 or 202", &[202, 204])?;
    case.keeps_its_word(&answer, &[granted.token]).await?;
    let is_alive = case.authority()?.is_alive(&other);
    ensure(is_alive, "the other token alive", "it is dead")
}

/// The request at one instance, the revoke at another.
pub(super) async fn before_its_request(
    case: &Case,
    named: Named,
    one: usize,
    other: usize,
) -> Verdict {
    let page = case.page();
    let answer = case.insist(named.revoke(case, &page).at(other)).await?;
    answer.expect("204 or 202 to the revoke", &[202, 204])?;
    let late = case.token(&page, "1").at(one).send().await?;
    is_refused(&late)?;
    case.nothing_lives("a request that came too late").await
}

/// The request at one instance, the revoke at another.
pub(super) async fn while_minting(case: &Case, named: Named, one: usize, other: usize) -> Verdict {
    let (asked, revoked) = revoke_meanwhile(case, named, one, other).await?;
    is_refused(&asked)?;
    revoked.expect("204, 202 or 503", &[202, 204, 503])?;
    case.nothing_lives("a revoke of a request whose token was being minted")
        .await
}

/// Revokes a request while its token is minted. Gives the answers to both.
pub(super) async fn revoke_meanwhile(
    case: &Case,
    named: Named,
    one: usize,
    other: usize,
) -> Verdict<(Answer, Answer)> {
    let authority = case.authority()?;
    let page = case.page();
    authority.hold();
    let asked = case.token(&page, "1").at(one).send();
    let revoked = async {
        let is_held = authority.until_called(case.patience(), |calls| calls.held > 0);
        ensure(is_held.await, "an exchange", "none")?;
        let mut sent = Box::pin(named.revoke(case, &page).at(other).send());
        // It is answered at once, or once the token is there.
        let early = tokio::time::timeout(Duration::from_secs(3), &mut sent).await;
        authority.let_go();
        match early {
            Ok(answer) => answer,
            Err(_) => sent.await,
        }
    };
    let (asked, revoked) = tokio::join!(asked, revoked);
    Ok((asked?, revoked?))
}

async fn not_dead_while_minting(case: &Case) -> Verdict {
    let authority = case.authority()?;
    for named in [Named::Request, Named::PageLife] {
        let page = case.page();
        authority.hold();
        let asked = case.token(&page, "1").send();
        let revoked = async {
            let is_held = authority.until_called(case.patience(), |calls| calls.held > 0);
            ensure(is_held.await, "an exchange", "none")?;
            let mut sent = Box::pin(named.revoke(case, &page).send());
            let early = tokio::time::timeout(Duration::from_secs(3), &mut sent).await;
            let alive = authority.minted_and_alive().len();
            authority.let_go();
            let Ok(answer) = early else {
                return sent.await.map(|_| ());
            };
            let answer = answer?;
            let is_true = answer.status != 204 || alive == 0;
            let came = format!("204 while {alive} token is alive");
            ensure(is_true, "202, 503, or a 204 that waits", came)
        };
        let (asked, revoked) = tokio::join!(asked, revoked);
        revoked?;
        asked?;
    }
    Ok(())
}

async fn stays_refused(case: &Case) -> Verdict {
    let page = case.page();
    case.insist(Named::Request.revoke(case, &page)).await?;
    for _ in 0..3 {
        is_refused(&case.token(&page, "1").send().await?)?;
    }
    case.granted(&page, "2").await?;
    let alive = case.authority()?.minted_and_alive().len();
    ensure(
        alive == 1,
        "one token, of the other request",
        format!("{alive} tokens"),
    )
}

pub(super) fn is_refused(answer: &Answer) -> Verdict {
    if (400..500).contains(&answer.status) || answer.status == 503 {
        return Ok(());
    }
    Err(failed("a refusal with 4xx or 503", answer.came()))
}
