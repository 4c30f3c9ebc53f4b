//! Whatever the app's own `getToken` does.

use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Client, Page, function, js, patch_global};

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
        "{ access_token: 'fake', token_type: null }",
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
    client.ends_cleanly(&page).await;
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
