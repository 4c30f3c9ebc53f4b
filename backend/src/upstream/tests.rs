use super::*;
use futures_util::future::join_all;
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::sleep,
};

fn wanted() -> Exchange {
    Exchange {
        resource: "urn:example:a".to_owned(),
        scope: "a".to_owned(),
        subject: None,
    }
}

/// A client of whatever listens there.
fn client_of(listener: &TcpListener) -> Option<OAuth> {
    let base = format!("http://{}", listener.local_addr().ok()?);
    let secret = Secret::from("FAKE".to_owned());
    let parameters = Vec::new();
    let subject = Subject::ClientCredentials { parameters };
    let settings = OAuthSettings::for_box(Some(&base), "app".to_owned(), secret, subject);
    settings.and_then(OAuth::new).ok()
}

/// Answers every question after a while: gives the app its token, and refuses it then. Counts
/// how often it is asked to exchange it.
async fn serve(listener: TcpListener, takes: Duration, exchanges: Arc<AtomicU32>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(answer(stream, takes, Arc::clone(&exchanges)));
    }
}

async fn answer(mut stream: TcpStream, takes: Duration, exchanges: Arc<AtomicU32>) -> Option<()> {
    let mut asked = Vec::new();
    // Its last parameter is the last that is sent.
    while !asked.ends_with(b"client_secret=FAKE") {
        stream
            .read_buf(&mut asked)
            .await
            .ok()
            .filter(|read| *read > 0)?;
    }
    let is_own = String::from_utf8_lossy(&asked).contains("grant_type=client_credentials");
    let (status, body) = if is_own {
        ("200 OK", r#"{"access_token":"FAKE"}"#)
    } else {
        exchanges.fetch_add(1, Ordering::Relaxed);
        ("400 Bad Request", r#"{"error":"invalid_grant"}"#)
    };
    sleep(takes).await;
    let length = body.len();
    let text =
        format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
    stream.write_all(text.as_bytes()).await.ok()
}

/// What comes of an exchange with a server that takes so long for each answer, after how long,
/// and how often it was asked for one.
async fn exchanged_with(takes: Duration) -> Option<(UpstreamError, Duration, u32)> {
    let listener = TcpListener::bind("127.0.0.1:0").await.ok()?;
    let oauth = client_of(&listener)?;
    let exchanges = Arc::new(AtomicU32::new(0));
    tokio::spawn(serve(listener, takes, Arc::clone(&exchanges)));
    // The time must not leap to the next timeout while bytes are on their way.
    tokio::spawn(async {
        loop {
            sleep(Duration::from_millis(10)).await;
        }
    });
    let since = Instant::now();
    let error = oauth.exchange(&wanted()).await.err()?;
    Some((error, since.elapsed(), exchanges.load(Ordering::Relaxed)))
}

#[tokio::test(start_paused = true)]
async fn an_exchange_ends_in_time_with_all_that_it_takes() {
    let seen = exchanged_with(Duration::from_secs(3)).await;
    // The last of its four questions was asked, and not answered in time.
    assert!(
        matches!(seen, Some((UpstreamError::Unanswered { .. }, took, 2))
            if took < TIMEOUT + Duration::from_millis(100)),
        "{seen:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_for_which_no_time_is_left_is_not_asked_for() {
    let seen = exchanged_with(Duration::from_millis(9_500)).await;
    assert!(
        matches!(seen, Some((UpstreamError::Unavailable { .. }, took, 0)) if took < TIMEOUT),
        "{seen:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn those_who_share_a_subject_token_wait_together_where_it_does_not_come() {
    // Connections wait there for ever.
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let oauth = listener.as_ref().ok().and_then(client_of);
    let wanted = wanted();
    let since = Instant::now();
    let calls = oauth
        .iter()
        .flat_map(|oauth| (0..5).map(|_| oauth.exchange(&wanted)));
    let outcomes = join_all(calls).await;
    let unavailable = UpstreamError::Unavailable { retry_after: None };
    assert_eq!(outcomes, vec![Err(unavailable); 5]);
    assert!(since.elapsed() < 2 * TIMEOUT, "{:?}", since.elapsed());
}
