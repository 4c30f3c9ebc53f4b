//! Whole page lives.

use super::super::{Case, Check, Need, Theme, Verdict, verdict::ensure};
use super::overtaking::{Named, before_its_request, is_refused, while_minting};

pub(super) const THEME: Theme = Theme {
    name: "page-life",
    checks: &[
        Check {
            name: "page-life-is-ended",
            rule: "`whole_session` kills every token of the page life, and none of another one.",
            why: "It is sent where naming each would exceed what a page that goes away can send.",
            needs: &[Need::Cookie, Need::Authority, Need::Record],
            run: |case| Box::pin(is_ended(case)),
        },
        Check {
            name: "page-life-before-its-request",
            rule: "A request that a revoke of its page life has overtaken is refused with 4xx or 503, and nothing that is minted for it lives.",
            why: "The SDK renames the session with each page life, so whoever comes late is of the dead one.",
            needs: &[Need::Cookie, Need::Authority, Need::Record],
            run: |case| Box::pin(before_its_request(case, Named::PageLife, 0, 0)),
        },
        Check {
            name: "page-life-while-minting",
            rule: "A request whose page life is revoked while its token is minted is refused with 4xx or 503, and the token dies.",
            why: "Else it is an orphan that no page knows of.",
            needs: &[Need::Cookie, Need::Authority, Need::Record],
            run: |case| Box::pin(while_minting(case, Named::PageLife, 0, 0)),
        },
        Check {
            name: "page-life-stays-ended",
            rule: "After a page life was revoked, its late requests are refused, whatever their ids.",
            why: "Several may be on their way when the page goes.",
            needs: &[Need::Cookie, Need::Authority, Need::Record],
            run: |case| Box::pin(stays_ended(case)),
        },
    ],
};

async fn is_ended(case: &Case) -> Verdict {
    let page = case.page();
    let mut tokens = Vec::new();
    for id in ["1", "2", "3"] {
        tokens.push(case.granted(&page, id).await?.token);
    }
    let neighbour = case.granted(&case.page(), "1").await?.token;
    let answer = case.insist(case.revoke_page_life(&page)).await?;
    let answer = answer.expect("204 or 202", &[202, 204])?;
    case.keeps_its_word(&answer, &tokens).await?;
    let is_alive = case.authority()?.is_alive(&neighbour);
    ensure(is_alive, "the other page life's token alive", "it is dead")
}

async fn stays_ended(case: &Case) -> Verdict {
    let page = case.page();
    let token = case.granted(&page, "1").await?.token;
    case.insist(case.revoke_page_life(&page)).await?;
    for id in ["1", "2", "3"] {
        is_refused(&case.token(&page, id).send().await?)?;
    }
    case.all_die(&[token], "the revoke of its page life")
        .await?;
    case.nothing_lives("requests that came too late").await
}
