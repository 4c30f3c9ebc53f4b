//! What other code of the page puts around the platform, and what it calls its elements.

use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Client, ENDPOINTS, HELD, Page, js, patch_global, rest};

/// Puts a wrapper around `fetch`; `fetch` in it is the one below.
fn wrap_fetch(wrapper: &str) {
    let wrap = format!("((fetch) => {wrapper})(fetch)");
    patch_global("fetch", &js(&wrap));
}

/// Each adds a header of its own, in a way that a `Request` or a `Headers` would not survive.
const NAIVE: [&str; 3] = [
    // Takes the URL for a string, and spreads the headers.
    "(url, init = {}) => fetch(url.startsWith('https://cdn.') ? 'https://other.' : url, \
        { ...init, headers: { ...init.headers, 'x-trace': '1' } })",
    // Writes to the headers as to a plain object.
    "(url, init = {}) => {
        const headers = init.headers ?? {};
        headers['x-trace'] = '1';
        return fetch(`${url}`, Object.assign({}, init, { headers }));
    }",
    // Copies what it knows of.
    "(url, { method, headers, body, signal, redirect, keepalive } = {}) => {
        const list = Object.fromEntries(Object.entries(headers ?? {}));
        list['x-trace'] = '1';
        return fetch(url.toString(), { method, headers: list, body, signal, redirect, keepalive });
    }",
];

#[wasm_bindgen_test]
async fn what_wraps_fetch_naively_loses_no_header_of_the_requests_for_tokens() {
    for wrapper in NAIVE {
        let page = Page::new();
        wrap_fetch(wrapper);
        let client = Client::new(
            "{
                tokenEndpoint: '/token',
                revokeEndpoint: '/revoke',
                headers: () => new Headers({ 'X-CSRF': '1' }),
                revokeHeaders: { 'X-CSRF': '2' },
            }",
        );
        let grant = client.grant("read");
        grant.token().await.unwrap();
        let request = page.network.nth("/token", 1).await;
        assert_eq!(request.header("x-csrf").unwrap(), "1", "{wrapper}");
        assert_eq!(request.header("content-type").unwrap(), "application/json");
        assert_eq!(request.header("x-trace").unwrap(), "1");
        assert_eq!(request.value("scope").unwrap(), "read");

        assert!(grant.revoke().await.unwrap().confirmed, "{wrapper}");
        let revoke = page.network.nth("/revoke", 1).await;
        assert_eq!(revoke.header("x-csrf").unwrap(), "2", "{wrapper}");
        assert_eq!(revoke.values("token"), ["fake-token-1"], "{wrapper}");
        client.ends_cleanly(&page).await;
    }
}

#[wasm_bindgen_test]
async fn what_wraps_fetch_naively_loses_no_token_of_the_requests_for_a_resource() {
    for wrapper in NAIVE {
        for (input, init) in [
            ("'/file'", "undefined"),
            ("new URL('/file', location.href)", "undefined"),
            ("'/file'", "{ headers: new Headers({ 'X-App': '1' }) }"),
            (
                "'/file'",
                "{ headers: [['X-App', '1']], method: 'PUT', body: 'new' }",
            ),
            (
                "'/file'",
                "{ method: 'POST', body: new URLSearchParams({ a: '1' }) }",
            ),
        ] {
            let page = Page::new();
            wrap_fetch(wrapper);
            page.network
                .once("/file", "async () => new Response('', { status: 401 })");
            let client = Client::new(ENDPOINTS);
            let fetched = client.grant("read").fetch(&js(input), &js(init)).await;
            assert!(fetched.is_ok(), "{wrapper} {input} {init}");
            for (number, token) in [(1, "fake-token-1"), (2, "fake-token-2")] {
                let request = page.network.nth("/file", number).await;
                let given = request.header("authorization");
                assert_eq!(
                    given.unwrap(),
                    format!("Bearer {token}"),
                    "{wrapper} {input} {init}"
                );
                assert_eq!(request.header("x-app").is_some(), init.contains("X-App"));
            }
            client.ends_cleanly(&page).await;
        }
    }
}

#[wasm_bindgen_test]
async fn what_replaces_the_headers_of_a_request_is_given_the_token_among_them() {
    for wrapper in [
        "(input, init) => fetch(new Request(input, init))",
        "(input, init = {}) => fetch(input, { ...init, headers: { ...init.headers, 'x-trace': '1' } })",
        "(input, { headers, ...init } = {}) => fetch(new Request(input, init), { headers })",
    ] {
        let page = Page::new();
        wrap_fetch(wrapper);
        let client = Client::new(ENDPOINTS);
        let input =
            "new Request('/file', { method: 'PUT', body: 'new', headers: { 'X-App': '1' } })";
        let fetched = client
            .grant("read")
            .fetch(&js(input), &js("undefined"))
            .await;
        assert!(fetched.is_ok(), "{wrapper}");
        let request = page.network.nth("/file", 1).await;
        let given = request.header("authorization").unwrap();
        assert_eq!(given, "Bearer fake-token-1", "{wrapper}");
        assert_eq!(request.header("x-app").unwrap(), "1", "{wrapper}");
        assert_eq!(request.method(), "PUT", "{wrapper}");
        client.ends_cleanly(&page).await;
    }
}

/// A `Zone` as zone.js has it, which notes in `begun` what begins inside of it.
const ZONE: &str = "(() => {
    const { setTimeout, fetch } = globalThis;
    globalThis.begun = [];
    let isOutside = false;
    const inZone = (name, call) => (...given) => {
        // WebKit's driver sets timers of its own in the page.
        const isDriver = /^evaluateJavaScriptFunction@/m.test(new Error().stack);
        if (!isOutside && !isDriver) begun.push(name);
        return call(...given);
    };
    globalThis.setTimeout = inZone('timer', setTimeout);
    globalThis.fetch = inZone('request', fetch);
    globalThis.Zone = {
        root: {
            run(call, self, given) {
                const before = isOutside;
                isOutside = true;
                try {
                    return call.apply(self, given);
                } finally {
                    isOutside = before;
                }
            },
        },
    };
})()";

/// From here on the test's page is in a zone, until it is restored.
fn enter_zone() {
    for name in ["setTimeout", "fetch", "Zone", "begun"] {
        patch_global(name, &js(&format!("globalThis.{name}")));
    }
    js(ZONE);
}

#[wasm_bindgen_test]
async fn no_timer_and_no_request_begins_in_the_zone_of_the_app() {
    let page = Page::new();
    enter_zone();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    page.network
        .once("/token", "async () => new Response('', { status: 503 })");
    let answer = grant.token();
    page.time.advance(2_250).await;
    answer.await.unwrap();
    // Refreshed ahead of time.
    while page.network.count("/token") < 3 {
        page.time.advance(10_000).await;
    }
    page.network
        .once("/revoke", "async () => new Response('', { status: 503 })");
    let revoking = grant.revoke();
    page.time.advance(2_250).await;
    assert!(revoking.await.unwrap().confirmed);

    // What takes long to write down is put off, too.
    for number in 0..40 {
        page.network.once(
            "/token",
            "(_, network) => network.grantToken({ access_token: 'x'.repeat(1000) })",
        );
        client
            .grant(&format!("scope-{number}"))
            .token()
            .await
            .unwrap();
    }
    page.time.advance(1_000).await;
    page.network.once("/token", HELD);
    drop(grant.token());
    rest().await;
    client.ends_after_late_answers(&page).await;
    assert_eq!(js("begun.join()"), "");
}

#[wasm_bindgen_test]
async fn a_request_of_the_app_stays_in_its_zone() {
    let page = Page::new();
    enter_zone();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    grant
        .fetch(&"/file".into(), &js("undefined"))
        .await
        .unwrap();
    // Its own request, which the app waits for.
    assert_eq!(js("begun.join()"), "request");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn whatever_elements_of_the_page_are_called_it_is_listened_to() {
    for (tag, attribute) in [
        ("form", "name"),
        ("img", "name"),
        ("iframe", "name"),
        ("object", "id"),
    ] {
        let page = Page::new();
        js(&format!(
            "(() => {{
                globalThis.named = document.createElement('div');
                for (const name of [
                    'hidden', 'prerendering', 'baseURI', 'addEventListener',
                    'removeEventListener', 'visibilityState', 'createElement',
                ]) {{
                    const one = named.appendChild(document.createElementNS('http://www.w3.org/1999/xhtml', '{tag}'));
                    one.setAttribute('{attribute}', name);
                }}
                document.body.append(named);
            }})()"
        ));
        let client = Client::new(
            "{ tokenEndpoint: '/token', revokeEndpoint: '/revoke', revokeOn: 'hidden' }",
        );
        let grant = client.grant("read");
        let answer = grant.token().await;
        page.events.set_hidden(true);
        let hidden = page.network.count("/revoke");
        page.events.set_hidden(false);
        let seen = grant.token().await;
        page.events.leave(false);
        let left = page.network.count("/revoke");
        js("named.remove()");
        assert_eq!(answer.unwrap(), "fake-token-1", "{tag}");
        assert_eq!(seen.unwrap(), "fake-token-2", "{tag}");
        assert_eq!((hidden, left), (1, 2), "{tag}");
        client.ends_cleanly(&page).await;
    }
}
