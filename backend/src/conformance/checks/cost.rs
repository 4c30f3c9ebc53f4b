//! What many names cost, and whom.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;

use super::super::{
    Answer, Case, Check, Need, Page, Theme, Verdict,
    verdict::{ensure, failed},
};
use super::overtaking::{Named, is_refused};
use super::twice::resting_on;

/// How long a revoke of many tokens may take: the SDK waits for 15 seconds.
const IN_TIME: Duration = Duration::from_secs(12);
/// More than the SDK's own time-outs would bear.
const PROMPTLY: Duration = Duration::from_secs(10);
/// How many made-up tokens fit into 1.5 KB.
const IN_A_FORM: usize = 100;

pub(super) const THEME: Theme = Theme {
    name: "cost",
    checks: &[
        Check {
            name: "hundred-tokens-in-time",
            rule: "A revoke of 100 tokens is answered within 12 seconds where the authorization server takes 200 ms for each.",
            why: "The SDK waits for 15 seconds; one after the other they take 20.",
            needs: &[Need::Cookie, Need::Authority],
            run: |case| Box::pin(hundred_tokens_in_time(case)),
        },
        Check {
            name: "many-unknown-tokens",
            rule: "Of 150 unknown tokens in one revoke each dies, if the page repeats it up to four times while it hears 503.",
            why: "A backend that looks at the same hundred each time leaves fifty alive.",
            needs: &[Need::Authority, Need::Record],
            run: |case| Box::pin(many_unknown_tokens(case)),
        },
        Check {
            name: "made-up-tokens-cost-little",
            rule: "Anonymous forms full of made-up tokens cost the authorization server no more than the look-ups that are allowed for the whole service (--lookups-per-second), and none is answered 429 or 500.",
            why: "Anybody can send them, and each look-up is made with the client's credentials. But a 429 to a beacon is a lost revoke.",
            needs: &[Need::Authority],
            run: |case| Box::pin(made_up_tokens_cost_little(case)),
        },
        Check {
            name: "flood-stops-nobody",
            rule: "While anonymous forms full of made-up tokens come, tokens are minted, and a token on record is revoked with 204.",
            why: "What is authentic is never limited away.",
            needs: &[Need::Cookie, Need::Authority],
            run: |case| Box::pin(flood_stops_nobody(case)),
        },
        Check {
            name: "made-up-ids-forget-nothing",
            rule: "A request or page life that was revoked stays so though 20,000 made-up ids of other page lives come after it.",
            why: "Else a stranger makes the backend forget, and the late request mints an orphan.",
            needs: &[Need::Cookie, Need::Authority, Need::Record],
            run: |case| Box::pin(made_up_ids_forget_nothing(case)),
        },
    ],
};

async fn hundred_tokens_in_time(case: &Case) -> Verdict {
    let page = case.page();
    let mut all = Vec::new();
    for tens in 0..10 {
        let ids: Vec<_> = (0..10).map(|one| format!("{tens}-{one}")).collect();
        let granted = join_all(ids.iter().map(|id| case.granted(&page, id)));
        for granted in granted.await {
            all.push(granted?);
        }
    }
    let authority = case.authority()?;
    authority.misbehave(|faults| faults.revoke_latency = Duration::from_millis(200));
    let answer = case.revoke_granted(&all).within(IN_TIME).send().await?;
    let answer = answer.expect("204 or 202", &[202, 204])?;
    let tokens: Vec<_> = all.into_iter().map(|granted| granted.token).collect();
    case.keeps_its_word(&answer, &tokens).await?;
    Ok(())
}

async fn many_unknown_tokens(case: &Case) -> Verdict {
    let tokens = case.authority()?.mint(150);
    let names = tokens.iter().map(|token| ("token", token.as_str()));
    let answer = case.insist(case.revoke(names)).await?;
    let answer = answer.expect("204, 202 or 503", &[202, 204, 503])?;
    case.keeps_its_word(&answer, &tokens).await?;
    case.all_die(&tokens, "their revoke, repeated on 503").await
}

/// A form of 1.5 KB, of which nothing exists.
async fn made_up_form(case: &Case, page: &Page, number: usize) -> Verdict<Answer> {
    let tail = page.session.len().saturating_sub(6);
    let tail = page.session.get(tail..).unwrap_or_default();
    let names: Vec<_> = (0..IN_A_FORM)
        .map(|one| format!("{tail}{number:02}{one:02}"))
        .collect();
    let names = names.iter().map(|name| ("token", name.as_str()));
    let call = case.revoke(names).within(Duration::from_secs(60));
    let answer = call.send().await?;
    answer.expect("204, 202 or 503 to made-up tokens", &[202, 204, 503])
}

async fn flood(case: &Case, page: &Page) -> Verdict {
    let forms = 0..case.settings().flood;
    let answers = join_all(forms.map(|number| made_up_form(case, page, number)));
    for answer in answers.await {
        answer?;
    }
    Ok(())
}

async fn made_up_tokens_cost_little(case: &Case) -> Verdict {
    let authority = case.authority()?;
    authority.misbehave(|faults| faults.revoke_latency = Duration::from_millis(50));
    let begin = Instant::now();
    flood(case, &case.page()).await?;
    // What was taken over goes on behind the answers.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let seconds = begin.elapsed().as_secs_f64();
    let calls = authority.calls().revokes.values().sum::<u32>();
    let budget = f64::from(case.settings().lookups_per_second) * (seconds + 1.0);
    ensure(
        f64::from(calls) <= budget,
        format!("at most {budget:.0} calls in {seconds:.1} s"),
        format!("{calls} calls"),
    )
}

async fn flood_stops_nobody(case: &Case) -> Verdict {
    let authority = case.authority()?;
    authority.misbehave(|faults| faults.revoke_latency = Duration::from_millis(50));
    let page = case.page();
    let before = case.granted(&page, "before").await?;
    let stranger = case.page();
    let flood = flood(case, &stranger);
    let meanwhile = async {
        let is_flooded = authority.until_called(PROMPTLY, |calls| calls.revoking > 0);
        is_flooded.await;
        let revoke = case.revoke_granted([&before]).within(PROMPTLY);
        let answer = revoke.send().await?;
        let answer = answer.expect("204 to a token on record", &[204])?;
        case.keeps_its_word(&answer, std::slice::from_ref(&before.token))
            .await?;
        for id in ["1", "2", "3"] {
            let call = case.token(&page, id).within(PROMPTLY);
            let answer = call.send().await?;
            answer.expect("200 to a token request", &[200])?;
        }
        Ok(())
    };
    // What the flood itself is answered is another rule.
    let (_, meanwhile) = tokio::join!(flood, meanwhile);
    meanwhile
}

async fn made_up_ids_forget_nothing(case: &Case) -> Verdict {
    // Without a flood first: where nothing is remembered, nothing can be forgotten.
    for (named, rule) in [
        (Named::Request, "pending-before-its-request"),
        (Named::PageLife, "page-life-before-its-request"),
    ] {
        let page = case.page();
        case.insist(named.revoke(case, &page)).await?;
        let late = case.token(&page, "1").send().await?;
        resting_on(rule, is_refused(&late).is_ok())?;
    }
    let pages = [case.page(), case.page()];
    let [one, other] = &pages;
    case.insist(Named::Request.revoke(case, one)).await?;
    case.insist(Named::PageLife.revoke(case, other)).await?;
    for _ in 0..20 {
        let stranger = case.page();
        let ids: Vec<_> = (0..1_000).map(|id| format!("made-up-{id}")).collect();
        let names = ids.iter().map(|id| ("pending", id.as_str()));
        let form = [("session", stranger.session.as_str())].into_iter();
        let answer = case.revoke(form.chain(names)).send().await?;
        if answer.status >= 500 && answer.status != 503 {
            return Err(failed("204, 202 or 503 to made-up ids", answer.came()));
        }
    }
    for page in &pages {
        is_refused(&case.token(page, "1").send().await?)?;
    }
    case.nothing_lives("requests that came too late").await
}
