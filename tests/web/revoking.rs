//! `revoke()` and `revokeAll()`, and whatever the revoke endpoint does.

use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Client, ENDPOINTS, HEEDLESS, HELD, IMPATIENT, Page, js};

/// Tried again after an answer like this, and confirmed by the next one.
async fn is_tried_again(answer: &str) {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    grant.token().await.unwrap();
    page.network.once("/revoke", answer);
    let revoking = grant.revoke();
    assert_eq!(grant.peek(), None);
    page.time.advance(2_250).await;
    let revoked = revoking.await.unwrap();
    assert_eq!((revoked.tokens, revoked.confirmed), (1, true), "{answer}");
    assert_eq!(page.network.count("/revoke"), 2, "{answer}");
    client.ends_cleanly(&page).await;
}

/// Taken for a no after an answer like this, and said once more at the end.
async fn is_given_up(answer: &str) {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    grant.token().await.unwrap();
    page.network.once("/revoke", answer);
    let revoked = grant.revoke().await.unwrap();
    assert_eq!((revoked.tokens, revoked.confirmed), (1, false), "{answer}");
    page.time.advance(60_000).await;
    assert_eq!(page.network.count("/revoke"), 1, "{answer}");
    client.ends_cleanly(&page).await;
    let last = page.network.nth("/revoke", 2).await;
    assert_eq!(last.values("token"), ["fake-token-1"], "{answer}");
    assert_eq!(page.network.count("/revoke"), 2, "{answer}");
}

#[wasm_bindgen_test]
async fn a_revoke_is_a_form_that_names_the_token_and_the_reason() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    grant.token().await.unwrap();
    let revoked = grant.revoke().await.unwrap();
    assert_eq!((revoked.tokens, revoked.confirmed), (1, true));

    let revoke = page.network.nth("/revoke", 1).await;
    assert_eq!(revoke.method(), "POST");
    assert!(revoke.is_form());
    assert!(!revoke.is_keepalive());
    assert_eq!(revoke.setting("redirect").unwrap(), "error");
    assert_eq!(revoke.values("token"), ["fake-token-1"]);
    assert_eq!(revoke.value("reason").unwrap(), "explicit");
    let request = page.network.nth("/token", 1).await;
    assert_eq!(revoke.value("session"), request.value("session"));
    assert_eq!(client.told(), ["refreshed", "revoked"]);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_revocation_handle_is_named_in_place_of_the_token() {
    let page = Page::new();
    page.network.once(
        "/token",
        "(_, network) => network.grantToken({ revocation_handle: 'handle &1' })",
    );
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    grant.token().await.unwrap();
    grant.revoke().await.unwrap();
    let revoke = page.network.nth("/revoke", 1).await;
    assert_eq!(revoke.values("handle"), ["handle &1"]);
    assert!(revoke.values("token").is_empty());
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_handle_that_could_name_nothing_is_no_handle() {
    for handle in ["''", "5", "'h'.repeat(16385)", "'\\ud800'"] {
        let page = Page::new();
        page.network.once(
            "/token",
            &format!("(_, network) => network.grantToken({{ revocation_handle: {handle} }})"),
        );
        let client = Client::new(ENDPOINTS);
        let grant = client.grant("read");
        grant.token().await.unwrap();
        grant.revoke().await.unwrap();
        let revoke = page.network.nth("/revoke", 1).await;
        assert_eq!(revoke.values("token"), ["fake-token-1"], "{handle}");
        assert!(revoke.values("handle").is_empty());
        client.ends_cleanly(&page).await;
    }
}

#[wasm_bindgen_test]
async fn revoking_everything_is_a_logout() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let (one, other) = (client.grant("a"), client.grant("b"));
    one.token().await.unwrap();
    other.token().await.unwrap();
    assert_eq!(client.revoke_all().await.unwrap().tokens, 2);
    let revoke = page.network.nth("/revoke", 1).await;
    assert_eq!(revoke.value("reason").unwrap(), "logout");
    assert_eq!(revoke.values("token").len(), 2);

    assert_eq!(one.token().await.unwrap(), "fake-token-3");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_caller_who_waits_while_the_grant_is_revoked_is_told() {
    let page = Page::new();
    page.network.once("/token", HELD);
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    let answer = grant.token();
    let request = page.network.nth("/token", 1).await;
    let revoking = grant.revoke();
    assert_eq!(answer.await.unwrap_err().code(), "revoked");
    assert!(request.is_aborted());
    revoking.await.unwrap();
    let revoke = page.network.nth("/revoke", 1).await;
    assert_eq!(revoke.values("pending"), ["1"]);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_revoke_that_does_not_get_through_is_tried_again() {
    for answer in [
        "() => Promise.reject(new TypeError('offline'))",
        "() => Promise.reject('offline')",
        "() => Promise.reject()",
        "() => { throw null; }",
        "async () => ({ get status() { throw 'got'; }, headers: {} })",
        "async () => new Response('', { status: 500 })",
        "async () => new Response('', { status: 503, headers: { 'Retry-After': '1' } })",
        "async () => new Response('', { status: 429 })",
        "async () => new Response('', { status: 408 })",
        "async () => new Response('<!doctype html>', { status: 404 })",
        "async () => new Response('<!doctype html>')",
        "async () => new Response('sign in', { headers: { 'content-type': 'text/html' } })",
        "async () => new Response('blocked by policy', { status: 403 })",
        "async () => new Response('<h1>You are offline</h1>')",
        "async () => new Response('<!-- portal --><html></html>')",
        "async () => new Response('<html>'.padEnd(200_000))",
        "async () => Response.json([], { status: 401 })",
    ] {
        is_tried_again(answer).await;
    }
}

#[wasm_bindgen_test]
async fn an_answer_whose_body_never_ends_is_none_in_time() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    grant.token().await.unwrap();
    let endless = "async () => new Response(new ReadableStream({}))";
    page.network.once("/revoke", endless);
    let revoking = grant.revoke();
    page.time.advance(15_000).await;
    page.time.advance(2_250).await;
    assert!(revoking.await.unwrap().confirmed);
    assert_eq!(page.network.count("/revoke"), 2);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn what_is_no_answer_confirms_nothing() {
    for answer in [
        "async () => undefined",
        "async () => null",
        "async () => ({})",
        "async () => ({ status: 200 })",
    ] {
        is_tried_again(answer).await;
    }
}

#[wasm_bindgen_test]
async fn a_refusal_to_revoke_is_final() {
    for answer in [
        "async () => new Response('', { status: 400 })",
        "async () => new Response('', { status: 401 })",
        "async () => new Response('', { status: 404 })",
        "async () => Response.json({ error: 'invalid_request' }, { status: 400 })",
    ] {
        is_given_up(answer).await;
    }
}

#[wasm_bindgen_test]
async fn a_revoke_that_is_never_answered_is_aborted_and_tried_again() {
    let page = Page::new();
    let client = Client::new(IMPATIENT);
    let grant = client.grant("read");
    grant.token().await.unwrap();
    page.network.once("/revoke", HELD);
    let revoking = grant.revoke();
    page.time.advance(200).await;
    assert!(page.network.nth("/revoke", 1).await.is_aborted());
    page.time.advance(2_250).await;
    assert!(revoking.await.unwrap().confirmed);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_revoke_whose_fetch_heeds_no_signal_is_not_waited_for() {
    let page = Page::new();
    let client = Client::new(IMPATIENT);
    let grant = client.grant("read");
    grant.token().await.unwrap();
    page.network.once("/revoke", HEEDLESS);
    let revoking = grant.revoke();
    page.time.advance(2_450).await;
    assert!(revoking.await.unwrap().confirmed);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_late_answer_to_one_try_leaves_the_next_one_its_time_limit() {
    let page = Page::new();
    let client = Client::new(IMPATIENT);
    let grant = client.grant("read");
    grant.token().await.unwrap();
    page.network.once("/revoke", HEEDLESS);
    page.network.once("/revoke", HELD);
    let revoking = grant.revoke();
    while page.network.count("/revoke") < 2 {
        page.time.advance(50).await;
    }
    let first = page.network.nth("/revoke", 1).await;
    first.respond(&js("new Response('', { status: 503 })"));
    page.time.advance(200).await;
    assert!(page.network.nth("/revoke", 2).await.is_aborted());
    page.time.advance(8_000).await;
    assert!(revoking.await.unwrap().confirmed);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn without_a_revoke_endpoint_tokens_are_only_dropped() {
    let page = Page::new();
    let client = Client::new("{ tokenEndpoint: '/token' }");
    let grant = client.grant("read");
    grant.token().await.unwrap();
    let revoked = grant.revoke().await.unwrap();
    assert_eq!((revoked.tokens, revoked.confirmed), (1, false));
    assert_eq!(grant.peek(), None);
    client.ends_cleanly(&page).await;
    assert_eq!(page.network.count("/revoke"), 0);
}

#[wasm_bindgen_test]
async fn a_revoke_of_nothing_is_confirmed_without_a_request() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let revoked = client.grant("read").revoke().await.unwrap();
    assert_eq!((revoked.tokens, revoked.confirmed), (0, true));
    client.ends_cleanly(&page).await;
    assert_eq!(page.network.count("/revoke"), 0);
}
