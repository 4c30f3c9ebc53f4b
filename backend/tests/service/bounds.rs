//! Nobody can make it do more than it can.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::support::{LONG, Outcome, World};

const ALICE: &str = "who=alice-1";

async fn read_to_end(stream: &mut TcpStream) -> Result<String, crate::support::Failure> {
    let mut answer = String::new();
    timeout(LONG, stream.read_to_string(&mut answer)).await??;
    Ok(answer)
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() -> Outcome {
    let world = World::new(&[("server.body_seconds", "1")]).await?;
    let mut stream = TcpStream::connect(world.service.public).await?;
    let head = "POST /api/revoke HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\
                content-type: application/x-www-form-urlencoded\r\n\r\ntoken=";
    stream.write_all(head.as_bytes()).await?;
    let answer = read_to_end(&mut stream).await?;
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(
        answer.to_ascii_lowercase().contains("retry-after: "),
        "{answer}"
    );
    Ok(())
}

#[tokio::test]
async fn headers_that_do_not_come_end_the_connection() -> Outcome {
    let world = World::new(&[("server.header_seconds", "1")]).await?;
    let mut slow = TcpStream::connect(world.service.public).await?;
    slow.write_all(b"POST /api/token HTTP/1.1\r\nhost: a\r\n")
        .await?;
    let mut silent = TcpStream::connect(world.service.public).await?;
    for stream in [&mut slow, &mut silent] {
        let answer = read_to_end(stream).await?;
        assert!(!answer.contains("200"), "{answer}");
    }
    Ok(())
}

#[tokio::test]
async fn a_connection_beyond_the_bound_waits_for_one_to_end() -> Outcome {
    let world = World::new(&[("server.connections", "1")]).await?;
    let mut first = TcpStream::connect(world.service.public).await?;
    first
        .write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        .await?;
    let mut start = [0; 12];
    timeout(LONG, first.read_exact(&mut start)).await??;
    assert_eq!(&start, b"HTTP/1.1 404");

    let page = world.page(ALICE);
    let mut minting = tokio::spawn(async move { page.token().await.is_ok() });
    // That it waits shows in nothing but that it does.
    let early = timeout(Duration::from_millis(300), &mut minting).await;
    assert!(early.is_err(), "it did not wait");
    assert_eq!(world.server.begun(), 0);
    drop(first);
    assert!(timeout(LONG, minting).await??);
    Ok(())
}

#[tokio::test]
async fn so_many_tokens_are_minted_at_a_time_also_for_clients_that_have_gone() -> Outcome {
    let world = World::new(&[("limits.mints_at_once", "1")]).await?;
    let page = world.page(ALICE);
    world.server.close();
    let gone = {
        let page = page.clone();
        tokio::spawn(async move { page.token().await.is_ok() })
    };
    world.server.until(|server| server.begun() == 1).await?;
    gone.abort();
    let line = world
        .service
        .line(|line| line["endpoint"] == "token" && line["status"] == 499);
    line.await?;
    let answer = page.mint().await?;
    assert_eq!(
        (answer.status, answer.retry_after.as_deref()),
        (503, Some("1"))
    );
    world.server.open();
    // Once that one is on record, there is room again.
    world
        .service
        .line(|line| line["message"] == "minted")
        .await?;
    while page.mint().await?.status == 503 {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.server.begun(), 2);
    Ok(())
}

#[tokio::test]
async fn half_of_the_connections_are_left_to_requests_that_do_not_wait() -> Outcome {
    let world = World::new(&[("server.connections", "2")]).await?;
    let page = world.page(ALICE);
    page.renew().await?;
    let held = tokio::spawn(async move { page.renew().await.is_ok() });
    while world.service.metric("downscope_held_requests").await? < 1.0 {
        tokio::task::yield_now().await;
    }
    let other = world.page("who=bob-1");
    for _ in 0..2 {
        let answer = other.renew().await?;
        assert_eq!((answer.status, &answer.body["renew_in"]), (200, &55.into()));
    }
    let token = other.token().await?;
    assert_eq!(other.revoke(&[("token", &token)]).await?, 204);
    assert!(!held.is_finished());
    held.abort();
    Ok(())
}

#[tokio::test]
async fn a_client_that_does_not_read_keeps_nobody_out() -> Outcome {
    let settings = [("server.connections", "1"), ("server.body_seconds", "1")];
    let world = World::new(&settings).await?;
    let mut deaf = TcpStream::connect(world.service.public).await?;
    let asked = "a".repeat(8_000);
    let preflight = format!(
        "OPTIONS /api/revoke HTTP/1.1\r\nhost: a\r\naccess-control-request-headers: {asked}\r\n\r\n"
    );
    // The answers fill what the system keeps for both, and then the connection ends.
    while timeout(LONG, deaf.write_all(preflight.as_bytes()))
        .await?
        .is_ok()
    {}
    let page = world.page(ALICE);
    timeout(LONG, page.token()).await??;
    Ok(())
}
