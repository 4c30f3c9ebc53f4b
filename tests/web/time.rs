//! Timers: few, one at a time, never beyond what browsers can take.

use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Client, ENDPOINTS, HELD, Page, rest};

const MINUTE: u32 = 60_000;
const HOUR: u32 = 60 * MINUTE;
const DAY: u32 = 24 * HOUR;

async fn makes_no_timer_storm(days: u32) {
    let page = Page::new();
    let seconds = days * (DAY / 1000);
    page.network.once(
        "/token",
        &format!("(_, network) => network.grantToken({{ expires_in: {seconds} }})"),
    );
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    grant.token().await.unwrap();
    page.time.advance(DAY).await;

    let delays = page.time.delays();
    let in_range = |delay: &&f64| (1.0..=300_000.0).contains(*delay);
    assert_eq!(delays.iter().filter(in_range).count(), delays.len());
    // One every five minutes, and a few for the start.
    assert!(delays.len() <= 12 * 24 + 5, "{} timers", delays.len());
    assert_eq!(page.time.most(), 1);
    assert_eq!(page.network.count("/token"), 1);
    assert_eq!(grant.peek().unwrap(), "fake-token-1");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_token_of_30_days_makes_no_timer_storm() {
    makes_no_timer_storm(30).await;
}

#[wasm_bindgen_test]
async fn a_token_of_60_days_makes_no_timer_storm() {
    makes_no_timer_storm(60).await;
}

#[wasm_bindgen_test]
async fn the_longest_durations_that_are_accepted_make_no_timer_storm() {
    let page = Page::new();
    page.network.once("/token", "() => new Promise(() => {})");
    let client = Client::new(
        "{
            tokenEndpoint: '/token',
            revokeEndpoint: '/revoke',
            timeout: 1e300,
            requestTimeout: 1e300,
            refreshLead: 1e300,
            expiryMargin: 1e300,
            maxAge: 1e300,
        }",
    );
    let answer = client.grant("read").token();
    page.time.advance(HOUR).await;
    let closing = client.close();
    rest().await;
    // Twelve for the hour, and those of the revoke request.
    let delays = page.time.delays();
    assert!(delays.len() <= 16, "{delays:?}");
    assert!(
        delays
            .iter()
            .all(|&delay| (1.0..=2_147_483_647.0).contains(&delay))
    );
    assert_eq!(answer.await.unwrap_err().code(), "closed");
    closing.await.unwrap();
    page.is_clean_after_late_answers().await;
}

#[wasm_bindgen_test]
async fn many_grants_share_one_timer() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    // So few that what the page would name at its end is written at once.
    for number in 0..10 {
        let grant = client.grant(&format!("scope-{number}"));
        grant.token().await.unwrap();
        page.time.advance(MINUTE).await;
    }
    page.time.advance(HOUR).await;
    assert_eq!(page.time.most(), 1);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_client_with_nothing_to_wait_for_arms_no_timer() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    client.grant("read");
    rest().await;
    assert!(page.time.delays().is_empty());
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn an_hour_long_token_is_refreshed_before_minute_50_behind_its_callers() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    grant.token().await.unwrap();
    page.time.advance(16 * MINUTE).await;
    assert_eq!(page.network.count("/token"), 1);
    page.network.once("/token", HELD);
    for _ in 0..204 {
        if page.network.count("/token") == 1 {
            page.time.advance(10_000).await;
        }
    }
    assert_eq!(grant.status(), "refreshing");
    assert_eq!(grant.token().await.unwrap(), "fake-token-1");
    assert_eq!(page.network.count("/token"), 2);

    let request = page.network.nth("/token", 2).await;
    request.respond(&page.network.grant_token());
    rest().await;
    assert_eq!(grant.token().await.unwrap(), "fake-token-2");
    assert_eq!(client.told(), ["refreshed", "expiring", "refreshed"]);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_token_that_expired_during_sleep_is_handed_to_nobody() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    grant.token().await.unwrap();
    // No timer has fired yet when the app is back.
    page.time.sleep(f64::from(HOUR));
    assert_eq!(grant.peek(), None);
    assert_eq!(grant.token().await.unwrap(), "fake-token-2");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_machine_that_wakes_up_refreshes_as_soon_as_the_page_is_seen() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    grant.token().await.unwrap();
    page.time.sleep(f64::from(52 * MINUTE));
    page.events.set_hidden(false);
    page.network.nth("/token", 2).await;
    rest().await;
    assert_eq!(grant.peek().unwrap(), "fake-token-2");
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn a_wall_clock_that_is_set_back_lets_no_token_live_longer() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    grant.token().await.unwrap();
    page.events.set_hidden(true);
    page.network
        .always("/token", "() => Promise.reject('down')");
    page.time.sleep(-f64::from(3 * HOUR));
    page.time.advance(55 * MINUTE).await;
    assert_eq!(grant.peek(), None);
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn an_outage_costs_one_request_per_back_off_step_whatever_the_callers() {
    let page = Page::new();
    page.network
        .always("/token", "async () => new Response('', { status: 503 })");
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    let mut answers = Vec::new();
    for _ in 0..600 {
        answers.push(grant.token());
        page.time.advance(100).await;
    }
    let asked = page.network.count("/token");
    assert!((2..=20).contains(&asked), "{asked} requests in a minute");
    for answer in answers {
        assert_eq!(answer.await.unwrap_err().code(), "unavailable");
    }
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn states_and_events_tell_times_as_date_now_does() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let grant = client.grant("read");
    let start = page.time.now();
    grant.token().await.unwrap();
    page.time.advance(MINUTE).await;
    let [issued, refresh, expires] = grant.times().map(|time| time.unwrap() - start);
    assert!(issued.abs() <= 2.0);
    assert!((expires - f64::from(HOUR)).abs() <= 2.0);
    assert!(refresh > f64::from(16 * MINUTE) && refresh <= f64::from(50 * MINUTE) + 2.0);
    client.ends_cleanly(&page).await;
}
