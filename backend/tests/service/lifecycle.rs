//! Tokens are minted, kept and ended.

use serde_json::json;

use crate::support::{Outcome, World};

const ALICE: &str = "who=alice-1";

#[tokio::test]
async fn a_token_is_minted_on_the_authority_that_the_app_hands_over_and_dies_by_a_revoke() -> Outcome
{
    let world = World::new(&[]).await?;
    let page = world.page(ALICE);
    let answer = page.mint().await?;
    assert_eq!(
        (answer.status, &answer.body["expires_in"]),
        (200, &json!(3600))
    );
    let token = answer.text("access_token")?;
    assert_eq!(world.server.alive(), [token.as_str()]);
    let subject = world.server.exchanged("subject_token");
    assert_eq!(subject.as_deref(), Some("FAKE-subject-alice-1"));

    assert_eq!(page.revoke(&[("token", &token)]).await?, 204);
    assert_eq!(world.server.alive(), Vec::<String>::new());
    assert_eq!(page.revoke(&[("token", &token)]).await?, 204);
    Ok(())
}

#[tokio::test]
async fn a_page_that_falls_silent_loses_its_token() -> Outcome {
    let terms = [
        ("lease.hold_seconds", "1"),
        ("lease.out_of_contract", "true"),
        ("lease.term_seconds", "5"),
    ];
    let world = World::new(&terms).await?;
    let page = world.page(ALICE);
    let first = page.renew().await?;
    assert_eq!((first.status, &first.body["term"]), (200, &json!(5)));
    let wanted = json!({
        "resource": "https://api.example/files/1", "scope": "read", "lease": true,
    });
    assert_eq!(page.mint_with(wanted).await?.status, 200);
    // This one is held, and begins the term anew.
    let second = page.renew().await?;
    assert!(second.body["held"].as_f64() >= Some(0.5), "{second:?}");
    assert_eq!(world.server.alive().len(), 1);

    world
        .server
        .until(|server| server.alive().is_empty())
        .await?;
    let line = world
        .service
        .line(|line| line["message"] == "lapsed")
        .await?;
    assert_eq!((&line["pages"], &line["due"]), (&json!(1), &json!(1)));
    assert!(world.service.metric("downscope_lapsed_pages_total").await? >= 1.0);
    Ok(())
}

#[tokio::test]
async fn a_page_without_a_lease_gets_nothing_where_one_is_required() -> Outcome {
    let world = World::new(&[("lease.required", "true")]).await?;
    let answer = world.page(ALICE).mint().await?;
    assert_eq!((answer.status, world.server.begun()), (400, 0));
    Ok(())
}

#[tokio::test]
async fn what_is_counted_is_there_for_prometheus() -> Outcome {
    let world = World::new(&[]).await?;
    let page = world.page(ALICE);
    let token = page.token().await?;
    page.token().await?;
    page.revoke(&[("token", &token), ("reason", "unload")])
        .await?;
    for (name, value) in [
        (
            r#"downscope_requests_total{endpoint="token",status="200"}"#,
            2.0,
        ),
        (
            r#"downscope_requests_total{endpoint="revoke",status="204"}"#,
            1.0,
        ),
        (r#"downscope_request_seconds_count{endpoint="token"}"#, 2.0),
        (
            r#"downscope_upstream_calls_total{call="exchange",outcome="ok"}"#,
            2.0,
        ),
        (
            r#"downscope_upstream_calls_total{call="revoke",outcome="ok"}"#,
            1.0,
        ),
        (r#"downscope_revoked_tokens_total{reason="unload"}"#, 1.0),
        (r#"downscope_tokens{state="live"}"#, 1.0),
        (r#"downscope_tokens{state="due"}"#, 0.0),
        ("downscope_minted_tokens_total", 2.0),
    ] {
        let counted = world.service.metric(name).await?;
        assert!((counted - value).abs() < 0.1, "{name}: {counted}");
    }
    Ok(())
}
