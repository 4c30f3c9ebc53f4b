//! Whatever the app's own `getToken` does.

use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Client, Page, Refusal, function, js, patch_global};

/// `getToken` does this once, and afterwards what it should.
fn client_of(first: &str) -> Client {
    let first = function(first);
    patch_global("first", &first);
    Client::new(
        "{
            revokeEndpoint: '/revoke',
            getToken(...args) {
                const { first } = globalThis;
                globalThis.first = undefined;
                return first ? first(...args) : { access_token: 'fake-token', expires_in: 3600 };
            },
        }",
    )
}

async fn fails_once(first: &str, code: &str) {
    let page = Page::new();
    let client = client_of(first);
    let grant = client.grant("read");
    let refusal = grant.token_with("{ timeout: 999 }").await.unwrap_err();
    assert_eq!(refusal.code(), code, "{first}");

    page.time.advance(2_250).await;
    client.resume();
    assert_eq!(grant.token().await.unwrap(), "fake-token");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn what_get_token_throws_is_a_failure_of_the_network() {
    for thrown in ["new Error('no')", "'no'", "undefined", "null", "5"] {
        fails_once(&format!("() => {{ throw {thrown}; }}"), "network").await;
        fails_once(&format!("() => Promise.reject({thrown})"), "network").await;
    }
}

#[wasm_bindgen_test]
async fn what_get_token_throws_can_say_what_it_means() {
    for (thrown, code) in [
        ("{ status: 401 }", "login_required"),
        ("{ status: 403 }", "access_denied"),
        ("{ status: 404 }", "request_refused"),
        ("{ status: 503, retryAfter: 1500 }", "unavailable"),
        ("{ retryable: false }", "request_refused"),
        ("{ status: NaN, retryAfter: -1 }", "network"),
        ("{ get status() { throw 'got'; } }", "network"),
    ] {
        fails_once(&format!("async () => {{ throw {thrown}; }}"), code).await;
    }
}

#[wasm_bindgen_test]
async fn what_get_token_gives_is_checked() {
    for given in [
        "undefined",
        "null",
        "5",
        "'fake-token'",
        "Symbol()",
        "[]",
        "{}",
        "{ access_token: 5 }",
        "{ access_token: '' }",
        "{ access_token: 'two words' }",
        "{ access_token: 'a'.repeat(16385) }",
        "{ access_token: 'fake', token_type: 'DPoP' }",
        "{ access_token: 'null' }",
        "{ access_token: 'undefined' }",
        "{ access_token: 'None' }",
        "{ access_token: 'fake', token_type: 5 }",
        "{ access_token: 'fake', expires_in: 0 }",
        "{ access_token: 'fake', expires_in: 'soon' }",
        "{ access_token: 'fake', expires_in: {} }",
        "{ access_token: 'fake', expires_in: 10n }",
    ] {
        fails_once(&format!("() => ({given})"), "invalid_response").await;
    }
}

#[wasm_bindgen_test]
async fn text_that_cannot_be_encoded_is_no_token() {
    fails_once("() => ({ access_token: '\\ud800' })", "invalid_response").await;
}

#[wasm_bindgen_test]
async fn get_token_may_give_a_response_or_a_promise_of_one() {
    for given in [
        "() => Response.json({ access_token: 'fake-token' })",
        "async () => Response.json({ access_token: 'fake-token', expires_in: '3599.5' })",
        "() => ({ then: (resolve) => resolve({ access_token: 'fake-token' }) })",
        "() => ({ access_token: 'fake-token', token_type: null, scope: null, expires_in: null })",
    ] {
        let page = Page::new();
        let client = client_of(given);
        assert_eq!(client.grant("read").token().await.unwrap(), "fake-token");
        client.ends_cleanly(&page).await;
    }
}

#[wasm_bindgen_test]
async fn get_token_gets_the_request_and_a_signal() {
    let page = Page::new();
    let client = client_of(
        "(request, { signal }) => {
            const { scope, session, id, resource } = request;
            const complete = scope === 'read' && session.length === 32 && id === '1';
            const right = complete && resource.endsWith('/file') && !signal.aborted;
            return { access_token: right ? 'right' : 'wrong' };
        }",
    );
    assert_eq!(client.grant("read").token().await.unwrap(), "right");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_get_token_that_never_answers_is_given_up_and_its_signal_fires() {
    let page = Page::new();
    patch_global("wasAborted", &false.into());
    let client = client_of(
        "(_, { signal }) => new Promise(() => {
            signal.addEventListener('abort', () => { globalThis.wasAborted = true; });
        })",
    );
    let grant = client.grant("read");
    let answer = grant.token_with("{ timeout: 16000 }");
    page.time.advance(15_000).await;
    assert!(js("wasAborted").is_truthy());
    assert_eq!(answer.await.unwrap_err().code(), "timeout");
    page.time.advance(2_250).await;
    assert_eq!(grant.token().await.unwrap(), "fake-token");
    client.ends_after_late_answers(&page).await;
}

#[wasm_bindgen_test]
async fn an_answer_that_comes_after_its_time_out_is_revoked() {
    let page = Page::new();
    patch_global("answerLate", &JsValue::UNDEFINED);
    let client = client_of(
        "() => new Promise((resolve) => {
            globalThis.answerLate = () => resolve({ access_token: 'fake-late' });
        })",
    );
    let grant = client.grant("read");
    let answer = grant.token();
    page.time.advance(17_250).await;
    assert_eq!(answer.await.unwrap(), "fake-token");

    js("answerLate()");
    let revoke = page.network.nth("/revoke", 1).await;
    assert_eq!(revoke.values("token"), ["fake-late"]);
    assert_eq!(grant.peek().unwrap(), "fake-token");
    client.ends_cleanly(&page).await;
}

/// What libraries throw for a 503 that says for how long.
const THROWN_ANSWERS: [&str; 6] = [
    "new Response('', { status: 503, headers: { 'Retry-After': '7' } })",
    // axios
    "Object.assign(new Error('Request failed'), {
        response: { status: 503, headers: { 'retry-after': '7' }, data: 'down' },
    })",
    "Object.assign(new Error('Request failed'), {
        status: 503,
        response: { status: 503, headers: { get: () => '7' }, data: { error: 'down' } },
    })",
    "Object.assign(new Error('Request failed'), {
        status: 503,
        response: { status: 503, headers: { 'retry-after': 7 }, data: '<html>' },
    })",
    // ky
    "Object.assign(new Error('Request failed'), {
        name: 'HTTPError',
        response: new Response('', { status: 503, headers: { 'Retry-After': '7' } }),
    })",
    "{ status: 503, retryAfter: 7000 }",
];

#[wasm_bindgen_test]
async fn an_answer_that_get_token_throws_is_read() {
    for thrown in THROWN_ANSWERS {
        let page = Page::new();
        let client = client_of(&format!("async () => {{ throw {thrown}; }}"));
        let grant = client.grant("read");
        let refusal = grant.token_with("{ timeout: 999 }").await.unwrap_err();
        assert_eq!(refusal.code(), "unavailable", "{thrown}");
        assert_eq!(refusal.get("status"), 503, "{thrown}");
        assert_eq!(refusal.get("retryAfter"), 7_000, "{thrown}");
        assert!(refusal.get("cause").is_undefined(), "{thrown}");
        client.ends_cleanly(&page).await;
    }
}

#[wasm_bindgen_test]
async fn an_answer_whose_body_was_read_already_says_so() {
    for given in [
        "async () => {
            const response = Response.json({ access_token: 'fake-token' });
            await response.json();
            return response;
        }",
        "async () => {
            const response = Response.json({ access_token: 'fake-token' });
            await response.text();
            return response;
        }",
        "async () => {
            const response = Response.json({ access_token: 'fake-token' });
            await response.clone().text();
            await response.body.cancel();
            return response;
        }",
    ] {
        let page = Page::new();
        let client = client_of(given);
        let grant = client.grant("read");
        let refusal = grant.token_with("{ timeout: 999 }").await.unwrap_err();
        assert_eq!(refusal.code(), "invalid_response", "{given}");
        assert!(refusal.message().contains("read already"), "{given}");
        assert!(!refusal.message().contains("fake-token"), "{given}");
        client.ends_cleanly(&page).await;
    }
}

#[wasm_bindgen_test]
async fn what_a_function_of_the_app_s_throws_is_the_cause() {
    for (make, name) in [
        ("() => undefined.token", "TypeError"),
        ("() => nowhere", "ReferenceError"),
        ("async () => { throw new RangeError('no'); }", "RangeError"),
        ("() => JSON.parse('{')", "SyntaxError"),
    ] {
        let page = Page::new();
        let client = client_of(make);
        let refusal = client.grant("read").token_with("{ timeout: 999 }").await;
        let refusal = refusal.unwrap_err();
        assert_eq!(refusal.code(), "network", "{make}");
        let cause = Refusal(refusal.get("cause"));
        assert_eq!(cause.get("name"), name, "{make}");
        client.ends_cleanly(&page).await;

        let page = Page::new();
        let client = Client::new(&format!("{{ tokenEndpoint: '/token', headers: {make} }}"));
        let refusal = client.grant("read").token_with("{ timeout: 999 }").await;
        let cause = Refusal(refusal.unwrap_err().get("cause"));
        assert_eq!(cause.get("name"), name, "headers: {make}");
        client.ends_cleanly(&page).await;
    }
}

#[wasm_bindgen_test]
async fn an_offline_network_has_no_cause_of_the_app_s() {
    let page = Page::new();
    page.network.once(
        "/token",
        "() => Promise.reject(new TypeError('fake-token'))",
    );
    let client = Client::new("{ tokenEndpoint: '/token', revokeEndpoint: '/revoke' }");
    let answer = client.grant("read").token_with("{ timeout: 999 }");
    let refusal = answer.await.unwrap_err();
    assert_eq!(refusal.code(), "network");
    assert!(refusal.get("cause").is_undefined());
    client.ends_cleanly(&page).await;
}
