//! Callers who give up, each for itself.

use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Answer, Client, ENDPOINTS, Grant, HELD, Page, js, patch_global, rest};

/// Makes `globalThis.controller`.
fn make_controller() {
    patch_global("controller", &js("new AbortController()"));
}

fn ask(grant: Grant) -> Answer<String> {
    grant.token_with("{ signal: controller.signal }")
}

fn is_listened_to(page: &Page) -> bool {
    page.events.count(&js("controller.signal")) > 0
}

#[wasm_bindgen_test]
async fn a_caller_who_gave_up_before_asking_costs_no_request() {
    let page = Page::new();
    make_controller();
    js("controller.abort('no longer wanted')");
    let client = Client::new(ENDPOINTS);
    let refusal = ask(client.grant("read")).await.unwrap_err();
    assert_eq!(refusal.code(), "aborted");
    assert_eq!(refusal.get("cause"), "no longer wanted");
    assert!(!is_listened_to(&page));
    rest().await;
    assert_eq!(page.network.count("/token"), 0);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_caller_who_gives_up_is_told_why_and_the_others_get_their_token() {
    let page = Page::new();
    make_controller();
    page.network.once("/token", HELD);
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    let (leaver, stayer) = (ask(grant), grant.token());
    let request = page.network.nth("/token", 1).await;
    assert!(is_listened_to(&page));

    js("controller.abort()");
    let refusal = leaver.await.unwrap_err();
    assert_eq!(refusal.code(), "aborted");
    assert_eq!(refusal.get("cause"), js("controller.signal.reason"));
    assert!(!is_listened_to(&page));
    assert!(!request.is_aborted());

    request.respond(&page.network.grant_token());
    assert_eq!(stayer.await.unwrap(), "fake-token-1");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_signal_that_fires_late_changes_nothing() {
    let page = Page::new();
    make_controller();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    assert_eq!(ask(grant).await.unwrap(), "fake-token-1");
    assert!(!is_listened_to(&page));
    js("controller.abort()");
    assert_eq!(grant.peek().unwrap(), "fake-token-1");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_signal_is_let_go_of_however_the_wait_ends() {
    let page = Page::new();
    make_controller();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");

    page.network
        .once("/token", "async () => new Response('', { status: 403 })");
    assert_eq!(ask(grant).await.unwrap_err().code(), "access_denied");
    assert!(!is_listened_to(&page));
    client.resume();

    page.network.once("/token", "() => new Promise(() => {})");
    let patient = grant.token_with("{ signal: controller.signal, timeout: 50 }");
    page.time.advance(50).await;
    assert_eq!(patient.await.unwrap_err().code(), "timeout");
    assert!(!is_listened_to(&page));

    let revoked = ask(grant);
    grant.revoke().await.unwrap();
    assert_eq!(revoked.await.unwrap_err().code(), "revoked");
    assert!(!is_listened_to(&page));

    page.network.once("/token", HELD);
    let closed = ask(grant);
    client.close().await.unwrap();
    assert_eq!(closed.await.unwrap_err().code(), "closed");
    page.is_clean_after_late_answers().await;
}

#[wasm_bindgen_test]
async fn a_signal_that_forgets_no_listener_may_call_it_when_all_is_over() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    patch_global("kept", &js("[]"));
    let signal = "({ aborted: false, addEventListener: (_, one) => kept.push(one) })";
    patch_global("signal", &js(signal));
    let answer = grant.token_with("{ signal }");
    assert_eq!(answer.await.unwrap(), "fake-token-1");
    js("signal.aborted = true");
    js("kept.forEach((one) => one())");
    assert_eq!(grant.peek().unwrap(), "fake-token-1");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn one_signal_may_end_many_calls() {
    let page = Page::new();
    make_controller();
    page.network.always("/token", HELD);
    let client = Client::new(ENDPOINTS);
    let grants = ["a", "b", "c"].map(|scope| client.grant(scope));
    let answers: Vec<_> = grants
        .into_iter()
        .flat_map(|grant| [ask(grant), ask(grant)])
        .collect();
    rest().await;
    js("controller.abort('all')");
    for answer in answers {
        assert_eq!(answer.await.unwrap_err().get("cause"), "all");
    }
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_signal_that_takes_no_listener_fails_its_own_call_only() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    for signal in [
        "{ aborted: false }",
        "{ aborted: false, addEventListener() { throw 'no'; } }",
        "{ get aborted() { throw 'got'; } }",
    ] {
        let answer = grant.token_with(&format!("{{ signal: {signal} }}"));
        assert!(answer.await.is_err(), "{signal}");
    }
    assert_eq!(grant.token().await.unwrap(), "fake-token-1");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn an_abort_event_of_a_script_s_ends_no_call() {
    let page = Page::new();
    make_controller();
    page.network.once("/token", HELD);
    let client = Client::new(ENDPOINTS);
    let answer = ask(client.grant("read"));
    let request = page.network.nth("/token", 1).await;
    js("controller.signal.dispatchEvent(new Event('abort'))");
    rest().await;
    request.respond(&page.network.grant_token());
    assert_eq!(answer.await.unwrap(), "fake-token-1");
    client.ends_cleanly(&page).await;
}
