//! Pages that go away before they are answered.

use std::sync::Arc;

use axum::{body::Body, http::header};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
};
use tower::ServiceExt;

use crate::support::{Fixture, SESSION, ask, post, soon, upstream::Script};

#[tokio::test]
async fn a_token_whose_page_went_away_is_on_record_and_can_be_revoked_by_its_request() {
    let upstream = Arc::new(Script::gated());
    let fixture = Fixture::over(Arc::clone(&upstream)).await;
    let request = fixture
        .token_request()
        .body(Body::from(ask(SESSION, "1").to_string()))
        .unwrap();
    let page = tokio::spawn(fixture.demo.app.clone().oneshot(request));
    upstream.exchange_begun().await;
    page.abort();
    assert!(page.await.is_err_and(|error| error.is_cancelled()));

    upstream.let_exchange_through();
    let recorded = async {
        while fixture.ledger().await["live"] != 1 {
            tokio::task::yield_now().await;
        }
    };
    soon(recorded).await;
    fixture
        .revoke(&[("session", SESSION), ("pending", "1"), ("reason", "unload")])
        .await;
    assert_eq!(upstream.revoked(), ["SECRET-token-1"]);
    let log = &fixture.ledger().await["log"];
    assert_eq!(
        (&log[0]["kind"], &log[0]["status"]),
        (&"token".into(), &499.into())
    );
}

#[tokio::test]
async fn a_revoke_whose_page_went_away_is_finished() {
    let upstream = Arc::new(Script::revoke_gated());
    let fixture = Fixture::over(Arc::clone(&upstream)).await;
    for id in 0..20 {
        fixture.mint(SESSION, &id.to_string()).await;
    }
    let request = post("/api/revoke")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(format!("session={SESSION}&whole_session=1")))
        .unwrap();
    let page = tokio::spawn(fixture.demo.app.clone().oneshot(request));
    upstream.revoke_begun().await;
    page.abort();
    assert!(page.await.is_err_and(|error| error.is_cancelled()));

    for _ in 0..20 {
        upstream.let_revoke_through();
        upstream.revoke_ended().await;
    }
    assert_eq!(upstream.revoked().len(), 20);
}

#[tokio::test]
async fn a_page_that_writes_its_last_request_and_closes_the_connection_is_heard() {
    let upstream = Arc::new(Script::revoke_gated());
    let fixture = Fixture::over(Arc::clone(&upstream)).await;
    let token = fixture.mint(SESSION, "1").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(axum::serve(listener, fixture.demo.app.clone()).into_future());

    let body = format!("token={token}&session={SESSION}&reason=unload");
    let request = format!(
        "POST /api/revoke HTTP/1.1\r\nHost: {address}\r\n\
         Content-Type: application/x-www-form-urlencoded;charset=UTF-8\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len(),
    );
    let mut page = TcpStream::connect(address).await.unwrap();
    page.write_all(request.as_bytes()).await.unwrap();
    upstream.revoke_begun().await;
    drop(page);
    // The server lets go of the request only once it sees that the page has gone.
    fixture.line_with("499").await;
    upstream.let_revoke_through();
    upstream.revoke_ended().await;
    assert_eq!(upstream.revoked(), [token]);
    server.abort();
}

#[tokio::test]
async fn a_held_lease_request_whose_page_closes_the_connection_gives_its_place_back() {
    let fixture = Fixture::new().await;
    fixture.lease(SESSION).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(axum::serve(listener, fixture.demo.app.clone()).into_future());

    let body = format!("{{\"session\":\"{SESSION}\"}}");
    let request = format!(
        "POST /api/lease HTTP/1.1\r\nHost: {address}\r\nCookie: {}\r\n\
         Content-Type: application/json\r\nX-Downscope: 1\r\n\
         Sec-Fetch-Site: same-origin\r\nContent-Length: {}\r\n\r\n{body}",
        fixture.cookie,
        body.len(),
    );
    let mut page = TcpStream::connect(address).await.unwrap();
    page.write_all(request.as_bytes()).await.unwrap();
    let held = async |is: bool| {
        while fixture.ledger().await["leases"][0]["held"] != is {
            tokio::task::yield_now().await;
        }
    };
    soon(held(true)).await;
    let before = fixture.ledger().await["leases"][0]["expiresAt"].clone();
    drop(page);
    fixture.line_with("Lease 499").await;
    soon(held(false)).await;
    assert_eq!(
        fixture.ledger().await["leases"][0]["expiresAt"],
        before,
        "no sign of life"
    );
    server.abort();
}
