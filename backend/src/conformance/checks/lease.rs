//! The lease: its requests and answers.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::super::{
    Answer, Case, Check, Need, Page, Theme, Verdict,
    call::FORM,
    verdict::{ensure, failed},
};
use crate::core::MAX_LEASE_BODY;

/// Within this a request that is not held is answered.
const AT_ONCE: Duration = Duration::from_secs(5);
/// The longest that a request may be held, in seconds.
const LONGEST_HOLD: f64 = 60.0;

const NEEDS: &[Need] = &[Need::Cookie, Need::Lease];

pub(super) const THEME: Theme = Theme {
    name: "lease",
    checks: &[
        Check {
            name: "lease-answer",
            rule: "The answer to a lease request has a `term` of at least 10 seconds, and a `renew_in` below it.",
            why: "A page that learns no term takes its tokens for alive for ever, or drops them at once.",
            needs: NEEDS,
            run: |case| Box::pin(lease_answer(case)),
        },
        Check {
            name: "first-lease-request-is-not-held",
            rule: "The first lease request of a page life is answered at once.",
            why: "The page learns the term from it.",
            needs: NEEDS,
            run: |case| Box::pin(first_is_not_held(case)),
        },
        Check {
            name: "lease-hold-is-short",
            rule: "Later ones are held for less than the term and for 60 seconds at the most, and `held` says for how long.",
            why: "The page counts the term from when it sent the request, and from so much later.",
            needs: &[Need::Cookie, Need::Lease, Need::ShortTerm],
            run: |case| Box::pin(hold_is_short(case)),
        },
        Check {
            name: "lease-admission",
            rule: "The checks of the lease endpoint are those of the token endpoint: 403 without the static header or from another site, 401 without a sign-in.",
            why: "Whoever can renew a lease keeps tokens alive.",
            needs: NEEDS,
            run: |case| Box::pin(admission(case)),
        },
        Check {
            name: "malformed-lease-request",
            rule: "A lease request that is no JSON object or has no proper session is answered 400, one of another type 415, one of more than 4 KiB 413.",
            why: "The SDK goes by the status.",
            needs: NEEDS,
            run: |case| Box::pin(malformed(case)),
        },
        Check {
            name: "lease-unknown-fields",
            rule: "Fields of a lease request that the backend does not know are ignored, and so is a word that it never gave.",
            why: "Pages can be newer than backends, and a word may be of before a restart.",
            needs: NEEDS,
            run: |case| Box::pin(unknown_fields(case)),
        },
        Check {
            name: "lease-no-store",
            rule: "The answers of the lease endpoint have `Cache-Control: no-store`.",
            why: "A cache would renew in the backend's place.",
            needs: NEEDS,
            run: |case| Box::pin(no_store(case)),
        },
        Check {
            name: "lease-of-another-sign-in",
            rule: "Nobody but the sign-in of a page life can renew it or have tokens for it.",
            why: "Else whoever learns its name keeps the tokens of somebody else alive.",
            needs: &[Need::Cookie, Need::Lease, Need::OtherCookie],
            run: |case| Box::pin(another_sign_in(case)),
        },
    ],
};

/// A renewal that was answered 200.
pub(super) async fn renewed(case: &Case, page: &Page) -> Verdict<Answer> {
    let answer = case.lease(page).send().await?;
    answer.expect("200 to a lease request", &[200])
}

fn number(fields: &Map<String, Value>, name: &str) -> Option<f64> {
    fields.get(name)?.as_f64()
}

async fn lease_answer(case: &Case) -> Verdict {
    let answer = renewed(case, &case.page()).await?;
    let fields = answer.object().unwrap_or_default();
    let least = case.settings().least_term.as_secs_f64();
    let term = number(&fields, "term").filter(|term| *term >= least);
    let Some(term) = term else {
        return Err(failed(
            format!("a `term` of at least {least}"),
            answer.came(),
        ));
    };
    let renew_in = number(&fields, "renew_in");
    let is_sane = match fields.get("renew_in") {
        // The SDK takes an absent one for 55.
        None => term > 55.0,
        Some(_) => renew_in.is_some_and(|seconds| seconds >= 0.0 && seconds < term),
    };
    ensure(is_sane, "a `renew_in` below the `term`", answer.came())
}

async fn first_is_not_held(case: &Case) -> Verdict {
    for begins_with_token in [false, true] {
        let page = case.page();
        if begins_with_token {
            let call = case.token(&page, "1").field("lease", json!(true));
            call.send().await?.granted()?;
        }
        let call = case.lease(&page).within(AT_ONCE);
        let answer = call.send().await?.expect("200 at once", &[200])?;
        let held = answer.object().and_then(|fields| number(&fields, "held"));
        let is_held = held.is_some_and(|held| held > 0.1);
        ensure(!is_held, "no `held`, or 0", answer.came())?;
    }
    Ok(())
}

async fn hold_is_short(case: &Case) -> Verdict {
    let page = case.page();
    let term = case.term()?.as_secs_f64();
    renewed(case, &page).await?;
    let answer = renewed(case, &page).await?;
    let took = answer.took.as_secs_f64();
    let shown = format!("an answer after {took:.1} s, {}", answer.came());
    let is_short = took < term + 1.0 && took <= LONGEST_HOLD + 1.0;
    ensure(is_short, "an answer within the term", shown.as_str())?;
    let held = answer.object().and_then(|fields| number(&fields, "held"));
    let held = held.unwrap_or(0.0);
    let is_true = held <= took + 0.5 && (took < 2.0 || held >= took - 2.0);
    ensure(is_true, "`held` as long as it took", shown)
}

async fn admission(case: &Case) -> Verdict {
    let page = case.page();
    let lease = || case.lease(&page);
    for (call, status) in [
        (lease().without("x-downscope"), 403),
        (lease().with("sec-fetch-site", "cross-site"), 403),
        (lease().without("sec-fetch-site").without("origin"), 403),
        (lease().without("cookie"), 401),
    ] {
        let answer = call.send().await?;
        answer.expect(&status.to_string(), &[status])?;
    }
    Ok(())
}

async fn malformed(case: &Case) -> Verdict {
    let page = case.page();
    let lease = || case.lease(&page);
    for (call, status) in [
        (lease().field("session", Value::Null), 400),
        (lease().field("session", json!("short")), 400),
        (lease().field("session", json!(7)), 400),
        (lease().body("{"), 400),
        (lease().body("[]"), 400),
        (lease().with("content-type", FORM), 415),
        (lease().with("content-type", "text/plain"), 415),
        (lease().padded_to(MAX_LEASE_BODY + 1), 413),
    ] {
        let answer = call.send().await?;
        answer.expect(&status.to_string(), &[status])?;
    }
    Ok(())
}

async fn unknown_fields(case: &Case) -> Verdict {
    let page = case.page();
    for heard in [json!("a-word-of-nobody"), json!("w".repeat(100)), json!(7)] {
        let page = if heard.is_string() {
            page.clone()
        } else {
            case.page()
        };
        let call = case.lease(&page).field("conformance", json!([1]));
        let answer = call.field("heard", heard).send().await?;
        let answer = answer.expect("200", &[200])?;
        let says = answer
            .object()
            .is_some_and(|fields| fields.contains_key("revoke"));
        ensure(!says, "no `revoke` out of nothing", answer.came())?;
    }
    Ok(())
}

async fn no_store(case: &Case) -> Verdict {
    let page = case.page();
    for call in [case.lease(&page), case.lease(&page).without("cookie")] {
        let answer = call.send().await?;
        let control = answer.header("cache-control").unwrap_or_default();
        ensure(
            control.split(',').any(|one| one.trim() == "no-store"),
            "Cache-Control: no-store",
            format!("Cache-Control: {control} in a {}", answer.status),
        )?;
    }
    Ok(())
}

async fn another_sign_in(case: &Case) -> Verdict {
    let page = case.page();
    let cookie = case.settings().other_cookie.as_ref();
    let cookie = cookie.map(|cookie| cookie.expose());
    let own = case.token(&page, "1").field("lease", json!(true));
    own.send().await?.granted()?;
    renewed(case, &page).await?;
    let what = "400 (or 403) to another sign-in";
    let other = case.lease(&page).with_or_without("cookie", cookie);
    other.send().await?.expect(what, &[400, 403])?;
    let other = case.token(&page, "2").field("lease", json!(true));
    let other = other.with_or_without("cookie", cookie);
    other.send().await?.expect(what, &[400, 403])?;
    renewed(case, &page).await?;
    Ok(())
}
