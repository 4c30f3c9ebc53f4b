//! A stop loses nothing that was accepted.

use rustix::process::Signal;
use serde_json::{Value, json};

use tokio::time::timeout;

use crate::support::{LONG, Outcome, World};

const ALICE: &str = "who=alice-1";

#[tokio::test]
async fn what_was_taken_over_is_ended_before_the_memory_is_gone() -> Outcome {
    let mut world = World::new(&[("server.stop_seconds", "60")]).await?;
    let page = world.page(ALICE);
    let token = page.token().await?;
    world.server.refuse_revokes(true);
    assert_eq!(page.revoke(&[("token", &token)]).await?, 202);
    world.service.signal(Signal::TERM)?;
    world
        .service
        .line(|line| line["message"] == "stopping")
        .await?;
    let (status, body) = world.service.get("/health/ready").await?;
    assert_eq!((status, body.as_str()), (503, "stopping\n"));
    assert_eq!(world.service.get("/health/live").await?.0, 200);

    let refused = world.server.refused();
    world
        .server
        .until(|server| server.refused() > refused)
        .await?;
    assert_eq!(world.server.alive(), [token.as_str()]);
    world.server.refuse_revokes(false);
    assert!(world.service.end().await?.success());
    assert_eq!(world.server.alive(), Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn what_was_withdrawn_while_it_was_minted_is_ended_too() -> Outcome {
    let mut world = World::new(&[("server.stop_seconds", "60")]).await?;
    let page = world.page(ALICE);
    world.server.close();
    let wanted = json!({ "resource": "https://api.example/files/1", "scope": "read", "id": "7" });
    let minting = {
        let (page, wanted) = (page.clone(), wanted.clone());
        tokio::spawn(async move {
            page.mint_with(wanted)
                .await
                .map(|answer| answer.status)
                .ok()
        })
    };
    world.server.until(|server| server.begun() == 1).await?;
    let revoking = {
        let (page, session) = (page.clone(), page.session.clone());
        tokio::spawn(async move {
            let fields = [("session", session.as_str()), ("pending", "7")];
            page.revoke(&fields).await.ok()
        })
    };
    // Until it is withdrawn, the same request is told to wait for its token.
    let is_being_minted = |body: &Value| body["error_description"] == "The token is being minted.";
    while is_being_minted(&page.mint_with(wanted.clone()).await?.body) {
        tokio::task::yield_now().await;
    }
    // The page goes away, and with it whatever a stop would wait for.
    minting.abort();
    revoking.abort();
    for endpoint in ["token", "revoke"] {
        let gone = |line: &Value| line["endpoint"] == endpoint && line["status"] == 499;
        world.service.line(gone).await?;
    }
    world.server.refuse_revokes(true);
    world.service.signal(Signal::TERM)?;
    world
        .service
        .line(|line| line["message"] == "stopping")
        .await?;
    world.server.open();
    world.server.until(|server| server.refused() > 0).await?;
    assert_eq!(world.server.alive().len(), 1);
    world.server.refuse_revokes(false);
    assert!(world.service.end().await?.success());
    assert_eq!(world.server.alive(), Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn what_is_alive_and_lost_is_said_and_the_exit_is_no_success() -> Outcome {
    let mut world = World::new(&[("server.stop_seconds", "1")]).await?;
    let page = world.page(ALICE);
    let token = page.token().await?;
    world.server.refuse_revokes(true);
    assert_eq!(page.revoke(&[("token", &token)]).await?, 202);
    world.service.signal(Signal::TERM)?;
    assert_eq!(world.service.end().await?.code(), Some(1));
    let line = world
        .service
        .line(|line| line["message"] == "stopped, and these tokens are due and alive");
    assert_eq!(line.await?["due"], 1);
    Ok(())
}

#[tokio::test]
async fn a_request_that_is_held_is_answered_at_a_stop() -> Outcome {
    // Neither the end of its term nor that of the stop answers it.
    let terms = [
        ("lease.hold_seconds", "3000"),
        ("lease.out_of_contract", "true"),
        ("lease.term_seconds", "3600"),
        ("server.stop_seconds", "86400"),
    ];
    let mut world = World::new(&terms).await?;
    let page = world.page(ALICE);
    page.renew().await?;
    let held = {
        let page = page.clone();
        tokio::spawn(async move { page.renew().await.map(|answer| answer.status).ok() })
    };
    while world.service.metric("downscope_held_requests").await? < 1.0 {
        tokio::task::yield_now().await;
    }
    world.service.signal(Signal::INT)?;
    assert_eq!(timeout(LONG, held).await??, Some(200));
    assert!(world.service.end().await?.success());
    Ok(())
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() -> Outcome {
    let mut world = World::new(&[("server.stop_seconds", "86400")]).await?;
    let page = world.page(ALICE);
    let token = page.token().await?;
    world.server.refuse_revokes(true);
    assert_eq!(page.revoke(&[("token", &token)]).await?, 202);
    world.service.signal(Signal::TERM)?;
    world
        .service
        .line(|line| line["message"] == "stopping")
        .await?;
    world.service.signal(Signal::TERM)?;
    assert_eq!(world.service.end().await?.code(), Some(1));
    Ok(())
}

#[tokio::test]
async fn it_is_ready_while_its_store_answers() -> Outcome {
    let world = World::new(&[]).await?;
    let ready = world.service.get("/health/ready").await?;
    assert_eq!(ready, (200, "ready\n".to_owned()));
    Ok(())
}
