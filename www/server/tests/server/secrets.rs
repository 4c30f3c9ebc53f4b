//! Looks for secrets where none may be.

use std::sync::Arc;

use axum::http::header;
use downscope_backend::{
    core::{Exchange, UpstreamError},
    engine::Upstream,
    upstream::{OAuth, OAuthSettings, Subject},
};
use downscope_server::demo::UpstreamChoice;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::support::{
    Fixture, SESSION, ask, post,
    upstream::{Next, Script},
};

/// Everything that the server says where people or programs other than the page read it.
async fn said(fixture: &Fixture) -> String {
    let lines = fixture.lines.lock().unwrap().join("\n");
    let ledger = fixture.get("/control/ledger").await.body;
    let faults = fixture.get("/control/faults").await.body;
    let debug = format!("{:?}", fixture.demo);
    lines + &debug + &String::from_utf8(ledger).unwrap() + &String::from_utf8(faults).unwrap()
}

#[tokio::test]
async fn no_log_line_and_no_ledger_ever_holds_a_token_a_handle_or_a_cookie() {
    let upstream = Arc::new(Script::new());
    let fixture = Fixture::over(Arc::clone(&upstream)).await;
    fixture.faults(json!({ "handles": true })).await;
    let answer = fixture.token(ask(SESSION, "1")).await;
    let (token, handle) = (
        answer.text("access_token"),
        answer.text("revocation_handle"),
    );
    fixture.content("101", &token).await;
    fixture.content("102", &token).await;
    upstream.next_revoke(Next::Fail(UpstreamError::Unavailable { retry_after: None }));
    fixture.revoke(&[("token", &token)]).await;
    upstream.next_revoke(Next::Panic);
    fixture.revoke(&[("handle", &handle)]).await;
    fixture
        .revoke(&[("handle", &handle), ("token", &token), ("reason", "unload")])
        .await;
    upstream.next_exchange(Next::Fail(UpstreamError::Misconfigured { code: None }));
    fixture.token(ask(SESSION, "2")).await;

    let said = said(&fixture).await;
    assert!(said.contains("minted"), "the log is empty");
    let cookie = fixture.cookie.split_once('=').unwrap().1;
    for secret in [&*token, &*handle, cookie] {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_secret_in_the_wrong_place_of_a_request_is_not_repeated_anywhere() {
    // Not a name, so that it cannot pass for a session or an id.
    const MARK: &str = "SECRET/in/the/wrong/place";
    let fixture = Fixture::new().await;
    let mut answers = Vec::new();
    for name in ["resource", "scope", "session", "id", "lease", "extra"] {
        let mut request = ask(SESSION, "1");
        for value in [
            json!(MARK),
            json!([MARK]),
            json!(format!("https://x/#{MARK}")),
        ] {
            request[name] = value;
            let body = request.to_string();
            answers.push(
                fixture
                    .token_raw(fixture.token_request(), body.clone())
                    .await,
            );
            answers.push(fixture.lease_raw(fixture.lease_request(), body).await);
        }
    }
    answers.push(
        fixture
            .token_raw(fixture.token_request(), format!("{{\"{MARK}\""))
            .await,
    );
    let form = "application/x-www-form-urlencoded";
    for body in [
        "token=SECRET/in/the/wrong/place%20",
        "reason=SECRET/in/the/wrong/place",
    ] {
        answers.push(fixture.revoke_raw(form, body).await);
    }
    answers.push(fixture.revoke(&[("token", MARK), ("reason", MARK)]).await);
    answers.push(fixture.content("101", MARK).await);
    for answer in &answers {
        assert!(!format!("{:?}", answer.headers).contains(MARK));
        assert!(
            !String::from_utf8_lossy(&answer.body).contains(MARK),
            "{answer:?}"
        );
    }
    let said = said(&fixture).await;
    assert!(!said.contains(MARK), "{said}");
}

#[tokio::test]
async fn error_descriptions_keep_to_the_characters_of_rfc_6749() {
    let fixture = Fixture::new().await;
    for body in ["", "{}", "{\"session\":1}"] {
        let answer = fixture.token_raw(fixture.token_request(), body).await;
        let description = answer.text("error_description");
        assert!(
            description
                .chars()
                .all(|c| matches!(c, ' '..='~') && !"\"\\".contains(c))
        );
    }
}

#[tokio::test]
async fn what_box_answers_in_error_is_not_passed_on() {
    const MARK: &str = "SECRET-of-the-upstream";
    let answers = [
        format!("HTTP/1.1 200 OK\r\nContent-Length: 41\r\n\r\n{{\"access_token\":[\"{MARK}\"]}}"),
        format!(
            "HTTP/1.1 400 Bad Request\r\nContent-Length: 56\r\n\r\n{{\"error\":\"{MARK}\",\"error_description\":\"x\"}}   "
        ),
        format!(
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/{MARK}\r\nContent-Length: 0\r\n\r\n"
        ),
        format!("{MARK}\r\n\r\n"),
    ];
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let count = answers.len();
    let server = tokio::spawn(async move {
        for answer in answers {
            let (mut connection, _) = listener.accept().await.unwrap();
            _ = connection.read(&mut [0; 4096]).await.unwrap();
            connection.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let settings = OAuthSettings::for_box(
        Some(&base),
        "client".to_owned(),
        "SECRET-of-the-client".to_owned().into(),
        Subject::Token("SECRET-of-the-subject".to_owned().into()),
    )
    .unwrap();
    assert!(!format!("{settings:?}").contains("SECRET"));
    let box_api = OAuth::new(settings).unwrap();
    let wanted = Exchange {
        resource: "https://r".to_owned(),
        scope: "s".to_owned(),
        subject: None,
    };
    for _ in 0..count {
        let error = box_api.exchange(&wanted).await.unwrap_err();
        assert!(!format!("{error:?}").contains("SECRET"));
    }
    server.await.unwrap();
}

#[tokio::test]
async fn the_clients_secret_is_nowhere_in_what_the_server_says() {
    let fixture = Fixture::with(UpstreamChoice::Embedded).await;
    let secret = fixture.demo.client().secret.expose().to_owned();
    let request = post("/api/token").header(header::COOKIE, &fixture.cookie);
    fixture.token_raw(request, "{}").await;
    fixture.mint(SESSION, "1").await;
    assert!(!said(&fixture).await.contains(&secret));
    assert!(!format!("{:?}", fixture.demo.client()).contains(&secret));
}
