//! Where tokens never are, and what is not kept.

use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Client, ENDPOINTS, Page, js, patch_global, rest, settled};

#[wasm_bindgen(module = "/tests/web/support/page.js")]
extern "C" {
    fn holds(memory: &JsValue, name: &str) -> bool;
}

/// Whether the characters of a global string stand in linear memory.
fn memory_holds(name: &str) -> bool {
    holds(&wasm_bindgen::memory(), name)
}

/// Makes a global string that only JavaScript knows.
fn make_secret(name: &str) {
    let random = "crypto.getRandomValues(new Uint32Array(16)).join('-')";
    patch_global(name, &js(random));
}

#[wasm_bindgen_test]
fn text_that_was_copied_in_is_wiped_when_it_is_freed() {
    let _page = Page::new();
    make_secret("secret");
    let copy = js("secret").as_string();
    assert!(memory_holds("secret"));
    drop(copy);
    assert!(!memory_holds("secret"));
}

#[wasm_bindgen_test]
async fn tokens_and_handles_stay_out_of_linear_memory() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    let anything = JsValue::UNDEFINED;
    for last in [false, true] {
        make_secret("token");
        make_secret("handle");
        let names = if last {
            ""
        } else {
            "revocation_handle: handle"
        };
        page.network.once(
            "/token",
            &format!("(_, network) => network.grantToken({{ access_token: token, {names} }})"),
        );
        let is_clean = || !memory_holds("token") && !memory_holds("handle");

        let given = settled(grant.promise("{}")).await.unwrap();
        assert!(given == js("token"));
        assert!(is_clean(), "after it was given");
        grant.fetch(&"/file".into(), &anything).await.unwrap();
        assert!(is_clean(), "after it was sent to the resource");
        if last {
            page.events.leave(true);
        } else {
            grant.revoke().await.unwrap();
        }
        assert!(is_clean(), "after it was revoked");
    }
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_token_in_the_wrong_place_does_not_stay_in_linear_memory() {
    let page = Page::new();
    let client = Client::new("{ tokenEndpoint: '/token' }");
    make_secret("token");
    page.network.once(
        "/token",
        "() => Response.json({ error: token, type: token, scope: token }, { status: 503 })",
    );
    let answer = client.grant("read").token_with("{ timeout: 999 }");
    assert_eq!(answer.await.unwrap_err().code(), "unavailable");
    assert!(!memory_holds("token"));
    client.ends_cleanly(&page).await;
}

/// How many more values of JavaScript are held after three lives than before.
async fn kept_after(live: impl AsyncFn()) -> u32 {
    let count = wasm_bindgen::externref_heap_live_count;
    // What is made once and kept for good.
    live().await;
    rest().await;
    loop {
        let before = count();
        for _ in 0..3 {
            live().await;
        }
        rest().await;
        // Fewer: the engine has collected the garbage of earlier tests meanwhile.
        if let Some(kept) = count().checked_sub(before) {
            return kept;
        }
    }
}

#[wasm_bindgen_test]
async fn tokens_are_held_for_no_longer_than_they_are_of_use() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    let live_and_revoke = async || {
        for _ in 0..3 {
            let token = settled(grant.promise("{ forceRefresh: true }")).await;
            drop(token.unwrap());
        }
        grant.revoke().await.unwrap();
    };
    assert_eq!(kept_after(live_and_revoke).await, 0);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_client_that_was_closed_keeps_nothing_of_the_page() {
    let live_once = async || {
        let page = Page::new();
        let client = Client::new(
            "{
                tokenEndpoint: '/token',
                revokeEndpoint: '/revoke',
                headers: () => ({ 'X-CSRF': '1' }),
                revokeHeaders: { 'X-CSRF': '1' },
            }",
        );
        let grant = client.grant("read");
        let signal = "{ signal: new AbortController().signal }";
        grant.token_with(signal).await.unwrap();
        page.network
            .once("/file", "async () => new Response('', { status: 401 })");
        let fetched = grant.fetch(&"/file".into(), &JsValue::UNDEFINED).await;
        assert!(fetched.is_ok());
        page.events.leave(true);
        page.events.come_back();
        grant.token().await.unwrap();
        client.ends_cleanly(&page).await;
    };
    assert_eq!(kept_after(live_once).await, 0);
}
