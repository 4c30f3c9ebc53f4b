//! The client for front ends written in Rust.

use std::cell::RefCell;
use std::rc::Rc;

use downscope::core::{Code, Config, Millis, Notice, Reason, Status, Want};
use downscope::{Backend, Client, FetchFailure};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{HELD, Page, js, rest};

fn backend() -> Backend {
    Backend::new("/token").revoke_at("/revoke")
}

/// Gives up on a token sooner than any back-off ends.
const IMPATIENT: Want = Want {
    min_ttl: Millis(0),
    force: false,
    timeout: Some(Millis(999)),
};

#[wasm_bindgen_test]
async fn a_grant_gives_its_token_and_revokes_it() {
    let page = Page::new();
    let notices = Rc::new(RefCell::new(Vec::new()));
    let list = notices.clone();
    let backend = backend()
        .header("X-CSRF", "1")
        .on_notice(move |key, notice| {
            let scope = key.unwrap().scope().to_owned();
            list.borrow_mut().push((scope, notice));
        });
    let client = Client::new(Config::default(), backend).unwrap();
    let grant = client.grant(None, ["b", "a", "b"]).unwrap();
    assert_eq!(grant.state().status, Status::Empty);

    let token = grant.token().await.unwrap();
    assert_eq!(token.expose(), "fake-token-1");
    assert_eq!(grant.peek().unwrap().as_js(), "fake-token-1");
    let request = page.network.nth("/token", 1).await;
    assert_eq!(request.header("x-csrf").unwrap(), "1");
    assert_eq!(request.value("scope").unwrap(), "a b");

    let revoked = grant.revoke().await;
    assert_eq!((revoked.tokens, revoked.confirmed), (1, true));
    assert!(grant.peek().is_none());
    let (scopes, notices): (Vec<_>, Vec<_>) = notices.borrow().iter().cloned().unzip();
    assert_eq!(scopes, ["a b", "a b"]);
    assert!(matches!(
        notices[..],
        [Notice::Refreshed(_), Notice::Revoked(Reason::Explicit)]
    ));
    client.close().await;
    page.is_clean().await;
}

#[wasm_bindgen_test]
async fn a_token_does_not_print_itself() {
    let page = Page::new();
    let client = Client::new(Config::default(), backend()).unwrap();
    let grant = client.grant(None, ["read"]).unwrap();
    let token = grant.token().await.unwrap();
    for printed in [
        format!("{token:?}"),
        format!("{grant:?}"),
        format!("{client:?}"),
        format!("{:?}", grant.state()),
    ] {
        assert!(!printed.contains("fake"), "{printed}");
    }
    client.close().await;
    page.is_clean().await;
}

#[wasm_bindgen_test]
async fn an_endpoint_that_protects_no_token_is_refused() {
    let _page = Page::new();
    for url in ["http://app.example/token", "http://[", "ftp://localhost/"] {
        let refused = Client::new(Config::default(), Backend::new(url)).unwrap_err();
        assert_eq!(refused.code, Code::InvalidOptions, "{url}");
        let backend = Backend::new("/token").revoke_at(url);
        let refused = Client::new(Config::default(), backend).unwrap_err();
        assert_eq!(refused.code, Code::InvalidOptions, "{url}");
    }
}

#[wasm_bindgen_test]
async fn a_failure_says_its_code_and_its_status() {
    let page = Page::new();
    page.network.once(
        "/token",
        "() => Response.json({ error: 'invalid_scope' }, { status: 400 })",
    );
    let client = Client::new(Config::default(), backend()).unwrap();
    let grant = client.grant(None, ["read"]).unwrap();
    let error = grant.token_with(IMPATIENT).await.unwrap_err();
    assert_eq!(error.code, Code::RequestRefused);
    assert_eq!(error.status, Some(400));
    assert_eq!(error.oauth_error, Some("invalid_scope"));
    client.resume();
    assert!(grant.token().await.is_ok());
    client.close().await;
    page.is_clean().await;
}

#[wasm_bindgen_test]
async fn a_future_that_is_dropped_takes_nobody_along() {
    let page = Page::new();
    page.network.once("/token", HELD);
    let client = Client::new(Config::default(), backend()).unwrap();
    let grant = client.grant(None, ["read"]).unwrap();
    let mut waiting = Box::pin(grant.token());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(waiting.as_mut().poll(&mut context).is_pending());
    drop(waiting);

    let request = page.network.nth("/token", 1).await;
    request.respond(&page.network.grant_token());
    assert_eq!(grant.token().await.unwrap().expose(), "fake-token-1");
    client.close().await;
    page.is_clean().await;
}

#[wasm_bindgen_test]
async fn a_fetch_carries_the_token_to_allowed_origins_only() {
    let page = Page::new();
    page.network
        .once("/file", "async () => new Response('', { status: 401 })");
    let backend = backend().allow_origin(js("location.origin").as_string().unwrap());
    let client = Client::new(Config::default(), backend).unwrap();
    let grant = client.grant(None, ["read"]).unwrap();
    let request = |url| web_sys::Request::new_with_str(url).unwrap();

    let response = grant.fetch(&request("/file")).await.unwrap();
    assert_eq!(response.status(), 200);
    let replay = page.network.nth("/file", 2).await;
    assert_eq!(
        replay.header("authorization").unwrap(),
        "Bearer fake-token-2"
    );
    let refused = grant.fetch(&request("https://elsewhere.example/")).await;
    assert!(matches!(
        refused,
        Err(FetchFailure::Token(error)) if error.code == Code::OriginNotAllowed
    ));
    client.close().await;
    page.is_clean().await;
}

#[wasm_bindgen_test]
async fn a_client_that_is_closed_tells_no_other_tab() {
    let page = Page::new();
    let client = Client::new(Config::default(), backend()).unwrap();
    client.close().await;
    let revoked = client.revoke_every_tab().await;
    assert_eq!(revoked.tokens, 0);
    page.is_clean().await;
}

#[wasm_bindgen_test]
async fn a_client_that_was_dropped_still_revokes_when_the_page_goes() {
    let page = Page::new();
    let client = Client::new(Config::default(), backend()).unwrap();
    let grant = client.grant(None, ["read"]).unwrap();
    grant.token().await.unwrap();
    drop((grant, client));
    rest().await;

    page.events.leave(false);
    let [beacon] = &page.network.sent("/revoke")[..] else {
        unreachable!("no revoke, or more than one")
    };
    assert_eq!(beacon.values("token"), ["fake-token-1"]);
}
