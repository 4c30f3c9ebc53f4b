//! `close()` at any moment, and a handle that is freed without it.

use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Client, ENDPOINTS, HEEDLESS, HELD, Page, js, patch_global, rest};

#[wasm_bindgen_test]
async fn closing_revokes_what_is_held_and_lets_go_of_everything() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let (one, other) = (client.grant("a"), client.grant("b"));
    one.token().await.unwrap();
    other.token().await.unwrap();

    let revoked = client.close().await.unwrap();
    assert_eq!((revoked.tokens, revoked.confirmed), (2, true));
    let revoke = page.network.nth("/revoke", 1).await;
    assert_eq!(revoke.values("token"), ["fake-token-1", "fake-token-2"]);
    assert_eq!(revoke.value("reason").unwrap(), "explicit");
    assert_eq!(page.network.count("/revoke"), 1);
    page.is_clean().await;
}

#[wasm_bindgen_test]
async fn a_closed_client_says_so_and_asks_nobody() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    client.close().await.unwrap();

    assert_eq!(grant.token().await.unwrap_err().code(), "closed");
    let fetched = grant.fetch(&"/file".into(), &JsValue::UNDEFINED).await;
    assert_eq!(fetched.unwrap_err().code(), "closed");
    let late = client.grant("write");
    assert_eq!(late.token().await.unwrap_err().code(), "closed");
    assert_eq!(grant.peek(), None);
    assert_eq!(grant.status(), "closed");
    client.resume();
    assert_eq!(grant.revoke().await.unwrap().tokens, 0);
    assert_eq!(page.network.count("/token"), 0);
    page.is_clean().await;
}

#[wasm_bindgen_test]
async fn closing_during_a_request_rejects_the_caller_and_names_the_request() {
    let page = Page::new();
    page.network.once("/token", HELD);
    let client = Client::new(ENDPOINTS);
    let answer = client.grant("read").token();
    let request = page.network.nth("/token", 1).await;

    let closing = client.close();
    assert_eq!(answer.await.unwrap_err().code(), "closed");
    assert!(request.is_aborted());
    closing.await.unwrap();
    let revoke = page.network.nth("/revoke", 1).await;
    assert_eq!(revoke.values("pending"), [request.value("id").unwrap()]);
    assert_eq!(revoke.value("session"), request.value("session"));
    page.is_clean().await;
}

#[wasm_bindgen_test]
async fn an_answer_that_comes_after_closing_is_revoked() {
    let page = Page::new();
    page.network.once("/token", HEEDLESS);
    let client = Client::new(ENDPOINTS);
    let answer = client.grant("read").token();
    let request = page.network.nth("/token", 1).await;
    client.close().await.unwrap();
    assert_eq!(answer.await.unwrap_err().code(), "closed");

    request.respond(&page.network.grant_token());
    let revoke = page.network.nth("/revoke", 2).await;
    assert_eq!(revoke.values("token"), ["fake-token-1"]);
    page.is_clean().await;
}

#[wasm_bindgen_test]
async fn the_revoke_of_an_answer_that_comes_after_closing_is_tried_again() {
    let page = Page::new();
    page.network.once("/token", HEEDLESS);
    let client = Client::new(ENDPOINTS);
    let answer = client.grant("read").token();
    let request = page.network.nth("/token", 1).await;
    client.close().await.unwrap();
    assert_eq!(answer.await.unwrap_err().code(), "closed");

    page.network
        .once("/revoke", "async () => new Response('', { status: 503 })");
    page.network.always("/revoke", "async () => new Response()");
    request.respond(&page.network.grant_token());
    page.network.nth("/revoke", 2).await;
    page.time.advance(2_250).await;
    assert_eq!(page.network.count("/revoke"), 3);
    let again = page.network.nth("/revoke", 3).await;
    assert_eq!(again.values("token"), ["fake-token-1"]);
    page.is_clean().await;
}

#[wasm_bindgen_test]
async fn a_client_closed_right_after_a_call_sends_no_request() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let answer = client.grant("read").token();
    let closing = client.close();
    assert_eq!(answer.await.unwrap_err().code(), "closed");
    closing.await.unwrap();
    rest().await;
    assert_eq!(page.network.count("/token"), 0);
    page.is_clean().await;
}

#[wasm_bindgen_test]
async fn closing_while_the_app_makes_its_headers_sends_no_request() {
    let page = Page::new();
    patch_global("giveHeaders", &JsValue::UNDEFINED);
    let client = Client::new(
        "{
            tokenEndpoint: '/token',
            headers: () => new Promise((resolve) => { globalThis.giveHeaders = resolve; }),
        }",
    );
    let answer = client.grant("read").token();
    rest().await;
    let closing = client.close();
    js("giveHeaders({})");
    assert_eq!(answer.await.unwrap_err().code(), "closed");
    closing.await.unwrap();
    rest().await;
    assert_eq!(page.network.count("/token"), 0);
    page.is_clean().await;
}

#[wasm_bindgen_test]
async fn closing_gives_up_on_a_revoke_that_never_gets_through() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    client.grant("read").token().await.unwrap();
    page.network
        .always("/revoke", "async () => new Response('', { status: 503 })");
    let closing = client.close();
    page.time.advance(120_000).await;
    let revoked = closing.await.unwrap();
    assert_eq!((revoked.tokens, revoked.confirmed), (1, false));
    assert_eq!(page.network.count("/revoke"), 4);

    // The page is listened to for as long as the token lives.
    page.events.leave(false);
    let beacon = page.network.nth("/revoke", 5).await;
    assert!(beacon.is_beacon());
    assert_eq!(beacon.values("token"), ["fake-token-1"]);
    page.is_clean().await;
}

#[wasm_bindgen_test]
async fn a_page_that_goes_while_closing_takes_the_revoke_along() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    client.grant("read").token().await.unwrap();
    page.network.once("/revoke", HELD);
    let closing = client.close();
    page.network.nth("/revoke", 1).await;

    page.events.leave(false);
    let beacon = page.network.nth("/revoke", 2).await;
    assert!(beacon.is_beacon());
    assert_eq!(beacon.values("token"), ["fake-token-1"]);
    let revoked = closing.await.unwrap();
    assert_eq!((revoked.tokens, revoked.confirmed), (1, false));
    page.is_clean().await;
}

#[wasm_bindgen_test]
async fn a_page_that_goes_after_closing_takes_an_earlier_revoke_along() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    grant.token().await.unwrap();
    page.network.once("/revoke", HELD);
    let revoking = grant.revoke();
    page.network.nth("/revoke", 1).await;
    let closing = client.close();
    rest().await;

    page.events.leave(false);
    assert_eq!(page.network.count("/revoke"), 2);
    let beacon = page.network.nth("/revoke", 2).await;
    assert_eq!(beacon.values("token"), ["fake-token-1"]);
    assert!(!revoking.await.unwrap().confirmed);
    closing.await.unwrap();
    page.is_clean().await;
}

#[wasm_bindgen_test]
async fn an_earlier_revoke_is_tried_again_though_the_client_was_closed() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    grant.token().await.unwrap();
    page.network
        .once("/revoke", "async () => new Response('', { status: 503 })");
    let revoking = grant.revoke();
    page.network.nth("/revoke", 1).await;
    rest().await;
    let closing = client.close();
    rest().await;

    page.time.advance(2_250).await;
    assert_eq!(page.network.count("/revoke"), 2);
    assert!(revoking.await.unwrap().confirmed);
    closing.await.unwrap();
    page.is_clean().await;
}

#[wasm_bindgen_test]
async fn clients_do_not_pile_up_in_the_page() {
    let page = Page::new();
    for _ in 0..20 {
        let client = Client::new(ENDPOINTS);
        client.grant("read").token().await.unwrap();
        client.ends_cleanly(&page).await;
    }
    assert_eq!(page.network.count("/token"), 20);
    assert_eq!(page.network.count("/revoke"), 20);
}
