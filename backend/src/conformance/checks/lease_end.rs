//! The lease: how it ends, and what is said before.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::super::{
    Answer, Case, Check, Need, Page, Theme, Verdict,
    verdict::{ensure, failed, skipped},
};
use super::lease::renewed;
use super::twice::resting_on;

const NEEDS: &[Need] = &[Need::Cookie, Need::Authority, Need::Lease, Need::ShortTerm];
/// How often a word is repeated at the most.
const MOST_REPETITIONS: usize = 3;

pub(super) const THEME: Theme = Theme {
    name: "lease-end",
    checks: &[
        Check {
            name: "lease-keeps-alive",
            rule: "The tokens of a page life that renews its lease live on past the term.",
            why: "Else pages lose their tokens in the middle of their work.",
            needs: NEEDS,
            run: |case| Box::pin(keeps_alive(case, |turn| turn)),
        },
        Check {
            name: "lease-is-shared",
            rule: "A page life that was heard of at one instance and renews at the other keeps its tokens past the term.",
            why: "An instance that counts by itself revokes the tokens of a page that lives.",
            needs: &[
                Need::Cookie,
                Need::Authority,
                Need::Lease,
                Need::ShortTerm,
                Need::SecondInstance,
            ],
            run: |case| Box::pin(keeps_alive(case, |_| 1)),
        },
        Check {
            name: "silence-ends-a-lease",
            rule: "The tokens of a page life die a term after it was last heard of, and not much before.",
            why: "A page that crashes or loses its power sends no revoke.",
            needs: NEEDS,
            run: |case| Box::pin(silence_ends(case)),
        },
        Check {
            name: "no-lease-no-end",
            rule: "Silence ends nothing of a page life that keeps no lease.",
            why: "The lease is optional, and older pages do not know it.",
            needs: NEEDS,
            run: |case| Box::pin(no_lease_no_end(case)),
        },
        Check {
            name: "too-late-revives-nothing",
            rule: "What has lapsed is ended before the next request is heard: one that comes too late revives no token.",
            why: "The page already takes them for dead.",
            needs: NEEDS,
            run: |case| Box::pin(too_late(case)),
        },
        Check {
            name: "page-life-begins-anew",
            rule: "After its end a page life can be heard of again and gets new tokens, which live.",
            why: "A laptop that was closed for lunch is opened again.",
            needs: NEEDS,
            run: |case| Box::pin(begins_anew(case)),
        },
        Check {
            name: "recall-is-repeated-until-heard",
            rule: "What is recalled dies, and the page hears `revoke` with the same `word` until it says that it has heard, three times more at the most.",
            why: "An answer can be lost with its connection, and neither side notices.",
            needs: &[Need::Cookie, Need::Authority, Need::Lease, Need::Recall],
            run: |case| Box::pin(recall_is_repeated(case)),
        },
    ],
};

async fn leased(case: &Case, page: &Page, id: &str, instance: usize) -> Verdict<String> {
    let call = case.token(page, id).field("lease", json!(true));
    Ok(call.at(instance).send().await?.granted()?.token)
}

/// Renews for so long, at the instance that `instance` gives for each turn.
async fn renew_for(
    case: &Case,
    page: &Page,
    span: Duration,
    instance: fn(usize) -> usize,
) -> Verdict {
    let term = case.term()?;
    let begin = Instant::now();
    let mut turn = 0;
    while begin.elapsed() < span {
        let answer = case.lease(page).at(instance(turn)).send().await?;
        let answer = answer.expect("200 to a lease request", &[200])?;
        turn += 1;
        let fields = answer.object().unwrap_or_default();
        let renew_in = fields.get("renew_in").and_then(Value::as_f64);
        let pause = Duration::try_from_secs_f64(renew_in.unwrap_or(55.0)).unwrap_or(term);
        sleep(pause.clamp(term / 8, term / 2)).await;
    }
    Ok(())
}

async fn keeps_alive(case: &Case, instance: fn(usize) -> usize) -> Verdict {
    let page = case.page();
    let token = leased(case, &page, "1", 0).await?;
    renew_for(case, &page, case.term()? * 5 / 2, instance).await?;
    let is_alive = case.authority()?.is_alive(&token);
    ensure(
        is_alive,
        "the token alive after two terms and a half",
        "it is dead",
    )
}

async fn silence_ends(case: &Case) -> Verdict {
    let page = case.page();
    let (authority, term) = (case.authority()?, case.term()?);
    let asked = Instant::now();
    let by_request = leased(case, &page, "1", 0).await?;
    renewed(case, &page).await?;
    let later = leased(case, &page, "2", 0).await?;
    let tokens = [by_request, later];
    // At half the term nobody can have fallen silent.
    let half = (term / 2).saturating_sub(asked.elapsed());
    let is_early = authority.until_any_dies(half, &tokens).await;
    ensure(
        !is_early,
        "both tokens alive at half the term",
        "one is dead",
    )?;
    sleep(term / 2).await;
    case.all_die(&tokens, "a term of silence").await
}

async fn no_lease_no_end(case: &Case) -> Verdict {
    let token = case.granted(&case.page(), "1").await?.token;
    sleep(case.term()? * 3 / 2).await;
    let is_alive = case.authority()?.is_alive(&token);
    ensure(is_alive, "the token alive", "it is dead")
}

async fn too_late(case: &Case) -> Verdict {
    let page = case.page();
    let tokens = [leased(case, &page, "1", 0).await?];
    sleep(case.term()? + Duration::from_secs(1)).await;
    let (renewals, end) = tokio::join!(
        renew_for(case, &page, case.term()?, |turn| turn),
        case.all_die(
            &tokens,
            "a term of silence, and a renewal that came too late"
        ),
    );
    end?;
    renewals
}

async fn begins_anew(case: &Case) -> Verdict {
    let page = case.page();
    let (authority, term) = (case.authority()?, case.term()?);
    let first = [leased(case, &page, "1", 0).await?];
    let ends = authority.until_dead(term + case.patience(), &first).await;
    resting_on("silence-ends-a-lease", ends)?;
    renewed(case, &page).await?;
    let again = case.token(&page, "1").field("lease", json!(true));
    let again = again.send().await?;
    let is_dead = again
        .granted()
        .is_ok_and(|granted| first.contains(&granted.token));
    ensure(!is_dead, "no token that is dead", again.came())?;
    let second = leased(case, &page, "2", 0).await?;
    renew_for(case, &page, term / 2, |turn| turn).await?;
    let is_alive = authority.is_alive(&second);
    ensure(is_alive, "the new token alive", "it is dead")
}

/// `revoke` and `word`, if the answer has them.
fn push(answer: &Answer) -> Option<(Value, String)> {
    let fields = answer.object()?;
    let word = fields.get("word")?.as_str()?.to_owned();
    Some((fields.get("revoke")?.clone(), word))
}

async fn recall_is_repeated(case: &Case) -> Verdict {
    let page = case.page();
    let token = leased(case, &page, "1", 0).await?;
    renewed(case, &page).await?;
    recall(case, &page).await?;
    let first = renewed(case, &page).await?;
    let Some((revoke, word)) = push(&first) else {
        return Err(failed("`revoke` with a `word`", first.came()));
    };
    ensure(
        word.len() <= 64,
        "a `word` of at most 64 characters",
        word.as_str(),
    )?;
    case.all_die(&[token], "a recall").await?;
    // Of another word the page has had something else.
    let call = case.lease(&page).field("heard", json!("another-word"));
    let again = call.send().await?.expect("200", &[200])?;
    let expected = format!("`revoke`: {revoke} with the same `word` again");
    ensure(
        push(&again) == Some((revoke, word.clone())),
        expected,
        again.came(),
    )?;
    let call = case.lease(&page).field("heard", json!(word));
    let heard = call.send().await?.expect("200", &[200])?;
    ensure(
        push(&heard).is_none(),
        "nothing once it was heard",
        heard.came(),
    )?;

    let page = case.page();
    renewed(case, &page).await?;
    recall(case, &page).await?;
    for turn in 0..=MOST_REPETITIONS + 1 {
        let answer = renewed(case, &page).await?;
        let says = push(&answer).is_some();
        if turn == 0 {
            ensure(says, "`revoke` with a `word`", answer.came())?;
        }
        let is_too_often = says && turn > MOST_REPETITIONS;
        ensure(!is_too_often, "no fourth repetition", answer.came())?;
    }
    Ok(())
}

/// Has the page life recalled.
async fn recall(case: &Case, page: &Page) -> Verdict {
    let command = case.settings().recall_command.clone();
    let Some(command) = command else {
        return Err(skipped(Need::Recall.advice()));
    };
    let mut shell = tokio::process::Command::new("sh");
    let shell = shell.arg("-c").arg(command).env("SESSION", &page.session);
    let status = shell.kill_on_drop(true).status().await;
    let is_done = status.is_ok_and(|status| status.success());
    if is_done {
        Ok(())
    } else {
        Err(skipped("the recall command failed"))
    }
}
