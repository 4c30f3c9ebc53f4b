//! Forward auth: the app says who sends a request.

use futures_util::future::join_all;
use serde_json::{Value, json};

use tokio::time::timeout;

use crate::support::{App, LONG, Outcome, World};

const ALICE: &str = "who=alice-1";

#[tokio::test]
async fn whom_the_app_does_not_know_has_to_sign_in() -> Outcome {
    let world = World::new(&[]).await?;
    world.app.answers("who=gone", 401, &Value::Null);
    world.app.answers("who=barred", 403, &Value::Null);
    for cookie in ["", "who=gone", "who=barred"] {
        let page = world.page(cookie);
        for answer in [page.mint().await?, page.renew().await?] {
            let error = answer.text("error")?;
            assert_eq!(
                (answer.status, error.as_str()),
                (401, "login_required"),
                "{cookie}"
            );
        }
    }
    assert_eq!(world.server.begun(), 0);
    Ok(())
}

#[tokio::test]
async fn a_request_without_a_cookie_is_not_worth_a_question() -> Outcome {
    let world = World::new(&[]).await?;
    assert_eq!(world.page("").mint().await?.status, 401);
    assert_eq!(world.app.asked().len(), 0);
    Ok(())
}

#[tokio::test]
async fn the_app_narrows_and_never_widens() -> Outcome {
    let world = World::new(&[]).await?;
    let mut identity = App::identity("alice-1");
    identity["resources"] = json!(["https://api.example/files/1", "https://other.example/*"]);
    identity["scopes"] = json!(["read", "admin"]);
    world.app.answers(ALICE, 200, &identity);
    let page = world.page(ALICE);
    for (resource, scope, status) in [
        ("https://api.example/files/1", "read", 200),
        ("https://api.example/files/2", "read", 400),
        ("https://other.example/1", "read", 400),
        ("https://api.example/files/1", "write", 400),
        ("https://api.example/files/1", "admin", 400),
    ] {
        let wanted = json!({ "resource": resource, "scope": scope });
        let answer = page.mint_with(wanted).await?;
        assert_eq!(answer.status, status, "{resource} {scope}");
    }
    assert_eq!(world.server.begun(), 1);
    Ok(())
}

#[tokio::test]
async fn an_app_that_does_not_answer_is_waited_for_and_nobody_is_let_in() -> Outcome {
    let world = World::new(&[("auth.timeout_seconds", "1")]).await?;
    let long = json!({ "user": "alice", "sign_in": "alice-1", "more": "x".repeat(70_000) });
    let identity = App::identity("alice-1");
    for (status, body) in [
        (500, &identity),
        (302, &identity),
        (204, &identity),
        (200, &json!({ "user": "alice" })),
        (200, &json!("<html>")),
        (200, &long),
    ] {
        world.app.answers(ALICE, status, body);
        let answer = world.page(ALICE).mint().await?;
        assert_eq!(answer.status, 503, "{status}");
        assert_eq!(answer.retry_after.as_deref(), Some("5"));
    }
    world.app.answers(ALICE, 200, &identity);
    world.app.close();
    assert_eq!(world.page(ALICE).mint().await?.status, 503);
    world.app.open();
    assert_eq!(world.page(ALICE).mint().await?.status, 200);
    assert_eq!(world.server.begun(), 1);
    Ok(())
}

#[tokio::test]
async fn an_app_that_is_down_is_503() -> Outcome {
    let world = World::new(&[("auth.url", "http://127.0.0.1:9/who")]).await?;
    let answer = world.page(ALICE).mint().await?;
    assert_eq!(
        (answer.status, answer.retry_after.as_deref()),
        (503, Some("5"))
    );
    Ok(())
}

#[tokio::test]
async fn a_burst_of_one_page_asks_once() -> Outcome {
    let world = World::new(&[("auth.cache_seconds", "3600")]).await?;
    world.app.close();
    let page = world.page(ALICE);
    let burst = join_all((0..20).map(|_| page.mint()));
    let opening = async {
        // The first question is there; whoever else comes meanwhile waits for its answer.
        while world.app.asked().is_empty() {
            tokio::task::yield_now().await;
        }
        world.app.open();
    };
    let (answers, ()) = tokio::join!(burst, opening);
    for answer in answers {
        assert_eq!(answer?.status, 200);
    }
    assert_eq!(world.app.asked().len(), 1);
    world.page("who=bob-1").token().await?;
    assert_eq!(world.app.asked().len(), 2);
    Ok(())
}

#[tokio::test]
async fn each_request_asks_where_nothing_is_cached() -> Outcome {
    let world = World::new(&[("auth.cache_seconds", "0")]).await?;
    let page = world.page(ALICE);
    page.token().await?;
    page.token().await?;
    assert_eq!(world.app.asked().len(), 2);
    Ok(())
}

#[tokio::test]
async fn the_app_is_sent_the_cookie_and_nothing_else_of_the_request() -> Outcome {
    let world = World::new(&[]).await?;
    world.page(ALICE).token().await?;
    let asked = world.app.asked();
    let mut names: Vec<_> = asked
        .iter()
        .flat_map(|headers| headers.keys().map(ToString::to_string))
        .collect();
    names.sort();
    assert_eq!(names, ["accept", "cookie", "host", "x-downscope-auth"]);
    Ok(())
}

#[tokio::test]
async fn made_up_cookies_leave_places_to_those_whom_the_app_has_known() -> Outcome {
    let settings = [("auth.cache_seconds", "0"), ("auth.timeout_seconds", "60")];
    let world = World::new(&settings).await?;
    let page = world.page(ALICE);
    page.token().await?;
    world.app.close();
    let made_up: Vec<_> = (0..200)
        .map(|number| {
            let page = world.page(&format!("who=made-up-{number}"));
            tokio::spawn(async move { page.mint().await.is_ok() })
        })
        .collect();
    let is_asked = |count: usize| {
        let app = &world.app;
        async move {
            while app.asked().len() < count {
                tokio::task::yield_now().await;
            }
        }
    };
    // All that strangers get, and the one before.
    timeout(LONG, is_asked(1 + 192)).await?;
    let minting = tokio::spawn(async move { page.token().await.is_ok() });
    timeout(LONG / 2, is_asked(1 + 192 + 1)).await?;
    world.app.open();
    assert!(timeout(LONG, minting).await??);
    made_up.iter().for_each(tokio::task::JoinHandle::abort);
    Ok(())
}
