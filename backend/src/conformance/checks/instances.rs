//! What two instances have to agree on.

use super::super::{
    Case, Check, Need, Theme, Verdict,
    verdict::{ensure, skipped},
};
use super::overtaking::{Named, before_its_request, revoke_meanwhile, while_minting};
use super::twice;

const NEEDS: &[Need] = &[Need::Cookie, Need::Authority, Need::SecondInstance];
const NEEDS_RECORD: &[Need] = &[
    Need::Cookie,
    Need::Authority,
    Need::SecondInstance,
    Need::Record,
];

pub(super) const THEME: Theme = Theme {
    name: "instances",
    checks: &[
        Check {
            name: "elsewhere-pending",
            rule: "`pending` at another instance than that of the request kills its token.",
            why: "A load balancer sends the revoke wherever it likes; an instance that says 204 of what it has never heard of lies.",
            needs: NEEDS_RECORD,
            run: |case| Box::pin(after_its_answer(case, Named::Request)),
        },
        Check {
            name: "elsewhere-page-life",
            rule: "`whole_session` at another instance than that of the requests kills their tokens.",
            why: "A load balancer sends the revoke wherever it likes; an instance that says 204 of what it has never heard of lies.",
            needs: NEEDS_RECORD,
            run: |case| Box::pin(after_its_answer(case, Named::PageLife)),
        },
        Check {
            name: "elsewhere-before-its-request",
            rule: "A revoke at one instance refuses the late request at another, by request and by page life.",
            why: "The two travel separately, and to different instances.",
            needs: NEEDS_RECORD,
            run: |case| {
                Box::pin(async move {
                    before_its_request(case, Named::Request, 0, 1).await?;
                    before_its_request(case, Named::PageLife, 0, 1).await
                })
            },
        },
        Check {
            name: "elsewhere-while-minting",
            rule: "A revoke at one instance ends what another one is minting, by request and by page life.",
            why: "Else it is an orphan that no page knows of.",
            needs: NEEDS_RECORD,
            run: |case| {
                Box::pin(async move {
                    while_minting(case, Named::Request, 0, 1).await?;
                    while_minting(case, Named::PageLife, 0, 1).await
                })
            },
        },
        Check {
            name: "elsewhere-twice",
            rule: "A token request that comes twice, to two instances, gets one token.",
            why: "Proxies repeat requests at the next instance.",
            needs: NEEDS_RECORD,
            run: |case| {
                Box::pin(async move {
                    twice::afterwards_elsewhere(case).await?;
                    case.authority()?.reset();
                    twice::while_minting(case, 0, 1).await
                })
            },
        },
        Check {
            name: "elsewhere-handle",
            rule: "A handle that one instance has given is known to the other.",
            why: "The contract obliges the backend to find the token by its handle, whichever instance is asked.",
            needs: NEEDS,
            run: |case| Box::pin(handle(case)),
        },
        Check {
            name: "elsewhere-no-204-of-the-living",
            rule: "No instance says 204 of a token that is minted or alive at another one.",
            why: "204 means dead, and nobody looks again after it.",
            needs: NEEDS,
            run: |case| Box::pin(no_204_of_the_living(case)),
        },
    ],
};

async fn after_its_answer(case: &Case, named: Named) -> Verdict {
    let page = case.page();
    let token = case.token(&page, "1").at(0).send().await?.granted()?.token;
    let answer = case.insist(named.revoke(case, &page).at(1)).await?;
    answer.expect("204 or 202", &[202, 204])?;
    case.all_die(&[token], "a revoke at the other instance")
        .await
}

async fn handle(case: &Case) -> Verdict {
    let page = case.page();
    let granted = case.token(&page, "1").at(0).send().await?.granted()?;
    let Some(handle) = granted.handle else {
        return Err(skipped("the backend gives no handles"));
    };
    let call = case.revoke([("handle", handle.as_str())]).at(1);
    let answer = case.insist(call).await?.expect("204 or 202", &[202, 204])?;
    case.keeps_its_word(&answer, &[granted.token]).await?;
    Ok(())
}

async fn no_204_of_the_living(case: &Case) -> Verdict {
    for named in [Named::Request, Named::PageLife] {
        let page = case.page();
        let token = case.token(&page, "1").at(0).send().await?.granted()?.token;
        let answer = named.revoke(case, &page).at(1).send().await?;
        let is_alive = case.authority()?.is_alive(&token);
        let is_lie = answer.status == 204 && is_alive;
        ensure(
            !is_lie,
            "202, 503, or 204 of what is dead",
            "204 of what is alive",
        )?;
        revoke_meanwhile(case, named, 0, 1).await?;
    }
    Ok(())
}
