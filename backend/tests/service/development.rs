//! The sign-in without an app.

use crate::support::{App, Page};
use crate::support::{Failure, Outcome, Server, Service, World, client, settings};

const DEVELOPMENT: &[(&str, &str)] = &[
    ("auth.mode", "development"),
    ("upstream.subject", "token"),
    ("upstream.subject_token", "FAKE-subject-of-development"),
];

async fn cookie(service: &Service, path: &str) -> Result<String, Failure> {
    let url = format!("http://{}{path}", service.public);
    let response = client()?.get(url).send().await?;
    let cookie = response.headers().get("set-cookie").ok_or("no cookie")?;
    let pair = cookie.to_str()?.split(';').next().unwrap_or_default();
    Ok(pair.to_owned())
}

#[tokio::test]
async fn anybody_is_signed_in_who_has_opened_the_page() -> Outcome {
    let world = World::new(DEVELOPMENT).await?;
    let (one, two) = (
        cookie(&world.service, "/").await?,
        cookie(&world.service, "/").await?,
    );
    world.page(&one).token().await?;
    world.page(&two).token().await?;
    let subject = world.server.exchanged("subject_token");
    assert_eq!(subject.as_deref(), Some("FAKE-subject-of-development"));
    assert_eq!(world.page("").mint().await?.status, 401);
    let users: Vec<_> = world.service.lines();
    let users: Vec<_> = users
        .iter()
        .filter(|line| line["message"] == "minted")
        .filter_map(|line| line["user"].as_str())
        .collect();
    assert_eq!(users, ["u1", "u2"]);
    let line = world.service.line(|line| line["level"] == "WARN").await?;
    let message = line["message"].as_str().unwrap_or_default();
    assert!(message.starts_with("DEVELOPMENT"), "{message}");
    Ok(())
}

#[tokio::test]
async fn two_instances_take_each_other_s_cookies() -> Outcome {
    let world = World::new(DEVELOPMENT).await?;
    let other = Service::start(&settings(&world.app, &world.server, DEVELOPMENT)).await?;
    let cookie = cookie(&world.service, "/?user=carol").await?;
    Page::new(other.public, &cookie).token().await?;
    let line = other.line(|line| line["message"] == "minted").await?;
    assert_eq!(line["user"], "carol");
    Ok(())
}

#[tokio::test]
async fn it_is_for_loopback_only() -> Outcome {
    let (app, server) = (App::start().await?, Server::start().await?);
    let mut settings = settings(&app, &server, DEVELOPMENT);
    settings.push(("server.listen".to_owned(), "0.0.0.0:0".to_owned()));
    let failed = Service::start(&settings)
        .await
        .err()
        .ok_or("it has started")?;
    assert!(
        failed.to_string().contains("auth.mode: can be development"),
        "{failed}"
    );
    Ok(())
}
