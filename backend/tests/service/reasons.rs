//! What the log says of what is refused, so that nobody has to guess.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{App, Outcome, Page, Server, Service, World, client, settings};

#[tokio::test]
async fn a_refusal_is_logged_with_its_code_and_its_reason() -> Outcome {
    let world = World::new(&[]).await?;
    let page = world.page("who=alice-1");
    let elsewhere = json!({ "resource": "https://api.example/FAKE/1", "scope": "read" });
    assert_eq!(page.mint_with(elsewhere).await?.status, 400);
    assert_eq!(page.revoke(&[("FAKE", "FAKE")]).await?, 400);
    for (endpoint, what) in [
        ("token", "invalid_target: There is no such resource."),
        ("revoke", "invalid_request: Nothing is named."),
    ] {
        let line = world
            .service
            .line(|line| line["endpoint"] == endpoint && line["status"] == 400)
            .await?;
        assert_eq!(
            (&line["level"], &line["what"]),
            (&json!("INFO"), &json!(what))
        );
    }
    assert!(!world.service.log().contains("FAKE"));
    Ok(())
}

#[tokio::test]
async fn a_recall_that_is_refused_is_logged_with_its_reason() -> Outcome {
    let world = World::new(&[]).await?;
    let recalled = world.service.recall(&json!({ "FAKE": "FAKE" })).await?;
    assert_eq!(recalled.0, 400);
    let is_refusal = |status: u16| {
        move |line: &Value| line["message"] == "a recall is refused" && line["status"] == status
    };
    let line = world.service.line(is_refusal(400)).await?;
    assert!(
        line["why"]
            .as_str()
            .is_some_and(|why| why.contains("must be")),
        "{line}"
    );
    let url = format!("http://{}/recall", world.service.admin);
    let request = client()?.post(url).bearer_auth("FAKE-another-token");
    assert_eq!(request.send().await?.status().as_u16(), 401);
    world.service.line(is_refusal(401)).await?;
    assert!(!world.service.log().contains("FAKE"));
    Ok(())
}

#[tokio::test]
async fn a_service_that_proves_itself_to_nobody_warns_of_it() -> Outcome {
    let (app, server) = (App::start().await?, Server::start().await?);
    let mut settings = settings(&app, &server, &[]);
    settings.retain(|(name, _)| name != "auth.secret");
    let service = Service::start(&settings).await?;
    let line = service
        .line(|line| {
            let message = line["message"].as_str().unwrap_or_default();
            line["level"] == "WARN" && message.starts_with("auth.secret is not set")
        })
        .await?;
    assert!(
        line["message"]
            .as_str()
            .is_some_and(|text| text.contains("openssl rand"))
    );
    Ok(())
}

#[tokio::test]
async fn a_status_of_the_app_that_says_nothing_is_logged_with_where_it_came_from() -> Outcome {
    let (app, server) = (App::start().await?, Server::start().await?);
    let url = app.url("/who");
    let with_query = format!("{url}?FAKE-key");
    let service = Service::start(&settings(&app, &server, &[("auth.url", &with_query)])).await?;
    let page = Page::new(service.public, "who=alice-1");
    for (status, is_over_the_secret) in [(404, true), (302, false), (500, false)] {
        app.answers("who=alice-1", status, &json!({}));
        assert_eq!(page.mint().await?.status, 503);
        let is_reason = |line: &Value| line["status"] == status && line["why"].is_string();
        let line = service.line(is_reason).await?;
        assert_eq!(line["url"], json!(url));
        let why = line["why"].as_str().unwrap_or_default();
        assert_eq!(why.contains("auth.secret"), is_over_the_secret, "{why}");
        assert!(why.contains("401"), "{why}");
    }
    assert!(!service.log().contains("FAKE-key"));
    Ok(())
}

#[tokio::test]
async fn a_refusal_of_the_authorization_server_is_logged_with_its_code() -> Outcome {
    for (subject, token) in [
        ("app", json!("FAKE-subject")),
        ("client_credentials", json!(null)),
    ] {
        let wrong = [
            ("upstream.client_secret", "FAKE-another-secret"),
            ("upstream.subject", subject),
        ];
        let world = World::new(&wrong).await?;
        let identity = json!({ "user": "u", "sign_in": "s", "subject_token": token });
        world.app.answers("who=alice-1", 200, &identity);
        assert_eq!(world.page("who=alice-1").mint().await?.status, 500);
        let is_reason = |line: &Value| line["message"] == "not minted";
        let line = world.service.line(is_reason).await?;
        assert_eq!(
            [&line["error"], &line["code"]],
            ["misconfigured", "invalid_client"]
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_preflight_is_logged_with_whether_it_is_one_of_the_apps_pages() -> Outcome {
    let world = World::new(&[("server.origins", "https://app.example")]).await?;
    let url = format!("http://{}/api/token", world.service.public);
    for (origin, what) in [
        (Some("https://app.example"), "granted to a page of the app"),
        (
            Some("https://elsewhere.example"),
            "an origin that is not among the app's",
        ),
        (None, "no origin is named"),
    ] {
        let mut asked = client()?.request(Method::OPTIONS, &url);
        if let Some(origin) = origin {
            asked = asked.header("origin", origin);
        }
        assert_eq!(asked.send().await?.status().as_u16(), 204);
        world
            .service
            .line(|line| line["endpoint"] == "preflight" && line["what"] == what)
            .await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_is_wrong_with_the_apps_answer_is_said_in_the_log() -> Outcome {
    let world = World::new(&[]).await?;
    for (body, why) in [
        (
            json!({ "user": 7, "sign_in": "s" }),
            "`user` must be a string: String(userId)",
        ),
        (
            json!({ "user": "u", "sign_in": null }),
            "`sign_in` must be a string: String(signInId)",
        ),
        (json!({ "sign_in": "s" }), "`user` is missing"),
        (json!({ "user": "u" }), "`sign_in` is missing"),
        (
            json!({ "user": "u", "sign_in": "s", "scopes": "read" }),
            "`scopes` must be a list of strings",
        ),
        (
            json!({ "user": "u", "sign_in": "s", "resources": ["/files"] }),
            "`resources` must be a list of absolute URIs",
        ),
        (json!("FAKE"), "it is no JSON object"),
    ] {
        world.app.answers("who=alice-1", 200, &body);
        assert_eq!(world.page("who=alice-1").mint().await?.status, 503);
        world
            .service
            .line(|line| {
                line["level"] == "WARN"
                    && line["why"].as_str().is_some_and(|text| text.contains(why))
            })
            .await
            .map_err(|error| format!("{why}: {error}"))?;
    }
    Ok(())
}
