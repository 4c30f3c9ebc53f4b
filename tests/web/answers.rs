//! Whatever `fetch` does: callers are answered with the right code, and the next
//! call gets a token.

use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Client, ENDPOINTS, IMPATIENT, Page, js, patch_global};

/// A caller too impatient for any back-off is told the code at once; after the
/// back-off the next one gets a token.
async fn fails_once(answer: &str, code: &str) {
    let page = Page::new();
    page.network.once("/token", answer);
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");

    let refusal = grant.token_with("{ timeout: 999 }").await.unwrap_err();
    assert_eq!(refusal.code(), code);
    assert_eq!(client.told(), ["error"]);

    page.time.advance(2_250).await;
    assert_eq!(grant.token().await.unwrap(), "fake-token-1");
    assert_eq!(page.network.count("/token"), 2);
    client.ends_cleanly(&page).await;
}

/// The answer will do.
async fn succeeds(answer: &str) {
    let page = Page::new();
    page.network.once("/token", answer);
    let client = Client::new(ENDPOINTS);
    let token = client.grant("read").token().await.unwrap();
    assert_eq!(token, "fake-token-1");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_fetch_that_rejects_with_a_type_error_is_a_network_failure() {
    fails_once("() => Promise.reject(new TypeError('offline'))", "network").await;
}

#[wasm_bindgen_test]
async fn a_fetch_that_rejects_with_a_string_is_a_network_failure() {
    fails_once("() => Promise.reject('offline')", "network").await;
}

#[wasm_bindgen_test]
async fn a_fetch_that_rejects_with_undefined_is_a_network_failure() {
    fails_once("() => Promise.reject()", "network").await;
}

#[wasm_bindgen_test]
async fn a_fetch_that_rejects_with_null_is_a_network_failure() {
    fails_once("() => Promise.reject(null)", "network").await;
}

#[wasm_bindgen_test]
async fn a_fetch_that_rejects_with_a_hostile_object_is_a_network_failure() {
    let hostile = "new Proxy({}, { get() { throw 'got'; } })";
    fails_once(&format!("() => Promise.reject({hostile})"), "network").await;
}

#[wasm_bindgen_test]
async fn a_status_on_a_rejection_of_fetch_is_none_of_the_backend_s() {
    fails_once("() => Promise.reject({ status: 401 })", "network").await;
}

#[wasm_bindgen_test]
async fn a_fetch_that_throws_is_a_network_failure() {
    fails_once("() => { throw 'patched badly'; }", "network").await;
}

#[wasm_bindgen_test]
async fn a_fetch_that_resolves_with_null_is_an_invalid_response() {
    fails_once("() => Promise.resolve(null)", "invalid_response").await;
}

#[wasm_bindgen_test]
async fn a_fetch_that_gives_a_number_is_an_invalid_response() {
    fails_once("() => 200", "invalid_response").await;
}

#[wasm_bindgen_test]
async fn a_fetch_that_resolves_with_a_plain_object_is_an_invalid_response() {
    fails_once("async () => ({ ok: true })", "invalid_response").await;
}

#[wasm_bindgen_test]
async fn a_response_without_a_status_is_a_network_failure() {
    fails_once("async () => Response.error()", "network").await;
}

#[wasm_bindgen_test]
async fn a_thenable_that_throws_is_a_network_failure() {
    fails_once("() => ({ then() { throw 'no'; } })", "network").await;
}

#[wasm_bindgen_test]
async fn a_stand_in_for_a_response_will_do() {
    succeeds(
        "async (_, network) => ({
            status: 200,
            headers: new Headers(),
            text: async () => JSON.stringify(network.mint()),
        })",
    )
    .await;
}

#[wasm_bindgen_test]
async fn a_stand_in_whose_headers_have_no_methods_will_do() {
    succeeds(
        "async (_, network) => ({
            status: 200,
            headers: {},
            text: () => JSON.stringify(network.mint()),
        })",
    )
    .await;
}

#[wasm_bindgen_test]
async fn a_stand_in_whose_text_is_no_function_is_a_network_failure() {
    let answer = "async () => ({ status: 200, headers: {}, text: 'text' })";
    fails_once(answer, "network").await;
}

#[wasm_bindgen_test]
async fn a_stand_in_whose_text_is_no_string_is_an_invalid_response() {
    let answer = "async () => ({ status: 200, headers: {}, text: async () => 5 })";
    fails_once(answer, "invalid_response").await;
}

#[wasm_bindgen_test]
async fn a_status_that_throws_is_a_network_failure() {
    fails_once(
        "async () => ({ get status() { throw 'got'; }, headers: {} })",
        "network",
    )
    .await;
}

#[wasm_bindgen_test]
async fn headers_that_throw_are_a_network_failure() {
    fails_once(
        "async () => ({ status: 200, get headers() { throw 'got'; } })",
        "network",
    )
    .await;
}

#[wasm_bindgen_test]
async fn a_text_that_throws_is_a_network_failure() {
    fails_once(
        "async () => ({ status: 200, headers: {}, get text() { throw 'got'; } })",
        "network",
    )
    .await;
}

#[wasm_bindgen_test]
async fn a_body_that_throws_is_a_network_failure() {
    fails_once(
        "async () => ({
            status: 200,
            headers: {},
            text: async () => '{}',
            get body() {
                throw 'got';
            },
        })",
        "network",
    )
    .await;
}

#[wasm_bindgen_test]
async fn a_body_that_breaks_in_the_middle_is_a_network_failure() {
    fails_once(
        r#"async () => {
            const start = new TextEncoder().encode('{"access_token":"fake-');
            let pulls = 0;
            return new Response(new ReadableStream({
                pull(stream) {
                    if (pulls++ === 0) stream.enqueue(start);
                    else stream.error('connection reset');
                },
            }));
        }"#,
        "network",
    )
    .await;
}

#[wasm_bindgen_test]
async fn the_status_counts_though_the_body_of_an_error_breaks() {
    let broken = "new ReadableStream({ start: (stream) => stream.error('reset') })";
    let answer = format!("async () => new Response({broken}, {{ status: 503 }})");
    fails_once(&answer, "unavailable").await;
}

#[wasm_bindgen_test]
async fn a_response_without_a_body_is_an_invalid_response() {
    fails_once("async () => new Response(null)", "invalid_response").await;
}

#[wasm_bindgen_test]
async fn a_body_that_somebody_else_reads_is_a_network_failure() {
    fails_once(
        "async () => {
            const response = new Response('{}');
            response.body.getReader();
            return response;
        }",
        "network",
    )
    .await;
}

#[wasm_bindgen_test]
async fn a_body_of_something_else_than_bytes_is_a_network_failure() {
    fails_once(
        "async () => new Response(new ReadableStream({ start: (stream) => stream.enqueue(5) }))",
        "network",
    )
    .await;
}

#[wasm_bindgen_test]
async fn a_body_in_small_parts_is_put_together() {
    succeeds(
        "async (_, network) => {
            const bytes = new TextEncoder().encode(JSON.stringify({ é: '€', ...network.mint() }));
            const parts = Array.from(bytes, (byte) => Uint8Array.of(byte));
            return new Response(new ReadableStream({
                pull(stream) {
                    if (parts.length === 0) stream.close();
                    else stream.enqueue(parts.shift());
                },
            }));
        }",
    )
    .await;
}

#[wasm_bindgen_test]
async fn a_body_without_an_end_is_read_up_to_a_bound_and_let_go() {
    let page = Page::new();
    patch_global("parts", &0.into());
    patch_global("wasLetGo", &false.into());
    page.network.once(
        "/token",
        "async () => new Response(new ReadableStream({
            pull(stream) {
                globalThis.parts += 1;
                stream.enqueue(new Uint8Array(4096).fill(32));
            },
            cancel() {
                globalThis.wasLetGo = true;
            },
        }))",
    );
    let client = Client::new(ENDPOINTS);
    let answer = client.grant("read").token_with("{ timeout: 999 }");
    assert_eq!(answer.await.unwrap_err().code(), "invalid_response");
    assert!(js("wasLetGo").is_truthy());
    let parts = js("parts").as_f64().unwrap();
    assert!(parts < 40.0, "{parts} parts of 4 KiB were read");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_body_that_cannot_be_let_go_is_no_unhandled_rejection() {
    fails_once(
        "async (request) => new Response(new ReadableStream({
            pull: (stream) => stream.enqueue(new Uint8Array(4096).fill(32)),
            cancel: () => Promise.reject('stays'),
        }))",
        "invalid_response",
    )
    .await;
}

#[wasm_bindgen_test]
async fn a_request_that_is_never_answered_ends_in_a_time_out_and_is_aborted() {
    let page = Page::new();
    page.network.once("/token", "() => new Promise(() => {})");
    let client = Client::new(IMPATIENT);
    let grant = client.grant("read");

    let answer = grant.token_with("{ timeout: 999 }");
    page.time.advance(200).await;
    assert_eq!(answer.await.unwrap_err().code(), "timeout");
    assert!(page.network.nth("/token", 1).await.is_aborted());

    page.time.advance(2_250).await;
    assert_eq!(grant.token().await.unwrap(), "fake-token-1");
    client.ends_after_late_answers(&page).await;
}

#[wasm_bindgen_test]
async fn a_page_without_fetch_is_a_page_without_a_network() {
    let page = Page::new();
    patch_global("fetch", &js("undefined"));
    let client = Client::new("{ tokenEndpoint: '/token' }");
    let answer = client.grant("read").token_with("{ timeout: 999 }");
    assert_eq!(answer.await.unwrap_err().code(), "network");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn one_lost_request_is_kept_from_a_caller_who_has_the_time() {
    let page = Page::new();
    page.network.once("/token", "() => Promise.reject('lost')");
    let client = Client::new(ENDPOINTS);
    let answer = client.grant("read").token();
    page.time.advance(2_250).await;
    assert_eq!(answer.await.unwrap(), "fake-token-1");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn an_error_repeats_nothing_of_the_body() {
    let page = Page::new();
    for body in [
        r#"'{"access_token":"FAKE secret"}'"#,
        r#"'FAKE secret is no JSON'"#,
        r#"'{"access_token":"FAKE-secret","token_type":"FAKE-secret"}'"#,
        r#"'{"access_token":"FAKE-secret","expires_in":"FAKE-secret"}'"#,
        r#"'{"error":"FAKE-secret","error_description":"FAKE-secret"}', { status: 400 }"#,
        r#"'{"error":{"code":"FAKE-secret"}}', { status: 503 }"#,
        r#"'{"type":"https://FAKE-secret/FAKE-secret"}', { status: 400 }"#,
    ] {
        page.network
            .always("/token", &format!("async () => new Response({body})"));
        let client = Client::new("{ tokenEndpoint: '/token' }");
        let grant = client.grant("read");
        let refusal = grant.token_with("{ timeout: 999 }").await.unwrap_err();
        let error = refusal.0;
        let spelled = js("(error) => JSON.stringify([error.message, { ...error }])");
        let spelled = js_sys::Function::from(spelled)
            .call1(&error, &error)
            .unwrap();
        assert!(!spelled.as_string().unwrap().contains("secret"), "{body}");
        client.ends_cleanly(&page).await;
    }
}

#[wasm_bindgen_test]
async fn the_request_is_the_one_of_the_contract() {
    let page = Page::new();
    let client = Client::new(
        "{ tokenEndpoint: '/token', headers: () => ({ 'X-CSRF': '1', accept: '*/*' }), credentials: 'include' }",
    );
    client.grant("read").token().await.unwrap();

    let request = page.network.nth("/token", 1).await;
    assert_eq!(request.method(), "POST");
    let header = |name| request.header(name).unwrap();
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("accept"), "application/json");
    assert_eq!(header("x-csrf"), "1");
    let setting = |name| request.setting(name).unwrap();
    assert_eq!(setting("credentials"), "include");
    assert_eq!(setting("cache"), "no-store");
    assert_eq!(setting("redirect"), "error");
    assert_eq!(request.value("scope").unwrap(), "read");
    assert!(request.value("resource").unwrap().ends_with("/file"));
    assert_eq!(request.value("id").unwrap(), "1");
    assert_eq!(request.value("session").unwrap().len(), 32);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn headers_of_the_app_s_own_making_may_fail_or_be_wrong() {
    let page = Page::new();
    for (headers, code) in [
        ("() => { throw 'no CSRF token yet'; }", "network"),
        ("() => Promise.reject({ status: 401 })", "login_required"),
        ("() => ({ 'not a name': '1' })", "invalid_options"),
        ("() => 5", "invalid_options"),
        ("() => ({ 'X-CSRF': 'FAKE\\nsecret' })", "invalid_options"),
    ] {
        let client = Client::new(&format!(
            "{{ tokenEndpoint: '/token', headers: {headers} }}"
        ));
        let grant = client.grant("read");
        let refusal = grant.token_with("{ timeout: 999 }").await.unwrap_err();
        assert_eq!(refusal.code(), code, "{headers}");
        assert!(!refusal.message().contains("secret"));
        client.ends_cleanly(&page).await;
        // A fifth try for the same grant would have to wait.
        page.time.advance(5_000).await;
    }
    assert_eq!(page.network.count("/token"), 0);
}

/// How long a backend that answers 503 with these headers is said to be away, in milliseconds.
async fn away_for(headers: &str) -> Option<f64> {
    let page = Page::new();
    let answer = format!("async () => new Response('', {{ status: 503, headers: {headers} }})");
    page.network.once("/token", &answer);
    let client = Client::new(ENDPOINTS);
    let answer = client.grant("read").token_with("{ timeout: 999 }");
    let refusal = answer.await.unwrap_err();
    assert_eq!(refusal.code(), "unavailable", "{headers}");
    client.ends_cleanly(&page).await;
    refusal.get("retryAfter").as_f64()
}

#[wasm_bindgen_test]
async fn retry_after_is_read_in_every_form_by_the_clock_of_the_answer() {
    let date = "date: 'Sun, 06 Nov 1994 08:49:30 GMT'";
    for (value, wait) in [
        ("20", Some(20_000.0)),
        ("20, 70", Some(70_000.0)),
        ("70, 20", Some(70_000.0)),
        ("Sun, 06 Nov 1994 08:50:40 GMT", Some(70_000.0)),
        ("Sunday, 06-Nov-94 08:50:40 GMT", Some(70_000.0)),
        ("Sun Nov  6 08:50:40 1994", Some(70_000.0)),
        (
            "Sun, 06 Nov 1994 08:50:40 GMT, Sun, 06 Nov 1994 08:49:32 GMT",
            Some(70_000.0),
        ),
        ("20, Sun, 06 Nov 1994 08:50:40 GMT", Some(70_000.0)),
        ("Sun, 06 Nov 1994 08:49:20 GMT", None),
        ("soon", None),
        ("", None),
        ("1e9", None),
    ] {
        let headers = format!("{{ 'retry-after': '{value}', {date} }}");
        let given = away_for(&headers).await;
        match wait {
            Some(_) => assert_eq!(given, wait, "{value}"),
            // As after any failure.
            None => assert!(given.is_some_and(|given| given <= 2_250.0), "{value}"),
        }
    }
}

#[wasm_bindgen_test]
async fn a_date_that_only_the_page_s_own_clock_can_tell_is_believed_for_five_minutes() {
    for (ahead, wait) in [
        (60_000.0, 60_000.0),
        (299_000.0, 299_000.0),
        (3_600_000.0, 300_000.0),
        (1e11, 300_000.0),
    ] {
        let date = format!("new Date(Math.ceil(Date.now() / 1000) * 1000 + {ahead}).toUTCString()");
        let given = away_for(&format!("{{ 'retry-after': {date} }}"))
            .await
            .unwrap();
        assert!((given - wait).abs() <= 1_000.0, "{ahead}: {given}");
    }
}
