//! The app's code is called in the middle of things, and calls back in.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{
    Answer, Client, ENDPOINTS, Grant, HELD, Page, js, patch_global, rest, say_of_document,
};

/// Answers to calls that were made from inside of a callback.
struct Later<T>(Rc<RefCell<Vec<Answer<T>>>>);

impl<T> Later<T> {
    fn new() -> Self {
        Self(Rc::default())
    }

    fn push(&self, answer: Answer<T>) {
        self.0.borrow_mut().push(answer);
    }

    fn pop(&self) -> Answer<T> {
        self.0.borrow_mut().pop().unwrap()
    }
}

impl<T> Clone for Later<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// At the first event of that name, makes a call on a grant.
fn at_first<T: 'static>(
    client: &Client,
    grant: Grant,
    name: &'static str,
    call: impl Fn(Grant) -> Answer<T> + 'static,
) -> Later<T> {
    let later = Later::new();
    let (list, grant) = (later.clone(), Cell::new(Some(grant)));
    client.on_event(move |event| {
        let grant = (event == name).then(|| grant.take()).flatten();
        if let Some(grant) = grant {
            list.push(call(grant));
        }
        Ok(())
    });
    later
}

#[wasm_bindgen_test]
async fn a_listener_may_ask_for_a_token() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    let later = at_first(&client, grant, "refreshed", Grant::token);
    assert_eq!(grant.token().await.unwrap(), "fake-token-1");
    assert_eq!(later.pop().await.unwrap(), "fake-token-1");
    assert_eq!(page.network.count("/token"), 1);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_listener_may_revoke_what_has_just_arrived() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    let later = at_first(&client, grant, "refreshed", Grant::revoke);
    assert_eq!(grant.token().await.unwrap(), "fake-token-1");
    assert_eq!(later.pop().await.unwrap().tokens, 1);
    assert_eq!(grant.peek(), None);
    assert_eq!(grant.token().await.unwrap(), "fake-token-2");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn what_a_listener_brings_about_waits_until_it_has_returned() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    let (inside, nested) = (Cell::new(false), Rc::new(Cell::new(false)));
    let seen = nested.clone();
    client.on_event(move |event| {
        seen.set(seen.get() || inside.replace(true));
        if event == "refreshed" {
            drop(grant.revoke());
        }
        inside.set(false);
        Ok(())
    });
    grant.token().await.unwrap();
    assert_eq!(client.told(), ["refreshed", "revoked"]);
    assert!(!nested.get());
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_listener_may_close_the_client() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    let later = at_first(&client, grant, "refreshed", Grant::close_client);
    assert_eq!(grant.token().await.unwrap(), "fake-token-1");
    assert_eq!(later.pop().await.unwrap().tokens, 1);
    assert_eq!(grant.token().await.unwrap_err().code(), "closed");
    page.is_clean().await;
}

#[wasm_bindgen_test]
async fn a_listener_may_open_another_grant() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    let later = at_first(&client, grant, "refreshed", |grant| {
        grant.sibling("write").token()
    });
    assert_eq!(grant.token().await.unwrap(), "fake-token-1");
    assert_eq!(later.pop().await.unwrap(), "fake-token-2");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_listener_that_throws_disturbs_nobody() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    client.on_event(|_| Err("thrown".into()));
    let grant = client.grant("read");
    let (one, other) = (grant.token(), grant.token());
    assert_eq!(one.await.unwrap(), "fake-token-1");
    assert_eq!(other.await.unwrap(), "fake-token-1");
    grant.revoke().await.unwrap();
    assert_eq!(grant.token().await.unwrap(), "fake-token-2");
    page.events.leave(true);
    page.events.come_back();
    assert_eq!(grant.token().await.unwrap(), "fake-token-3");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_listener_that_asks_again_at_each_failure_makes_no_storm() {
    let page = Page::new();
    page.network
        .always("/token", "() => Promise.reject('down')");
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    let asked = Rc::new(RefCell::new(Vec::new()));
    let list = asked.clone();
    client.on_event(move |event| {
        if event == "error" {
            list.borrow_mut().push(grant.token());
        }
        Ok(())
    });
    let answer = grant.token();
    page.time.advance(60_000).await;
    assert_eq!(answer.await.unwrap_err().code(), "network");
    assert!(page.network.count("/token") <= 20);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_listener_may_ask_again_for_what_is_being_revoked() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    grant.token().await.unwrap();
    let later = at_first(&client, grant, "revoked", Grant::token);
    assert_eq!(grant.revoke().await.unwrap().tokens, 1);
    assert_eq!(later.pop().await.unwrap(), "fake-token-2");
    let revoke = page.network.nth("/revoke", 1).await;
    assert_eq!(revoke.values("token"), ["fake-token-1"]);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_listener_that_asks_while_the_page_goes_waits_for_it_to_come_back() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    grant.token().await.unwrap();
    let later = at_first(&client, grant, "revoked", Grant::token);
    page.events.leave(true);
    rest().await;
    assert_eq!(page.network.count("/token"), 1);
    page.events.come_back();
    assert_eq!(later.pop().await.unwrap(), "fake-token-2");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_listener_may_close_the_client_while_the_page_goes() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    grant.token().await.unwrap();
    let later = at_first(&client, grant, "revoked", Grant::close_client);
    page.events.leave(false);
    assert_eq!(later.pop().await.unwrap().tokens, 0);
    assert_eq!(page.network.count("/revoke"), 1);
    page.is_clean().await;
}

#[wasm_bindgen_test]
async fn a_listener_may_close_the_client_when_a_hidden_page_hears_of_the_network() {
    let page = Page::new();
    // With nowhere to revoke there is nothing to wait for.
    let client = Client::new("{ tokenEndpoint: '/token', revokeOn: 'hidden' }");
    let grant = client.grant("read");
    grant.token().await.unwrap();
    let later = at_first(&client, grant, "revoked", Grant::close_client);
    say_of_document("hidden", true);
    page.events.tell("online");
    assert_eq!(later.pop().await.unwrap().tokens, 0);
    page.is_clean().await;
}

/// One caller's callback makes a call while others still wait for theirs.
async fn in_a_callback(token_answer: &str, then: impl FnOnce(Grant) + 'static) -> String {
    let page = Page::new();
    page.network.once("/token", HELD);
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    let callback = Closure::once_into_js(move |_: JsValue| then(grant));
    let callback: Function = callback.unchecked_into();
    grant.call("{ timeout: 999 }", callback);
    let bystander = grant.token_with("{ timeout: 999 }");

    let request = page.network.nth("/token", 1).await;
    let answer = js_sys::Function::from(js(token_answer));
    let network: &JsValue = page.network.as_ref();
    request.respond(&answer.call1(&JsValue::UNDEFINED, network).unwrap());
    let answer = bystander.await;
    rest().await;
    if grant.status() != "closed" {
        client.close().await.unwrap();
    }
    page.is_clean().await;
    answer.unwrap_or_else(|refusal| refusal.code())
}

const GOOD: &str = "(network) => network.grantToken()";
const BAD: &str = "() => new Response('', { status: 403 })";

#[wasm_bindgen_test]
async fn a_caller_may_close_the_client_as_soon_as_it_is_answered() {
    let close = |grant: Grant| drop(grant.close_client());
    assert_eq!(in_a_callback(GOOD, close).await, "fake-token-1");
    assert_eq!(in_a_callback(BAD, close).await, "access_denied");
}

#[wasm_bindgen_test]
async fn a_caller_may_revoke_as_soon_as_it_is_answered() {
    let revoke = |grant: Grant| drop(grant.revoke());
    assert_eq!(in_a_callback(GOOD, revoke).await, "fake-token-1");
    assert_eq!(in_a_callback(BAD, revoke).await, "access_denied");
}

#[wasm_bindgen_test]
async fn a_caller_may_ask_again_as_soon_as_it_is_answered() {
    let ask = |grant: Grant| drop(grant.token());
    assert_eq!(in_a_callback(GOOD, ask).await, "fake-token-1");
    assert_eq!(in_a_callback(BAD, ask).await, "access_denied");
}

#[wasm_bindgen_test]
async fn a_caller_that_throws_disturbs_nobody() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    let throwing: Function = js("() => { throw 'thrown'; }").unchecked_into();
    grant.call("{}", throwing);
    assert_eq!(grant.token().await.unwrap(), "fake-token-1");
    client.ends_cleanly(&page).await;
}

/// A `getToken` that calls this with the scope, before it answers.
fn client_that_calls(callback: impl Fn(String) -> JsValue + 'static) -> Client {
    let callback = Closure::<dyn Fn(String) -> JsValue>::new(callback);
    patch_global("callback", &callback.into_js_value());
    Client::new(
        "{
            revokeEndpoint: '/revoke',
            async getToken({ scope, id }) {
                const nested = await callback(scope);
                return { access_token: [scope, nested ?? id].join('.'), expires_in: 3600 };
            },
        }",
    )
}

#[wasm_bindgen_test]
async fn get_token_may_ask_for_the_token_of_another_grant() {
    let page = Page::new();
    let other = Rc::new(Cell::new(None::<Grant>));
    let inner = other.clone();
    let client = client_that_calls(move |scope| match inner.get() {
        Some(other) if scope == "outer" => other.promise("{}").into(),
        _ => JsValue::UNDEFINED,
    });
    other.set(Some(client.grant("inner")));
    let token = client.grant("outer").token().await.unwrap();
    assert_eq!(token, "outer.inner.2");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_get_token_that_waits_for_itself_ends_in_a_time_out() {
    let page = Page::new();
    let own = Rc::new(Cell::new(None::<Grant>));
    let inner = own.clone();
    let client = client_that_calls(move |_| match inner.take() {
        Some(own) => own.promise("{ timeout: 15500 }").into(),
        None => JsValue::UNDEFINED,
    });
    let grant = client.grant("read");
    own.set(Some(grant));
    let answer = grant.token();
    page.time.advance(17_250).await;
    assert_eq!(answer.await.unwrap(), "read.2");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn get_token_may_close_the_client() {
    let page = Page::new();
    let own = Rc::new(Cell::new(None::<Grant>));
    let inner = own.clone();
    let client = client_that_calls(move |_| {
        drop(inner.take().map(Grant::close_client));
        JsValue::UNDEFINED
    });
    let grant = client.grant("read");
    own.set(Some(grant));
    let refusal = grant.token().await.unwrap_err();
    assert_eq!(refusal.code(), "closed");
    let late = page.network.nth("/revoke", 2).await;
    assert_eq!(late.values("token"), ["read.1"]);
    page.is_clean().await;
}

#[wasm_bindgen_test]
async fn code_that_hears_its_request_aborted_may_call_back_in() {
    let page = Page::new();
    page.network.once("/token", HELD);
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    let answer = grant.token();
    let request = page.network.nth("/token", 1).await;
    let later = Later::new();
    let list = later.clone();
    let on_abort = Closure::once_into_js(move || list.push(grant.token()));
    request.on_abort(&on_abort);

    let revoking = grant.revoke();
    assert_eq!(answer.await.unwrap_err().code(), "revoked");
    assert_eq!(later.pop().await.unwrap(), "fake-token-1");
    revoking.await.unwrap();
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_clock_that_calls_back_in_does_no_harm() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    let calls = Closure::<dyn Fn()>::new(move || drop(grant.peek()));
    patch_global("callBack", &calls.into_js_value());
    let clock = "(now, inside = false) => () => {
        if (!inside) {
            inside = true;
            try {
                callBack();
            } finally {
                inside = false;
            }
        }
        return now();
    }";
    js(&format!("Date.now = ({clock})(Date.now)"));
    assert_eq!(grant.token().await.unwrap(), "fake-token-1");
    client.ends_cleanly(&page).await;
}
