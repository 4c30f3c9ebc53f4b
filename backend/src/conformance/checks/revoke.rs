//! What the revoke endpoint takes, and what it kills.

use super::super::{
    Case, Check, Need, Theme, Verdict,
    call::JSON,
    verdict::{ensure, failed, skipped},
};
use super::twice::page_with_token;
use crate::core::MAX_REVOKE_BODY;

/// As many names as the SDK sends before it names the whole page life.
const MANY_NAMES: usize = 1_000;

pub(super) const THEME: Theme = Theme {
    name: "revoke",
    checks: &[
        Check {
            name: "revoke-needs-nothing",
            rule: "A revoke needs no cookie and no header: it proves itself by what it names. It is answered 204, and the token is dead.",
            why: "A page that goes away can send no header of ours, and its user may have signed out.",
            needs: &[Need::Cookie, Need::Authority],
            run: |case| Box::pin(revoke_needs_nothing(case)),
        },
        Check {
            name: "revoke-comes-again",
            rule: "A revoke that comes twice, at once or later, is answered as the first one.",
            why: "The last request of a page comes twice: by fetch and as a beacon.",
            needs: &[Need::Cookie, Need::Authority, Need::Record],
            run: |case| Box::pin(revoke_comes_again(case)),
        },
        Check {
            name: "revoke-spares-the-rest",
            rule: "A revoke kills what it names and nothing else, also of the page life that speaks.",
            why: "Another viewer, or another tab, is using the rest.",
            needs: &[Need::Cookie, Need::Authority],
            run: |case| Box::pin(revoke_spares_the_rest(case)),
        },
        Check {
            name: "revoke-media-type",
            rule: "The revoke endpoint takes application/x-www-form-urlencoded, also with parameters, and answers 415 to anything else.",
            why: "A body that is read as something else names nothing, and a 204 to it would be a lie.",
            needs: &[Need::Authority],
            run: |case| Box::pin(revoke_media_type(case)),
        },
        Check {
            name: "malformed-revoke",
            rule: "A revoke that names nothing, or requests without a session, is answered 400.",
            why: "A session alone must never mean everything.",
            needs: &[],
            run: |case| Box::pin(malformed_revoke(case)),
        },
        Check {
            name: "revoke-unknown-fields",
            rule: "Parameters and reasons that the backend does not know are ignored.",
            why: "Pages can be newer than backends, and a revoke must not fail for a word.",
            needs: &[Need::Cookie, Need::Authority],
            run: |case| Box::pin(revoke_unknown_fields(case)),
        },
        Check {
            name: "revoke-large-body",
            rule: "A revoke of 60,000 bytes with 1,000 names is carried out like any other.",
            why: "That is what a page with many tokens sends when it goes away.",
            needs: &[Need::Cookie, Need::Authority, Need::Record],
            run: |case| Box::pin(revoke_large_body(case)),
        },
        Check {
            name: "revoke-body-limit",
            rule: "A revoke of more than 64 KiB is answered 413.",
            why: "Anybody can send it, so what it costs is to be bounded.",
            needs: &[],
            run: |case| Box::pin(revoke_body_limit(case)),
        },
        Check {
            name: "revoke-outlives-its-page",
            rule: "A revoke is finished though its connection is closed at once.",
            why: "Nobody waits for the answer of a page that goes away.",
            needs: &[Need::Cookie, Need::Authority],
            run: |case| Box::pin(revoke_outlives_its_page(case)),
        },
        Check {
            name: "unknown-token-is-ended",
            rule: "A token that the backend has no record of is revoked at the authorization server all the same.",
            why: "Another instance may have minted it, or this one before its restart.",
            needs: &[Need::Authority],
            run: |case| Box::pin(unknown_token_is_ended(case)),
        },
        Check {
            name: "token-unknown-to-the-authority",
            rule: "A token that the authorization server does not know either is dead: 204, or 202 where it is looked up later.",
            why: "It has expired or was revoked before; to repeat it for ever would help nobody.",
            needs: &[Need::Authority],
            run: |case| Box::pin(token_unknown_to_the_authority(case)),
        },
        Check {
            name: "unknown-handle-is-not-dead",
            rule: "A handle that the backend does not know is never answered 204 or 202.",
            why: "What it stands for may be alive, and the backend can do nothing about it.",
            needs: &[],
            run: |case| Box::pin(unknown_handle_is_not_dead(case)),
        },
        Check {
            name: "handle-revokes-its-token",
            rule: "A revocation handle revokes its token and no other.",
            why: "Where it is given, the page names it in place of the token.",
            needs: &[Need::Cookie, Need::Authority],
            run: |case| Box::pin(handle_revokes_its_token(case)),
        },
    ],
};

async fn revoke_needs_nothing(case: &Case) -> Verdict {
    let (_, granted) = page_with_token(case).await?;
    let answer = case.revoke_granted([&granted]).send().await?;
    let answer = answer.expect("204", &[204])?;
    case.keeps_its_word(&answer, &[granted.token]).await?;
    Ok(())
}

async fn revoke_comes_again(case: &Case) -> Verdict {
    let (page, granted) = page_with_token(case).await?;
    let body = [
        ("token", granted.token.as_str()),
        ("session", page.session.as_str()),
        ("pending", "2"),
        ("reason", "unload"),
    ];
    let (one, other) = tokio::join!(case.revoke(body).send(), case.revoke(body).send());
    let later = case.insist(case.revoke(body)).await;
    let tokens = [granted.token.clone()];
    for answer in [one?, other?, later?] {
        let answer = answer.expect("204 or 202 each time", &[202, 204])?;
        case.keeps_its_word(&answer, &tokens).await?;
    }
    Ok(())
}

async fn revoke_spares_the_rest(case: &Case) -> Verdict {
    let (page, granted) = page_with_token(case).await?;
    let sibling = case.granted(&page, "2").await?.token;
    let neighbour = case.granted(&case.page(), "1").await?.token;
    let spared = [sibling, neighbour];
    let form = [
        ("token", granted.token.as_str()),
        ("session", page.session.as_str()),
        ("reason", "evicted"),
    ];
    case.insist(case.revoke(form)).await?;
    case.all_die(std::slice::from_ref(&granted.token), "its revoke")
        .await?;
    let alive = case.authority()?.alive_of(&spared).len();
    ensure(
        alive == 2,
        "the page life's other token and another page life's alive",
        format!("{alive} of 2 alive"),
    )
}

async fn revoke_media_type(case: &Case) -> Verdict {
    let unknown = case.authority()?.mint(1);
    let token = unknown.concat();
    for media_type in [Some("text/plain"), Some(JSON), None] {
        let call = case.revoke_token(&token);
        let call = call.with_or_without("content-type", media_type);
        let what = format!("415 to {}", media_type.unwrap_or("no Content-Type"));
        call.send().await?.expect(&what, &[415])?;
    }
    let is_alive = case.authority()?.is_alive(&token);
    ensure(is_alive, "nothing revoked by a 415", "a dead token")?;
    let with_charset = "application/x-www-form-urlencoded;charset=UTF-8";
    let call = case.revoke_token(&token).with("content-type", with_charset);
    let answer = case.insist(call).await?;
    answer.expect("204 or 202 to a form with a charset", &[202, 204])?;
    Ok(())
}

async fn malformed_revoke(case: &Case) -> Verdict {
    let page = case.page();
    let session = page.session.as_str();
    let short = "short";
    for form in [
        vec![],
        vec![("session", session)],
        vec![("session", session), ("reason", "unload")],
        vec![("pending", "1")],
        vec![("whole_session", "1")],
        vec![("session", short), ("pending", "1")],
        vec![("session", short), ("whole_session", "1")],
        vec![("token", "")],
    ] {
        let answer = case.revoke(form).send().await?;
        answer.expect("400", &[400])?;
    }
    Ok(())
}

async fn revoke_unknown_fields(case: &Case) -> Verdict {
    let (_, granted) = page_with_token(case).await?;
    let answer = case.insist(case.revoke([
        ("conformance", "1"),
        ("token", granted.token.as_str()),
        ("reason", "of-a-later-day"),
        ("conformance", "2"),
    ]));
    let answer = answer.await?.expect("204 or 202", &[202, 204])?;
    case.keeps_its_word(&answer, &[granted.token]).await?;
    Ok(())
}

async fn revoke_large_body(case: &Case) -> Verdict {
    let (page, granted) = page_with_token(case).await?;
    let last = case.granted(&page, "last").await?.token;
    let ids: Vec<_> = (2..MANY_NAMES).map(|id| format!("{id:0>51}")).collect();
    let names = ids.iter().map(|id| ("pending", id.as_str()));
    let form = [("session", page.session.as_str())].into_iter();
    let form = form.chain(names).chain([
        ("token", granted.token.as_str()),
        ("pending", "last"),
        ("reason", "unload"),
    ]);
    let answer = case.insist(case.revoke(form)).await?;
    let answer = answer.expect("204 or 202 to 1,000 names", &[202, 204])?;
    case.keeps_its_word(&answer, &[granted.token, last]).await?;
    Ok(())
}

async fn revoke_body_limit(case: &Case) -> Verdict {
    let call = case.revoke_token("made-up").padded_to(MAX_REVOKE_BODY + 1);
    let answer = call.send().await?;
    answer.expect("413 to 65,537 bytes", &[413])?;
    Ok(())
}

async fn revoke_outlives_its_page(case: &Case) -> Verdict {
    let (_, granted) = page_with_token(case).await?;
    let authority = case.authority()?;
    authority.misbehave(|faults| faults.revoke_latency = std::time::Duration::from_millis(500));
    {
        let mut sent = Box::pin(case.revoke_granted([&granted]).send());
        let is_asked = authority.until_called(case.patience(), |calls| {
            calls.revokes.contains_key(&granted.token)
        });
        tokio::select! {
            answer = &mut sent => {
                // It was taken over before anything was asked.
                answer?.expect("204, 202 or 503", &[202, 204, 503])?;
            }
            is_asked = is_asked => ensure(is_asked, "a revocation", "none")?,
        }
        // Here the page closes its connection.
    }
    case.all_die(&[granted.token], "its revoke, whose connection was closed")
        .await
}

async fn unknown_token_is_ended(case: &Case) -> Verdict {
    let tokens = case.authority()?.mint(2);
    let names = tokens.iter().map(|token| ("token", token.as_str()));
    let answer = case.insist(case.revoke(names)).await?;
    let answer = answer.expect("204 or 202", &[202, 204])?;
    case.keeps_its_word(&answer, &tokens).await?;
    Ok(())
}

async fn token_unknown_to_the_authority(case: &Case) -> Verdict {
    let authority = case.authority()?;
    for is_invalid in [false, true] {
        authority.misbehave(|faults| faults.unknown_is_invalid = is_invalid);
        let name = format!("made-up-{}", case.page().session);
        let answer = case.insist(case.revoke_token(&name)).await?;
        answer.expect("204 or 202", &[202, 204])?;
    }
    Ok(())
}

async fn unknown_handle_is_not_dead(case: &Case) -> Verdict {
    let name = format!("made-up-{}", case.page().session);
    let answer = case.revoke([("handle", name.as_str())]).send().await?;
    answer.expect(
        "503 (or 400 from a backend that gives no handles)",
        &[400, 503],
    )?;
    Ok(())
}

async fn handle_revokes_its_token(case: &Case) -> Verdict {
    let (page, granted) = page_with_token(case).await?;
    let Some(handle) = granted.handle else {
        return Err(skipped("the backend gives no handles"));
    };
    let other = case.granted(&page, "2").await?.token;
    let answer = case.insist(case.revoke([("handle", handle.as_str())]));
    let answer = answer.await?.expect("204 or 202", &[202, 204])?;
    case.keeps_its_word(&answer, &[granted.token]).await?;
    if !case.authority()?.is_alive(&other) {
        return Err(failed("the other token alive", "it is dead"));
    }
    Ok(())
}
