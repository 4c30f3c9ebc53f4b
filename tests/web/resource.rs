//! `fetch` with the token: where it goes, and what a 401 does.

use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Client, ENDPOINTS, Grant, Page, js, patch_global};

/// Once, the resource refuses the token.
const REFUSED: &str = "async () => new Response('', { status: 401 })";

async fn status(grant: Grant, init: &str) -> f64 {
    let response = grant.fetch(&"/file".into(), &js(init)).await.unwrap();
    let status = js_sys::Reflect::get(&response, &"status".into()).unwrap();
    status.as_f64().unwrap()
}

#[wasm_bindgen_test]
async fn a_request_carries_the_token_and_what_the_app_gave() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let init = "{ method: 'PUT', body: 'new', headers: { 'X-App': '1', authorization: 'old' } }";
    assert_eq!(status(client.grant("read"), init).await, 200.0);
    let request = page.network.nth("/file", 1).await;
    assert_eq!(request.method(), "PUT");
    assert_eq!(request.header("x-app").unwrap(), "1");
    assert_eq!(
        request.header("authorization").unwrap(),
        "Bearer fake-token-1"
    );
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_401_gets_another_token_and_one_replay() {
    let page = Page::new();
    page.network.once("/file", REFUSED);
    let client = Client::new(ENDPOINTS);
    let init = "{ method: 'PUT', body: 'new' }";
    assert_eq!(status(client.grant("read"), init).await, 200.0);
    let replay = page.network.nth("/file", 2).await;
    assert_eq!(replay.method(), "PUT");
    assert_eq!(
        replay.header("authorization").unwrap(),
        "Bearer fake-token-2"
    );
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_401_that_arrives_after_a_revoke_is_the_answer() {
    let page = Page::new();
    page.network.once(
        "/file",
        "() => new Promise((resolve) => {
            globalThis.refuse = () => resolve(new Response('', { status: 401 }));
        })",
    );
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    let answer = grant.fetch(&"/file".into(), &JsValue::UNDEFINED);
    page.network.nth("/file", 1).await;
    grant.revoke().await.unwrap();
    js("refuse()");
    let response = answer.await.unwrap();
    let status = js_sys::Reflect::get(&response, &"status".into()).unwrap();
    assert_eq!(status, 401);
    assert_eq!(page.network.count("/token"), 1);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_401_to_the_replay_is_the_answer() {
    let page = Page::new();
    page.network.always("/file", REFUSED);
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    assert_eq!(status(grant, "undefined").await, 401.0);
    assert_eq!(page.network.count("/file"), 2);
    assert_eq!(page.network.count("/token"), 2);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_401_that_no_token_will_cure_is_the_answer() {
    let page = Page::new();
    page.network.once(
        "/file",
        "async () => new Response('', {
            status: 401,
            headers: { 'WWW-Authenticate': 'Bearer error=\"insufficient_scope\"' },
        })",
    );
    let client = Client::new(ENDPOINTS);
    assert_eq!(status(client.grant("read"), "undefined").await, 401.0);
    assert_eq!(page.network.count("/token"), 1);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_403_is_the_answer() {
    let page = Page::new();
    page.network
        .once("/file", "async () => new Response('', { status: 403 })");
    let client = Client::new(ENDPOINTS);
    assert_eq!(status(client.grant("read"), "undefined").await, 403.0);
    assert_eq!(page.network.count("/token"), 1);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_stream_is_not_sent_twice_but_its_token_is_dropped() {
    let page = Page::new();
    page.network.once("/file", REFUSED);
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    let init = "{ method: 'POST', body: new Blob(['new']).stream(), duplex: 'half' }";
    assert_eq!(status(grant, init).await, 401.0);
    assert_eq!(page.network.count("/file"), 1);
    assert_eq!(grant.token().await.unwrap(), "fake-token-2");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn many_requests_refused_at_once_share_one_new_token() {
    let page = Page::new();
    for _ in 0..5 {
        page.network.once("/file", REFUSED);
    }
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    let answers = [(); 5].map(|()| grant.fetch(&"/file".into(), &JsValue::UNDEFINED));
    for answer in answers {
        answer.await.unwrap();
    }
    assert_eq!(page.network.count("/token"), 2);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn what_fetch_rejects_with_is_handed_on_untouched() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    for reason in ["undefined", "null", "'offline'", "5"] {
        page.network
            .once("/file", &format!("() => Promise.reject({reason})"));
        let fetched = grant.fetch(&"/file".into(), &JsValue::UNDEFINED).await;
        assert_eq!(fetched.unwrap_err().0, js(reason));
    }
    page.network.once("/file", "() => { throw 'thrown'; }");
    let fetched = grant.fetch(&"/file".into(), &JsValue::UNDEFINED).await;
    assert_eq!(fetched.unwrap_err().0, "thrown");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn what_fetch_resolves_with_is_handed_on_untouched() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    for value in ["5", "'text'", "undefined", "null"] {
        page.network.once("/file", &format!("async () => {value}"));
        let fetched = grant.fetch(&"/file".into(), &JsValue::UNDEFINED).await;
        assert_eq!(fetched.unwrap(), js(value), "{value}");
    }
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_refusal_by_a_stand_in_keeps_nobody_waiting() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    for answer in [
        "{ status: 401 }",
        "{ status: 401, headers: {}, body: { cancel() {} } }",
        "{ status: 401, get headers() { throw 'got'; } }",
        "{ status: 401, headers: {}, get body() { throw 'got'; } }",
    ] {
        page.network
            .once("/file", &format!("async () => ({answer})"));
        let status = status(grant, "undefined").await;
        assert!([200.0, 401.0].contains(&status), "{answer}: {status}");
    }
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn what_is_no_request_is_refused_as_fetch_refuses_it() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    for (input, init) in [
        ("'http://['", "undefined"),
        ("'/file'", "{ method: 'GET', body: 'x' }"),
        ("Symbol()", "undefined"),
    ] {
        let refusal = grant.fetch(&js(input), &js(init)).await.unwrap_err();
        assert_eq!(refusal.get("name"), "TypeError", "{input} {init}");
    }
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn the_token_goes_to_no_other_origin() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    for url in [
        "https://elsewhere.example/file",
        "http://127.0.0.1:1/file",
        "data:,file",
        "blob:null/0",
    ] {
        let refusal = grant.fetch(&url.into(), &JsValue::UNDEFINED).await;
        assert_eq!(refusal.unwrap_err().code(), "origin_not_allowed", "{url}");
    }
    // What only looks like a request goes where its text says.
    for object in [
        "({ clone() {}, toString: () => 'https://elsewhere.example/file' })",
        "({ clone() {}, url: '/file', headers: {}, toString: () => 'https://elsewhere.example/' })",
        "new URL('https://elsewhere.example/file')",
    ] {
        let refusal = grant.fetch(&js(object), &JsValue::UNDEFINED).await;
        assert_eq!(
            refusal.unwrap_err().code(),
            "origin_not_allowed",
            "{object}"
        );
    }
    assert_eq!(page.network.count("/token"), 0);
    assert_eq!(page.network.count("/file"), 0);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn origins_that_are_allowed_replace_that_of_the_resource() {
    let page = Page::new();
    let client =
        Client::new("{ tokenEndpoint: '/token', allowedOrigins: 'https://files.example' }");
    let grant = client.grant("read");
    let own = grant.fetch(&"/file".into(), &JsValue::UNDEFINED).await;
    assert_eq!(own.unwrap_err().code(), "origin_not_allowed");
    let other = "https://files.example/file";
    assert!(
        grant
            .fetch(&other.into(), &JsValue::UNDEFINED)
            .await
            .is_ok()
    );
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_fetch_given_up_rejects_with_the_reason_of_its_signal() {
    let page = Page::new();
    page.network.once("/token", "() => new Promise(() => {})");
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    let gone = grant.fetch(
        &"/file".into(),
        &js("{ signal: AbortSignal.abort('gone') }"),
    );
    assert_eq!(gone.await.unwrap_err().0, "gone");
    assert_eq!(page.network.count("/token"), 0);

    patch_global("controller", &js("new AbortController()"));
    let going = grant.fetch(&"/file".into(), &js("{ signal: controller.signal }"));
    page.network.nth("/token", 1).await;
    js("controller.abort('going')");
    assert_eq!(going.await.unwrap_err().0, "going");
    assert_eq!(page.network.count("/file"), 0);
    client.ends_after_late_answers(&page).await;
}

#[wasm_bindgen_test]
async fn only_the_token_that_was_refused_is_dropped() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    grant.token().await.unwrap();
    grant.token_with("{ forceRefresh: true }").await.unwrap();
    for stranger in ["fake-token-1", "fake-token-3", ""] {
        grant.refuse(&stranger.into());
    }
    grant.refuse(&JsValue::NULL);
    assert_eq!(grant.peek().unwrap(), "fake-token-2");
    grant.refuse(&"fake-token-2".into());
    assert_eq!(grant.peek(), None);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_401_from_where_a_redirect_led_is_not_the_token_s() {
    for url in [
        "https://elsewhere.example/file",
        "http://localhost:1/file",
        "https://' + location.host + '/file",
    ] {
        let page = Page::new();
        let refusal = format!(
            "async () => {{
                const response = new Response('', {{ status: 401 }});
                return Object.defineProperty(response, 'url', {{ value: '{url}' }});
            }}"
        );
        page.network.always("/file", &refusal);
        let client = Client::new(ENDPOINTS);
        let grant = client.grant("read");
        assert_eq!(status(grant, "undefined").await, 401.0, "{url}");
        assert_eq!(page.network.count("/file"), 1, "{url}");
        assert_eq!(page.network.count("/token"), 1, "{url}");
        assert_eq!(grant.peek().unwrap(), "fake-token-1", "{url}");
        client.ends_cleanly(&page).await;
    }
}

#[wasm_bindgen_test]
async fn a_resource_that_refuses_every_token_costs_one_more_and_is_told() {
    let page = Page::new();
    page.network.always("/file", REFUSED);
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    for _ in 0..10 {
        assert_eq!(status(grant, "undefined").await, 401.0);
        page.time.advance(1_000).await;
    }
    assert_eq!(page.network.count("/token"), 2);
    let errors = client.told().into_iter().filter(|event| event == "error");
    assert_eq!(errors.count(), 1);

    // It may have been put right meanwhile.
    page.time.advance(30_000).await;
    page.network
        .always("/file", "async () => new Response('content')");
    page.network.once("/file", REFUSED);
    assert_eq!(status(grant, "undefined").await, 200.0);
    assert_eq!(page.network.count("/token"), 3);
    client.ends_cleanly(&page).await;
}
