//! What is said of tokens whose end the authorization server refuses.

use super::super::{
    Answer, Case, Check, Need, Page, Theme, Verdict, answer::Word, authority::Refusal, call::Call,
    verdict::ensure,
};
use super::overtaking::{Named, is_refused, revoke_meanwhile};
use super::twice::{page_with_token, resting_on};

pub(super) const THEME: Theme = Theme {
    name: "truth",
    checks: &[
        Check {
            name: "no-204-of-the-living",
            rule: "While the authorization server refuses, nobody says 204: not of a token, a request, a page life or an unknown token.",
            why: "204 means dead, and nobody looks again after it.",
            needs: &[Need::Cookie, Need::Authority],
            run: |case| Box::pin(no_204_of_the_living(case)),
        },
        Check {
            name: "refused-revoke-is-repeated",
            rule: "A revoke of what is on record is taken over though the authorization server refuses it, and repeated by the backend until the token is dead.",
            why: "A page that goes away reads no 503, and nobody else would repeat it.",
            needs: &[Need::Cookie, Need::Authority, Need::Record],
            run: |case| Box::pin(refused_revoke_is_repeated(case)),
        },
        Check {
            name: "taken-over-is-taken-over",
            rule: "What 202 was said of dies without any further request, an unknown token too.",
            why: "On 202 the SDK does not send it again.",
            needs: &[Need::Authority],
            run: |case| Box::pin(taken_over_is_taken_over(case)),
        },
        Check {
            name: "withdrawn-mint-is-repeated",
            rule: "A token that was revoked while it was minted dies, though the authorization server refuses its revocation at first.",
            why: "No page knows it, so only the backend can end it.",
            needs: &[Need::Cookie, Need::Authority, Need::Record],
            run: |case| Box::pin(withdrawn_mint_is_repeated(case)),
        },
        Check {
            name: "limit-loses-nothing",
            rule: "Where the authorization server takes 20 calls a second and refuses the rest with 429, each of 60 tokens on record dies without any further request.",
            why: "When many pages leave at once, its limit is met first, and nobody is there to repeat.",
            needs: &[Need::Cookie, Need::Authority, Need::Record],
            run: |case| Box::pin(limit_loses_nothing(case)),
        },
    ],
};

/// As authorization servers refuse.
fn refusals() -> [Refusal; 3] {
    [
        Refusal::always(503),
        Refusal::always(429).after(1),
        Refusal::always(500).saying("<html>"),
    ]
}

/// One token, and a revoke that names it.
async fn named<'a>(case: &'a Case, by: usize) -> Verdict<(&'static str, String, Call<'a>)> {
    let (page, granted): (Page, _) = page_with_token(case).await?;
    let token = granted.token;
    Ok(match by {
        0 => ("a token", token.clone(), case.revoke_token(&token)),
        1 => ("a request", token, Named::Request.revoke(case, &page)),
        _ => ("a page life", token, Named::PageLife.revoke(case, &page)),
    })
}

async fn no_204_of_the_living(case: &Case) -> Verdict {
    let authority = case.authority()?;
    let mut calls = Vec::new();
    for by in 0..3 {
        let (what, token, call) = named(case, by).await?;
        calls.push((what, vec![token], call));
    }
    let unknown = authority.mint(1);
    let call = case.revoke_token(&unknown.concat());
    calls.push(("an unknown token", unknown, call));
    for (refusal, (what, tokens, call)) in refusals().iter().cycle().zip(calls) {
        authority.misbehave(|faults| faults.revokes = Some(refusal.clone()));
        let answer = call.send().await?;
        let alive = authority.alive_of(&tokens).len();
        let expected = format!(
            "202 or 503 to a revoke of {what} while the authorization server says {}",
            refusal.status
        );
        let answer = answer.expect(&expected, &[202, 204, 503])?;
        let is_lie = answer.status == 204 && alive > 0;
        ensure(!is_lie, expected, "204 of what is alive")?;
    }
    Ok(())
}

async fn refused_revoke_is_repeated(case: &Case) -> Verdict {
    let authority = case.authority()?;
    for (by, refusal) in refusals().into_iter().enumerate() {
        let (what, token, call) = named(case, by).await?;
        authority.misbehave(|faults| faults.revokes = Some(refusal));
        call.send().await?;
        authority.misbehave(|faults| faults.revokes = None);
        let since = format!("a revoke of {what} that was refused at first");
        case.all_die(&[token], &since).await?;
    }
    // Refused once, as in passing.
    let (what, token, call) = named(case, 0).await?;
    authority.misbehave(|faults| faults.revokes = Some(Refusal::next(1, 503)));
    call.send().await?;
    let since = format!("a revoke of {what} that was refused once");
    case.all_die(&[token], &since).await
}

async fn taken_over_is_taken_over(case: &Case) -> Verdict {
    let authority = case.authority()?;
    let unknown = authority.mint(3);
    authority.misbehave(|faults| faults.revokes = Some(Refusal::always(503)));
    let names = unknown.iter().map(|token| ("token", token.as_str()));
    let call = case.revoke(names);
    let answer = call.clone().send().await?;
    authority.misbehave(|faults| faults.revokes = None);
    match Word::try_from(&answer)? {
        Word::TakenOver => case.all_die(&unknown, "202 was answered").await,
        // It was not taken, and the page sends it again.
        Word::NotTaken => again(case, call, &unknown).await,
        // That is for another rule to say.
        Word::Dead => Ok(()),
    }
}

async fn again(case: &Case, call: Call<'_>, tokens: &[String]) -> Verdict {
    let answer: Answer = case.insist(call).await?;
    let answer = answer.expect("204 or 202 once it is back", &[202, 204])?;
    case.keeps_its_word(&answer, tokens).await?;
    Ok(())
}

async fn withdrawn_mint_is_repeated(case: &Case) -> Verdict {
    let authority = case.authority()?;
    for named in [Named::Request, Named::PageLife] {
        authority.misbehave(|faults| faults.revokes = Some(Refusal::always(503)));
        let (asked, _) = revoke_meanwhile(case, named, 0, 0).await?;
        let is_withdrawn = is_refused(&asked).is_ok();
        resting_on("pending-while-minting", is_withdrawn)?;
        authority.misbehave(|faults| faults.revokes = None);
        case.nothing_lives("a withdrawn token whose revocation was refused at first")
            .await?;
    }
    Ok(())
}

async fn limit_loses_nothing(case: &Case) -> Verdict {
    let authority = case.authority()?;
    let page = case.page();
    let mut tokens = Vec::new();
    for id in 0..60 {
        tokens.push(case.granted(&page, &id.to_string()).await?.token);
    }
    authority.misbehave(|faults| faults.per_second = Some(20));
    let names = tokens.iter().map(|token| ("token", token.as_str()));
    case.revoke(names).send().await?;
    case.all_die(&tokens, "a revoke that met a limit").await
}
