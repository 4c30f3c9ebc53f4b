//! Sign-outs, and what an operator takes back.

use serde_json::{Value, json};

use crate::support::{ADMIN_TOKEN, App, Outcome, World, client};

#[tokio::test]
async fn a_recall_ends_the_tokens_of_a_sign_in_or_of_a_user() -> Outcome {
    let world = World::new(&[]).await?;
    let (first, second) = (world.page("who=alice-1"), world.page("who=alice-2"));
    let bob = world.page("who=bob-1");
    let one = first.token().await?;
    let two = second.token().await?;
    let three = bob.token().await?;
    assert_eq!(
        world.server.alive(),
        [one.clone(), two.clone(), three.clone()]
    );

    let answer = world
        .service
        .recall(&json!({ "sign_in": "alice-1" }))
        .await?;
    assert_eq!(answer, (200, json!({ "due": 1 })));
    world
        .server
        .until(|server| !server.alive().contains(&one))
        .await?;
    assert_eq!(world.server.alive(), [two, three.clone()]);

    let answer = world
        .service
        .recall(&json!({ "user": "alice", "revoke": "stop" }))
        .await?;
    assert_eq!(answer, (200, json!({ "due": 1 })));
    world
        .server
        .until(|server| server.alive() == [three.as_str()])
        .await?;

    let answer = world.service.recall(&json!({ "all": true })).await?;
    assert_eq!(answer, (200, json!({ "due": 1 })));
    world
        .server
        .until(|server| server.alive().is_empty())
        .await?;
    let counted = world
        .service
        .metric(r#"downscope_revoked_tokens_total{reason="logout"}"#);
    assert!((counted.await? - 1.0).abs() < 0.1);
    Ok(())
}

#[tokio::test]
async fn a_page_that_waits_hears_of_a_recall_at_once() -> Outcome {
    let world = World::new(&[]).await?;
    let page = world.page("who=alice-1");
    page.renew().await?;
    let recalling = async {
        // It is held by then, or it will hear as soon as it asks.
        while world.service.metric("downscope_held_requests").await? < 1.0 {
            tokio::task::yield_now().await;
        }
        world
            .service
            .recall(&json!({ "user": "alice", "revoke": "stop" }))
            .await
    };
    let (heard, recalled) = tokio::join!(page.renew(), recalling);
    assert_eq!(recalled?.0, 200);
    let heard = heard?;
    assert_eq!((heard.status, &heard.body["revoke"]), (200, &json!("stop")));
    Ok(())
}

#[tokio::test]
async fn who_has_signed_out_gets_nothing_more_though_the_answer_was_cached() -> Outcome {
    let world = World::new(&[("auth.cache_seconds", "3600")]).await?;
    let page = world.page("who=alice-1");
    page.token().await?;
    world.app.answers("who=alice-1", 401, &Value::Null);
    assert_eq!(page.mint().await?.status, 200);
    world
        .service
        .recall(&json!({ "sign_in": "alice-1" }))
        .await?;
    assert_eq!(page.mint().await?.status, 401);
    world
        .server
        .until(|server| server.alive().is_empty())
        .await?;
    Ok(())
}

#[tokio::test]
async fn what_the_app_said_of_others_is_kept_when_one_signs_out() -> Outcome {
    let world = World::new(&[("auth.cache_seconds", "3600")]).await?;
    let cookies = ["who=alice-1", "who=alice-2", "who=bob-1"];
    for cookie in cookies {
        world.page(cookie).token().await?;
    }
    for (recall, asked) in [
        (json!({ "sign_in": "alice-1" }), 4),
        (json!({ "user": "alice" }), 6),
        (json!({ "session": "FAKE-session-of-a-page" }), 6),
        (json!({ "all": true }), 9),
    ] {
        assert_eq!(world.service.recall(&recall).await?.0, 200);
        for cookie in cookies {
            world.page(cookie).token().await?;
        }
        assert_eq!(world.app.asked().len(), asked, "{recall}");
    }
    Ok(())
}

#[tokio::test]
async fn an_answer_that_was_under_way_at_a_sign_out_lets_nobody_in() -> Outcome {
    let world = World::new(&[("auth.cache_seconds", "3600")]).await?;
    let page = world.page("who=alice-1");
    world.app.close();
    let signing_out = async {
        while world.app.asked().is_empty() {
            tokio::task::yield_now().await;
        }
        // The app has begun to answer for somebody whom it signs out meanwhile.
        let recalled = world.service.recall(&json!({ "sign_in": "alice-1" })).await;
        world.app.answers("who=alice-1", 401, &Value::Null);
        world.app.open();
        recalled
    };
    let (answer, recalled) = tokio::join!(page.mint(), signing_out);
    assert_eq!(recalled?.0, 200);
    assert_eq!((answer?.status, world.app.asked().len()), (401, 2));
    Ok(())
}

#[tokio::test]
async fn a_page_life_passes_to_the_next_sign_in_once_the_former_was_recalled() -> Outcome {
    let world = World::new(&[]).await?;
    let page = world.page("who=alice-1");
    page.token().await?;
    let next = page.with_cookie("who=bob-1");
    assert_eq!(next.mint().await?.status, 400);
    world
        .service
        .recall(&json!({ "sign_in": "alice-1" }))
        .await?;
    assert_eq!(next.mint().await?.status, 200);
    world
        .server
        .until(|server| server.alive().len() == 1)
        .await?;
    Ok(())
}

#[tokio::test]
async fn nobody_recalls_without_the_token_nor_from_a_page() -> Outcome {
    let world = World::new(&[]).await?;
    let page = world.page("who=alice-1");
    page.token().await?;
    let client = crate::support::client()?;
    let url = format!("http://{}/recall", world.service.admin);
    let wrong = format!("{ADMIN_TOKEN}x");
    for (token, media_type, status) in [
        (None, "application/json", 401),
        (Some(wrong.as_str()), "application/json", 401),
        (Some(ADMIN_TOKEN), "text/plain", 415),
    ] {
        let mut request = client.post(&url).header("content-type", media_type);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.body(r#"{"all":true}"#).send().await?;
        assert_eq!(answer.status().as_u16(), status);
    }
    // What is not understood is not carried out by halves.
    let (status, _) = world
        .service
        .recall(&json!({ "all": true, "tenant": "t" }))
        .await?;
    assert_eq!((status, world.server.alive().len()), (400, 1));
    // And none of it is where the pages are.
    let public = format!("http://{}/recall", world.service.public);
    let answer = client.post(public).bearer_auth(ADMIN_TOKEN).send().await?;
    assert_eq!(answer.status().as_u16(), 404);
    Ok(())
}

#[tokio::test]
async fn another_sign_in_of_the_same_user_goes_on() -> Outcome {
    let world = World::new(&[]).await?;
    world
        .app
        .answers("who=alice-3", 200, &App::identity("alice-3"));
    let page = world.page("who=alice-3");
    world
        .service
        .recall(&json!({ "sign_in": "alice-1" }))
        .await?;
    assert_eq!(page.mint().await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn no_page_takes_anything_back() -> Outcome {
    let world = World::new(&[]).await?;
    world.page("who=alice-1").token().await?;
    // A name that leads here now makes a stranger's page one of this origin.
    let request = client()?
        .post(format!("http://{}/recall", world.service.admin))
        .bearer_auth(ADMIN_TOKEN)
        .header("content-type", "application/json")
        .header("origin", "http://rebound.example:8791")
        .body(r#"{"all":true}"#);
    assert_eq!(request.send().await?.status().as_u16(), 403);
    assert_eq!(world.server.alive().len(), 1);
    Ok(())
}
