//! What is logged, and what never is.

use serde_json::json;

use crate::support::{ADMIN_TOKEN, AUTH_SECRET, CLIENT_SECRET, Outcome, World};

#[tokio::test]
async fn no_secret_is_in_the_log_nor_in_a_metric() -> Outcome {
    let handles = [("tokens.handles", "sealed"), ("keys.ring", RING)];
    let world = World::new(&handles).await?;
    let mut secrets = vec![
        ADMIN_TOKEN.to_owned(),
        AUTH_SECRET.to_owned(),
        CLIENT_SECRET.to_owned(),
        RING.to_owned(),
        "FAKE-browser".to_owned(),
    ];
    // Cookies are long, as they are, so that none is found by chance.
    let cookie = format!("who=alice-1; other={}", "FAKE-cookie".repeat(9));
    let identity = json!({
        "user": "alice", "sign_in": "FAKE-sign-in-1", "subject_token": "FAKE-subject-token",
    });
    world.app.answers(&cookie, 200, &identity);
    secrets.extend(["FAKE-cookie", "FAKE-sign-in", "FAKE-subject"].map(str::to_owned));
    let page = world.page(&cookie);
    secrets.push(page.session.clone());

    let answer = page.mint().await?;
    let (token, handle) = (
        answer.text("access_token")?,
        answer.text("revocation_handle")?,
    );
    secrets.extend([token.clone(), handle.clone()]);
    page.renew().await?;
    // All that can go wrong is logged as well.
    world.server.refuse_revokes(true);
    page.revoke(&[("token", &token), ("token", "FAKE-unknown-token")])
        .await?;
    world.server.refuse_revokes(false);
    page.revoke(&[("handle", &handle), ("handle", "FAKE-unknown-handle")])
        .await?;
    page.mint_with(
        json!({ "resource": "https://api.example/FAKE-resource", "scope": "FAKE-scope" }),
    )
    .await?;
    page.with_cookie("who=FAKE-stranger").mint().await?;
    world
        .service
        .recall(&json!({ "session": page.session }))
        .await?;
    world
        .service
        .recall(&json!({ "sign_in": "FAKE-sign-in-1" }))
        .await?;
    let url = format!("http://{}/FAKE-path?FAKE-query=1", world.service.public);
    crate::support::client()?.get(url).send().await?;
    world
        .server
        .until(|server| server.alive().is_empty())
        .await?;
    secrets.extend(
        [
            "FAKE-unknown",
            "FAKE-resource",
            "FAKE-scope",
            "FAKE-stranger",
            "FAKE-path",
            "FAKE-query",
        ]
        .map(str::to_owned),
    );

    let (_, metrics) = world.service.get("/metrics").await?;
    world
        .service
        .line(|line| line["endpoint"] == "other" && line["status"] == 404)
        .await?;
    let log = world.service.log();
    for secret in &secrets {
        assert!(
            !log.contains(secret.as_str()),
            "{secret} is in the log:\n{log}"
        );
        assert!(
            !metrics.contains(secret.as_str()),
            "{secret} is in the metrics"
        );
    }
    // Nothing that was made up for these tests is in it at all.
    assert!(!log.contains("FAKE"), "{log}");
    Ok(())
}

/// 32 bytes in base64url.
const RING: &str = "RkFLRS1rZXktb2YtMzItYnl0ZXMtZm9yLXRlc3RzLS0";

#[tokio::test]
async fn each_request_and_each_token_is_a_line() -> Outcome {
    let world = World::new(&[]).await?;
    let page = world.page("who=alice-1");
    let token = page.token().await?;
    page.revoke(&[
        ("token", &token),
        ("session", &page.session),
        ("reason", "unload"),
    ])
    .await?;
    let request = |endpoint: &'static str| {
        let service = &world.service;
        service.line(move |line| line["endpoint"] == endpoint)
    };
    let (minted, revoked) = (request("token").await?, request("revoke").await?);
    assert_eq!(
        (&minted["status"], &minted["user"]),
        (&json!(200), &json!("alice"))
    );
    assert_eq!(
        (&revoked["status"], &revoked["what"]),
        (&json!(204), &json!("dead: unload"))
    );
    assert_eq!(minted["session"], revoked["session"]);
    assert_eq!(minted["session"].as_str().map(str::len), Some(8));
    assert!(minted["ms"].is_u64());

    let token = world
        .service
        .line(|line| line["message"] == "minted")
        .await?;
    let ended = world
        .service
        .line(|line| line["message"] == "revoked")
        .await?;
    assert_eq!(token["token"], ended["token"]);
    assert_eq!(
        (&ended["user"], &ended["reason"]),
        (&json!("alice"), &json!("unload"))
    );
    Ok(())
}

#[tokio::test]
async fn what_the_authorization_server_refuses_is_a_warning_with_the_owner() -> Outcome {
    let world = World::new(&[]).await?;
    let page = world.page("who=alice-1");
    let token = page.token().await?;
    world.server.refuse_revokes(true);
    page.revoke(&[("token", &token)]).await?;
    let line = world
        .service
        .line(|line| line["message"] == "not revoked, to be repeated")
        .await?;
    assert_eq!(
        (&line["level"], &line["user"]),
        (&json!("WARN"), &json!("alice"))
    );
    assert_eq!(line["error"], "unavailable");
    Ok(())
}
