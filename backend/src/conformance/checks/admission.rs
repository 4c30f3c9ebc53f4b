//! Who is let in.

use super::super::{
    Answer, Case, Check, Need, Theme, Verdict,
    call::Call,
    verdict::{ensure, failed},
};

/// An origin that is not the app's.
const STRANGER: &str = "https://stranger.example";

pub(super) const THEME: Theme = Theme {
    name: "admission",
    checks: &[
        Check {
            name: "static-header",
            rule: "A token request without `X-Downscope: 1` is refused with 403.",
            why: "The cookie comes along with other sites' requests too; this header does not (RFC 10017 section 6.1.3.3).",
            needs: &[Need::Cookie],
            run: |case| Box::pin(static_header(case)),
        },
        Check {
            name: "fetch-metadata",
            rule: "A token request that the browser says is cross-site, typed in, or of a sibling that is not the app, is refused with 403.",
            why: "Of all headers no script can set this one.",
            needs: &[Need::Cookie],
            run: |case| Box::pin(fetch_metadata(case)),
        },
        Check {
            name: "origin-of-old-browsers",
            rule: "Without Sec-Fetch-Site, `Origin` decides: the app's own is let in, any other or none is refused with 403.",
            why: "Older browsers send no Fetch Metadata, and are to be neither locked out nor unprotected.",
            needs: &[Need::Cookie, Need::Origin],
            run: |case| Box::pin(origin_of_old_browsers(case)),
        },
        Check {
            name: "sign-in-required",
            rule: "A token request without a sign-in, or with one that is made up, is answered 401.",
            why: "401 makes the SDK stop until the user is back; anything else makes it go on asking, or worse, gives it a token.",
            needs: &[Need::Cookie],
            run: |case| Box::pin(sign_in_required(case)),
        },
        Check {
            name: "admission-comes-first",
            rule: "Where it comes from is looked at before who is signed in, and that before the body.",
            why: "Another site must not learn from the status whether somebody is signed in.",
            needs: &[Need::Cookie],
            run: |case| Box::pin(admission_comes_first(case)),
        },
        Check {
            name: "challenge-without-a-dialog",
            rule: "The challenge of a 401 is none for which browsers show a dialog.",
            why: "The user would be asked for a password out of nowhere.",
            needs: &[],
            run: |case| Box::pin(challenge_without_a_dialog(case)),
        },
        Check {
            name: "no-preflight-for-strangers",
            rule: "A preflight of another site is not granted.",
            why: "With it, that site's scripts could send the static header.",
            needs: &[],
            run: |case| Box::pin(no_preflight_for_strangers(case)),
        },
        Check {
            name: "allowed-cross-origin",
            rule: "An origin that the backend is told to let in gets its preflight, its token and the headers to read the answer.",
            why: "An app on app.example with its backend on api.example is same-site, and the SDK supports it.",
            needs: &[Need::Cookie, Need::CrossOrigin],
            run: |case| Box::pin(allowed_cross_origin(case)),
        },
        Check {
            name: "only-post",
            rule: "A token is handed out to a POST, and to nothing else.",
            why: "A GET can be sent by a link, a picture or a prefetch.",
            needs: &[Need::Cookie],
            run: |case| Box::pin(only_post(case)),
        },
    ],
};

async fn refused(call: Call<'_>, what: &str) -> Verdict<Answer> {
    call.send().await?.expect(what, &[403])
}

async fn static_header(case: &Case) -> Verdict {
    let page = case.page();
    for value in [None, Some("0"), Some("true")] {
        let call = case.token(&page, "1").with_or_without("x-downscope", value);
        refused(call, "403 without the static header").await?;
    }
    case.nothing_was_minted()
}

async fn fetch_metadata(case: &Case) -> Verdict {
    let page = case.page();
    let own = case.settings().origin.as_deref();
    for (site, origin) in [
        ("cross-site", own),
        ("cross-site", Some(STRANGER)),
        ("none", None),
        ("same-site", None),
        ("same-site", Some(STRANGER)),
    ] {
        let call = case
            .token(&page, "1")
            .with("sec-fetch-site", site)
            .with_or_without("origin", origin);
        refused(call, &format!("403 to Sec-Fetch-Site: {site}")).await?;
    }
    case.nothing_was_minted()
}

async fn origin_of_old_browsers(case: &Case) -> Verdict {
    let page = case.page();
    let own = case.settings().origin.clone().unwrap_or_default();
    let longer = format!("{own}.stranger.example");
    for origin in [None, Some("null"), Some(STRANGER), Some(longer.as_str())] {
        let call = case
            .token(&page, "1")
            .without("sec-fetch-site")
            .with_or_without("origin", origin);
        refused(call, "403 without Sec-Fetch-Site and the app's own origin").await?;
    }
    case.nothing_was_minted()?;
    let call = case.token(&page, "1").without("sec-fetch-site");
    let answer = call.with("origin", own).send().await?;
    answer.expect("200 to the app's own origin", &[200])?;
    Ok(())
}

async fn sign_in_required(case: &Case) -> Verdict {
    let page = case.page();
    let cookie = case.settings().cookie.as_ref();
    let name = cookie.and_then(|cookie| cookie.expose().split('=').next());
    let made_up = format!("{}=made-up-{}", name.unwrap_or("session"), page.session);
    for cookie in [None, Some(made_up.as_str())] {
        let call = case.token(&page, "1").with_or_without("cookie", cookie);
        let answer = call.send().await?;
        answer.expect("401 without a sign-in", &[401])?;
    }
    case.nothing_was_minted()
}

async fn admission_comes_first(case: &Case) -> Verdict {
    let page = case.page();
    let call = case.token(&page, "1").without("cookie");
    let call = call.without("x-downscope").without("origin");
    refused(
        call.with("sec-fetch-site", "cross-site"),
        "403 to another site, whether or not somebody is signed in",
    )
    .await?;
    let call = case.token(&page, "1").without("cookie").body("{");
    let answer = call.send().await?;
    answer.expect("401 without a sign-in, whatever the body", &[401])?;
    Ok(())
}

async fn challenge_without_a_dialog(case: &Case) -> Verdict {
    let page = case.page();
    let answer = case.token(&page, "1").without("cookie").send().await?;
    let challenge = answer.header("www-authenticate").unwrap_or_default();
    let scheme = challenge.split(' ').next().unwrap_or_default();
    let scheme = scheme.to_ascii_lowercase();
    let has_dialog = ["basic", "digest", "negotiate", "ntlm"].contains(&scheme.as_str());
    ensure(
        !has_dialog,
        "no challenge, or one such as `Cookie realm=\"app\"`",
        format!("WWW-Authenticate: {challenge}"),
    )
}

async fn no_preflight_for_strangers(case: &Case) -> Verdict {
    let answer = preflight(case, STRANGER).send().await?;
    let granted = answer.header("access-control-allow-origin");
    match granted {
        Some(origin) if origin == "*" || origin == STRANGER => Err(failed(
            "no Access-Control-Allow-Origin for a stranger",
            format!("Access-Control-Allow-Origin: {origin}"),
        )),
        Some(_) | None => Ok(()),
    }
}

async fn allowed_cross_origin(case: &Case) -> Verdict {
    let origin = case.settings().cross_origin.clone().unwrap_or_default();
    let answer = preflight(case, &origin).send().await?;
    let answer = answer.expect("200 or 204 to the preflight", &[200, 204])?;
    has_leave(&answer, &origin)?;
    let headers = answer.header("access-control-allow-headers");
    let headers = headers.unwrap_or_default().to_ascii_lowercase();
    for name in ["content-type", "x-downscope"] {
        ensure(
            headers.split(',').any(|one| one.trim() == name),
            format!("{name} in Access-Control-Allow-Headers"),
            headers.clone(),
        )?;
    }
    let page = case.page();
    let call = case
        .token(&page, "1")
        .with("origin", origin.as_str())
        .with("sec-fetch-site", "same-site");
    let answer = call.clone().send().await?.expect("200", &[200])?;
    has_leave(&answer, &origin)?;
    let answer = call.body("{").send().await?.expect("400", &[400])?;
    has_leave(&answer, &origin)
}

fn preflight<'a>(case: &'a Case, origin: &str) -> Call<'a> {
    case.token(&case.page(), "1")
        .method("OPTIONS")
        .without("cookie")
        .without("x-downscope")
        .without("content-type")
        .with("origin", origin)
        .with("sec-fetch-site", "same-site")
        .with("access-control-request-method", "POST")
        .with("access-control-request-headers", "content-type,x-downscope")
        .body("")
}

fn has_leave(answer: &Answer, origin: &str) -> Verdict {
    for (name, value) in [
        ("access-control-allow-origin", origin),
        ("access-control-allow-credentials", "true"),
    ] {
        ensure(
            answer.header(name) == Some(value),
            format!("{name}: {value}"),
            format!("{name}: {}", answer.header(name).unwrap_or("(none)")),
        )?;
    }
    Ok(())
}

async fn only_post(case: &Case) -> Verdict {
    for method in ["GET", "PUT"] {
        let call = case.token(&case.page(), "1").method(method);
        let answer = call.send().await?;
        let what = format!("no token for a {method}");
        ensure(answer.granted().is_err(), what, answer.came())?;
    }
    case.nothing_was_minted()
}
