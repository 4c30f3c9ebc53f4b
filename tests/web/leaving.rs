//! The page goes, and perhaps comes back.

use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{
    Client, ENDPOINTS, Grant, HEEDLESS, HELD, Page, Sent, js, patch_global, patch_navigator, rest,
    say_of_document,
};

#[wasm_bindgen_test]
async fn a_page_that_goes_revokes_before_its_event_has_passed() {
    for (persisted, reason) in [(false, "unload"), (true, "bfcache")] {
        let page = Page::new();
        let client = Client::new(ENDPOINTS);
        let grant = client.grant("read");
        grant.token().await.unwrap();

        page.events.leave(persisted);
        // Nothing was awaited since.
        let sent = page.network.sent("/revoke");
        let [beacon] = &sent[..] else {
            unreachable!("{} revokes", sent.len())
        };
        assert!(beacon.is_beacon());
        assert!(beacon.is_form());
        assert_eq!(beacon.values("token"), ["fake-token-1"]);
        assert_eq!(beacon.value("reason").unwrap(), reason);
        let request = page.network.nth("/token", 1).await;
        assert_eq!(beacon.value("session"), request.value("session"));
        assert_eq!(grant.peek(), None);
        assert_eq!(page.time.armed(), 0);
        client.ends_cleanly(&page).await;
    }
}

#[wasm_bindgen_test]
async fn every_token_goes_in_one_request() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    for scope in ["a", "b", "c"] {
        client.grant(scope).token().await.unwrap();
    }
    client
        .grant("a")
        .token_with("{ forceRefresh: true }")
        .await
        .unwrap();
    page.events.leave(false);
    assert_eq!(page.network.count("/revoke"), 1);
    let beacon = page.network.nth("/revoke", 1).await;
    assert_eq!(beacon.values("token").len(), 4);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn more_tokens_than_a_last_request_holds_end_with_their_session() {
    let page = Page::new();
    page.network.always(
        "/token",
        "(_, network) => {
            const body = network.mint();
            return Response.json({ ...body, access_token: body.access_token.padEnd(16384, 'x') });
        }",
    );
    let client = Client::new(ENDPOINTS);
    for scope in ["a", "b", "c", "d", "e"] {
        client.grant(scope).token().await.unwrap();
    }
    page.events.leave(false);
    let beacon = page.network.nth("/revoke", 1).await;
    assert!(beacon.values("token").is_empty());
    assert!(beacon.value("session").is_some());
    assert_eq!(beacon.value("whole_session").unwrap(), "1");
    assert_eq!(page.network.count("/revoke"), 1);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_page_that_goes_twice_revokes_once() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    client.grant("read").token().await.unwrap();
    page.events.leave(true);
    page.events.leave(false);
    assert_eq!(page.network.count("/revoke"), 1);
    client.ends_cleanly(&page).await;
    assert_eq!(page.network.count("/revoke"), 1);
}

#[wasm_bindgen_test]
async fn a_page_without_tokens_goes_without_a_word() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    client.grant("read");
    page.events.leave(false);
    client.ends_cleanly(&page).await;
    assert_eq!(page.network.count("/revoke"), 0);
}

/// Where the browser takes no beacon: the same form, by `fetch`.
async fn is_handed_over_by_fetch(send_beacon: &str) {
    let page = Page::new();
    patch_navigator("sendBeacon", &js(send_beacon));
    let client = Client::new(ENDPOINTS);
    client.grant("read").token().await.unwrap();
    page.events.leave(false);
    assert_eq!(page.network.count("/revoke"), 2);
    let revoke = page.network.nth("/revoke", 1).await;
    assert!(revoke.is_keepalive() && !revoke.is_beacon() && revoke.is_form());
    // Its quota may be used up as well; that has one of its own.
    let later = page.network.nth("/revoke", 2).await;
    assert!(later.is_later() && later.is_form());
    for sent in [revoke, later] {
        assert_eq!(sent.values("token"), ["fake-token-1"]);
    }
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_beacon_that_is_refused_becomes_a_request_that_outlives_the_page() {
    is_handed_over_by_fetch("() => false").await;
}

#[wasm_bindgen_test]
async fn a_beacon_that_throws_becomes_a_request_that_outlives_the_page() {
    is_handed_over_by_fetch("() => { throw new TypeError('blocked'); }").await;
}

#[wasm_bindgen_test]
async fn a_missing_beacon_becomes_a_request_that_outlives_the_page() {
    is_handed_over_by_fetch("undefined").await;
}

#[wasm_bindgen_test]
async fn a_revoke_that_needs_headers_takes_no_beacon() {
    let page = Page::new();
    let client = Client::new(
        "{ tokenEndpoint: '/token', revokeEndpoint: '/revoke', revokeHeaders: { 'X-CSRF': '1' } }",
    );
    client.grant("read").token().await.unwrap();
    page.events.leave(false);
    let revoke = page.network.nth("/revoke", 1).await;
    assert!(revoke.is_keepalive() && !revoke.is_beacon());
    assert_eq!(revoke.header("x-csrf").unwrap(), "1");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_last_request_that_fails_disturbs_nobody() {
    for answer in [
        "() => Promise.reject('gone')",
        "() => { throw undefined; }",
        "() => null",
    ] {
        let page = Page::new();
        patch_navigator("sendBeacon", &JsValue::UNDEFINED);
        page.network.always("/revoke", answer);
        let client = Client::new(ENDPOINTS);
        client.grant("read").token().await.unwrap();
        page.events.leave(true);
        page.events.come_back();
        assert_eq!(client.grant("read").token().await.unwrap(), "fake-token-2");
        page.network.always("/revoke", "async () => new Response()");
        client.ends_cleanly(&page).await;
    }
}

#[wasm_bindgen_test]
async fn a_page_that_comes_back_asks_anew_in_another_session() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    grant.token().await.unwrap();
    page.events.leave(true);
    let session = page.network.nth("/token", 1).await.value("session");

    page.events.come_back();
    assert_eq!(grant.token().await.unwrap(), "fake-token-2");
    let request = page.network.nth("/token", 2).await;
    assert_ne!(request.value("session"), session);
    assert_eq!(page.network.count("/token"), 2);
    assert_eq!(client.told(), ["refreshed", "revoked", "refreshed"]);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_page_that_is_away_asks_for_nothing_and_answers_when_it_is_back() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    page.events.leave(true);
    let answer = grant.token();
    page.time.advance(10_000).await;
    assert_eq!(page.network.count("/token"), 0);

    page.events.come_back();
    assert_eq!(answer.await.unwrap(), "fake-token-1");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_request_under_way_is_named_and_asked_again_by_the_page_that_is_back() {
    let page = Page::new();
    page.network.once("/token", HELD);
    let client = Client::new(ENDPOINTS);
    let answer = client.grant("read").token();
    let request = page.network.nth("/token", 1).await;

    page.events.leave(true);
    let beacon = page.network.nth("/revoke", 1).await;
    assert_eq!(beacon.values("pending"), [request.value("id").unwrap()]);
    assert_eq!(beacon.value("session"), request.value("session"));
    assert!(request.is_aborted());

    page.events.come_back();
    assert_eq!(answer.await.unwrap(), "fake-token-1");
    let again = page.network.nth("/token", 2).await;
    assert_ne!(again.value("session"), request.value("session"));
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn an_answer_that_comes_while_the_page_is_away_is_revoked_at_once() {
    let page = Page::new();
    page.network.once("/token", HEEDLESS);
    let client = Client::new(ENDPOINTS);
    let answer = client.grant("read").token();
    let request = page.network.nth("/token", 1).await;
    page.events.leave(true);

    request.respond(&page.network.grant_token());
    let beacon = page.network.nth("/revoke", 2).await;
    assert!(beacon.is_beacon());
    assert_eq!(beacon.values("token"), ["fake-token-1"]);
    page.events.come_back();
    assert_eq!(answer.await.unwrap(), "fake-token-2");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_call_right_before_the_page_goes_sends_no_request_after_it() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let answer = client.grant("read").token();
    page.events.leave(true);
    rest().await;
    assert_eq!(page.network.count("/token"), 0);
    page.events.come_back();
    assert_eq!(answer.await.unwrap(), "fake-token-1");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_revoke_that_is_not_confirmed_goes_along_with_the_page() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    grant.token().await.unwrap();
    page.network.once("/revoke", HELD);
    let revoking = grant.revoke();
    let under_way = page.network.nth("/revoke", 1).await;

    page.events.leave(true);
    assert!(under_way.is_aborted());
    let beacon = page.network.nth("/revoke", 2).await;
    assert_eq!(beacon.values("token"), ["fake-token-1"]);
    assert!(!revoking.await.unwrap().confirmed);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn the_app_hears_of_it_after_the_tokens_were_handed_over() {
    let page = Page::new();
    patch_global("handedOver", &false.into());
    patch_navigator(
        "sendBeacon",
        &js("() => { globalThis.handedOver = true; return true; }"),
    );
    let client = Client::new(ENDPOINTS);
    client.on_event(|event| {
        assert!(event != "revoked" || js("handedOver").is_truthy());
        Ok(())
    });
    client.grant("read").token().await.unwrap();
    page.events.leave(false);
    assert_eq!(client.told(), ["refreshed", "revoked"]);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn an_event_within_an_event_is_heard_too() {
    let page = Page::new();
    // As Firefox does it when a tab is closed.
    let beacon = "() => !pageEvents.tell('visibilitychange')";
    patch_navigator("sendBeacon", &js(beacon));
    let client = Client::new(ENDPOINTS);
    client.grant("read").token().await.unwrap();
    page.events.leave(false);
    assert_eq!(client.told(), ["refreshed", "revoked"]);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn only_events_that_keep_no_page_out_of_the_cache_are_listened_to() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let listened = [
        "focus",
        "online",
        "pagehide",
        "pagehide",
        "pageshow",
        "pageshow",
        "prerenderingchange",
        "resume",
        "visibilitychange",
    ];
    assert_eq!(page.events.listened(), listened);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_hidden_page_refreshes_nothing_that_nobody_uses() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    grant.token().await.unwrap();
    // The caller who waited counts as a use; the token after it has none.
    while page.network.count("/token") < 2 {
        page.time.advance(10_000).await;
    }
    page.events.set_hidden(true);
    page.time.advance(3_000_000).await;
    assert_eq!(page.network.count("/token"), 2);

    page.events.set_hidden(false);
    page.network.nth("/token", 3).await;
    rest().await;
    assert_eq!(grant.peek().unwrap(), "fake-token-3");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_page_made_ready_ahead_asks_for_nothing_until_it_is_shown() {
    let page = Page::new();
    say_of_document("prerendering", true);
    let client = Client::new(ENDPOINTS);
    let answer = client.grant("read").token();
    page.time.advance(10_000).await;
    assert_eq!(page.network.count("/token"), 0);

    say_of_document("prerendering", false);
    page.events.tell("prerenderingchange");
    assert_eq!(answer.await.unwrap(), "fake-token-1");
    client.ends_cleanly(&page).await;
}

/// How often was asked for a token by the end of the shortest wait after a failure, if
/// something happened at its beginning.
async fn asked_in_the_shortest_wait(happens: impl FnOnce(&Page)) -> usize {
    let page = Page::new();
    // Each time the same wait, which is not the shortest.
    let random = "({ getRandomValues: (list) => list.fill(1) })";
    patch_global("crypto", &js(random));
    page.network
        .always("/token", "() => Promise.reject('offline')");
    let client = Client::new(ENDPOINTS);
    let answer = client.grant("read").token();
    rest().await;
    assert_eq!(page.network.count("/token"), 1);
    happens(&page);
    page.time.advance(1_250).await;
    let asked = page.network.count("/token");
    drop(answer);
    client.ends_cleanly(&page).await;
    asked
}

#[wasm_bindgen_test]
async fn a_network_that_is_back_ends_the_wait_for_it() {
    assert_eq!(asked_in_the_shortest_wait(|_| {}).await, 1);
    let is_back = |page: &Page| page.events.tell("online");
    assert_eq!(asked_in_the_shortest_wait(is_back).await, 2);
}

#[wasm_bindgen_test]
async fn a_beacon_that_is_swallowed_is_made_up_for_by_the_request_beside_it() {
    // As content blockers do it: it was sent, says the browser.
    for swallowing in [
        "() => true",
        "() => 1",
        "(url) => !!new URL(url, location.href)",
    ] {
        let page = Page::new();
        patch_navigator("sendBeacon", &js(swallowing));
        let client = Client::new(ENDPOINTS);
        client.grant("read").token().await.unwrap();
        page.events.leave(false);
        let sent = page.network.sent("/revoke");
        let [beside] = &sent[..] else {
            unreachable!("{} revokes", sent.len())
        };
        assert!(beside.is_keepalive() && beside.is_form() && !beside.is_beacon());
        assert_eq!(beside.values("token"), ["fake-token-1"]);
        assert_eq!(beside.value("reason").unwrap(), "unload");
        client.ends_cleanly(&page).await;
    }
}

#[wasm_bindgen_test]
async fn what_would_not_fit_twice_goes_in_full_once_and_by_its_session_beside_that() {
    let page = Page::new();
    page.network.always(
        "/token",
        "(_, network) => {
            const body = network.mint();
            return Response.json({ ...body, access_token: body.access_token.padEnd(16384, 'x') });
        }",
    );
    let client = Client::new(ENDPOINTS);
    for scope in ["a", "b", "c"] {
        client.grant(scope).token().await.unwrap();
    }
    page.events.leave(false);
    let beacon = page.network.nth("/revoke", 1).await;
    assert!(beacon.is_beacon());
    assert!(beacon.values("token").is_empty());
    assert_eq!(beacon.value("whole_session").unwrap(), "1");
    let beside = beacon.twin().unwrap();
    assert_eq!(beside.values("token").len(), 3);
    assert_eq!(beside.value("session"), beacon.value("session"));
    client.ends_cleanly(&page).await;
}

/// What goes out besides where beacons of more than 100 bytes are refused.
async fn goes_besides(fetch_later: &str) -> Vec<Sent> {
    let page = Page::new();
    let send_beacon = "((sendBeacon) => (url, body) => \
        `${body}`.length <= limit && sendBeacon.call(navigator, url, body))(navigator.sendBeacon)";
    patch_navigator("sendBeacon", &js(send_beacon));
    patch_global("limit", &js("100"));
    if !fetch_later.is_empty() {
        patch_global("limit", &js("0"));
        let patched = format!("((fetchLater) => {fetch_later})(fetchLater)");
        patch_global("fetchLater", &js(&patched));
    }
    let client = Client::new(ENDPOINTS);
    for scope in ["a", "b", "c", "d", "e"] {
        client.grant(scope).token().await.unwrap();
    }
    page.events.leave(false);
    let mut sent = page.network.sent("/revoke");
    // The short beacon stands in the place of the one that was refused.
    let full = sent[0].twin().unwrap_or_else(|| sent.remove(0));
    assert!(full.is_keepalive() && !full.is_beacon());
    assert_eq!(full.values("token").len(), 5);
    client.ends_cleanly(&page).await;
    sent
}

#[wasm_bindgen_test]
async fn where_the_beacon_is_too_long_a_short_one_names_the_session() {
    let sent = goes_besides("").await;
    let [short] = &sent[..] else {
        unreachable!("{}", sent.len())
    };
    assert!(short.is_beacon());
    assert_eq!(short.value("whole_session").unwrap(), "1");
    assert!(short.value("session").is_some());
}

#[wasm_bindgen_test]
async fn where_no_beacon_is_taken_the_browser_is_left_to_send_it_later() {
    let sent = goes_besides("fetchLater").await;
    let [later] = &sent[..] else {
        unreachable!("{}", sent.len())
    };
    assert!(later.is_later());
    assert_eq!(later.values("token").len(), 5);
}

#[wasm_bindgen_test]
async fn where_little_can_be_sent_later_the_session_is() {
    let throwing = "(url, init) => {
        if (`${init.body}`.length > 100) throw new DOMException('full', 'QuotaExceededError');
        return fetchLater(url, init);
    }";
    let sent = goes_besides(throwing).await;
    let [later] = &sent[..] else {
        unreachable!("{}", sent.len())
    };
    assert!(later.is_later());
    assert_eq!(later.value("whole_session").unwrap(), "1");
}

/// Every listener of the page is lost once a token is held, and then `meanwhile` happens.
async fn listens_again(meanwhile: impl AsyncFnOnce(&Page, Grant)) {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    grant.token().await.unwrap();
    page.events.lose();
    assert!(page.events.listened().is_empty());
    meanwhile(&page, grant).await;
    let mut listened = page.events.listened();
    listened.dedup();
    assert_eq!(listened.len(), 7);
    page.events.leave(false);
    assert_eq!(page.network.count("/revoke"), 1);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_page_that_was_written_anew_is_listened_to_again_once_it_asks() {
    listens_again(async |_, grant| drop(grant.token().await.unwrap())).await;
    listens_again(async |_, grant| {
        drop(grant.token_with("{ forceRefresh: true }").await.unwrap());
    })
    .await;
    listens_again(async |_, grant| {
        drop(
            grant
                .fetch(&"/file".into(), &JsValue::UNDEFINED)
                .await
                .unwrap(),
        );
    })
    .await;
    listens_again(async |page, grant| {
        page.time.advance(1_000).await;
        assert!(grant.peek().is_some());
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_page_that_was_written_anew_is_listened_to_again_though_nobody_asks() {
    listens_again(async |_, _| {
        js("document.append(new Comment('new'))");
        rest().await;
        js("document.lastChild.remove()");
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_event_of_a_script_s_is_none_of_the_page_s() {
    for event in [
        "dispatchEvent(new PageTransitionEvent('pagehide'))",
        "dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))",
        "dispatchEvent(new Event('pagehide'))",
        "document.body.dispatchEvent(new CustomEvent('pagehide', { bubbles: true }))",
        "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))",
        "document.dispatchEvent(new Event('visibilitychange'))",
        "document.dispatchEvent(new Event('resume'))",
        "dispatchEvent(new Event('online'))",
    ] {
        let page = Page::new();
        let client = Client::new(
            "{ tokenEndpoint: '/token', revokeEndpoint: '/revoke', revokeOn: 'hidden' }",
        );
        let grant = client.grant("read");
        grant.token().await.unwrap();
        say_of_document("hidden", true);
        js(event);
        rest().await;
        assert_eq!(page.network.count("/revoke"), 0, "{event}");
        assert_eq!(grant.peek().unwrap(), "fake-token-1", "{event}");
        say_of_document("hidden", false);
        client.ends_cleanly(&page).await;
    }
}

#[wasm_bindgen_test]
async fn a_script_that_says_the_network_is_back_ends_no_wait() {
    let script = |_: &Page| {
        js("dispatchEvent(new Event('online'))");
    };
    assert_eq!(asked_in_the_shortest_wait(script).await, 1);
}

#[wasm_bindgen_test]
async fn a_network_that_comes_and_goes_costs_four_requests_in_five_seconds() {
    let page = Page::new();
    page.network
        .always("/token", "() => Promise.reject('offline')");
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    let answer = grant.token();
    for _ in 0..50 {
        page.events.tell("online");
        page.time.advance(100).await;
    }
    let asked = page.network.count("/token");
    assert!((1..=4).contains(&asked), "{asked} requests");
    drop(answer);
    client.ends_cleanly(&page).await;
}
