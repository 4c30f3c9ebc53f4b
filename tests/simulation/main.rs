//! Many pages against one backend, in virtual time: latency, loss, outages,
//! sleep, logout, the back/forward cache, and every way in which a page ends.
//!
//! `DOWNSCOPE_PAGES=1000000` for more than the default, `DOWNSCOPE_SEED` for
//! another course of events. A failure names its seed and its page.

#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::panic, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test file uses its own part")]
mod support;

mod backend;
mod lease;
mod life;
mod network;
mod random;
mod reference;
mod tally;
mod visit;
mod weather;
mod world;

use downscope::core::Endpoints;

use backend::Alive;
use lease::{HOLD, TERM};
use support::{LEASING, REVOKING, minutes};
use tally::Tally;
use weather::{CALM, DEADLY, DOWN, ROUGH, Weather};
use world::World;

const SEED: u64 = 7009;

const PAGES: u64 = 10_000;

fn setting(name: &str, default: u64) -> u64 {
    let value = std::env::var(name).ok();
    value.and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn run(pages: u64, weather: Weather) -> Tally {
    run_with(REVOKING, pages, weather)
}

fn run_with(endpoints: Endpoints, pages: u64, weather: Weather) -> Tally {
    let seed = setting("DOWNSCOPE_SEED", SEED);
    match World::new(seed, weather, endpoints).run(pages) {
        Ok(tally) => tally,
        Err(broken) => panic!("DOWNSCOPE_SEED={seed} DOWNSCOPE_PAGES={pages}: {broken}"),
    }
}

#[test]
fn no_token_outlives_its_page_where_the_revoke_arrives() {
    let tally = run(setting("DOWNSCOPE_PAGES", PAGES), ROUGH);
    eprintln!("{tally}");
    assert_eq!(tally.outlived, [], "pages whose tokens live on");
    assert_eq!((tally.alive.orphans, tally.alive.outlived), (0, 0));
    assert!(tally.replaced > 100, "{tally}");
    assert!(tally.at_once() > 0.85, "{tally}");
    assert!(tally.requests_per_page_hour() < 8.0, "{tally}");
}

#[test]
fn with_a_lease_no_token_outlives_its_page_whatever_gets_lost_and_however_the_page_dies() {
    let tally = run_with(LEASING, setting("DOWNSCOPE_PAGES", PAGES) / 4, DEADLY);
    eprintln!("{tally}");
    assert_eq!(tally.alive, Alive::default());
    let travels = minutes(1);
    assert!(tally.longest <= (travels + HOLD + TERM).0, "{tally}");
    // That none of these was handed out is checked with each token.
    assert!(tally.replaced > 100, "{tally}");
    assert!(tally.swept > 0 && tally.swept_alive > 0, "{tally}");
    assert!(tally.at_once() > 0.7, "{tally}");
    assert!(tally.leases_per_page_hour() < 80.0, "{tally}");
}

#[test]
fn in_fair_weather_a_lease_costs_a_request_a_minute_and_no_token() {
    let tally = run_with(LEASING, 500, CALM);
    eprintln!("{tally}");
    assert_eq!((tally.rejected, tally.swept_alive), (0, 0));
    assert_eq!(tally.alive, Alive::default());
    assert!(tally.at_once() > 0.9, "{tally}");
    assert!(tally.leases_per_page_hour() < 70.0, "{tally}");
}

#[test]
fn in_fair_weather_nobody_is_told_of_a_failure() {
    let tally = run(1_000, CALM);
    assert_eq!((tally.rejected, &tally.alive), (0, &Alive::default()));
    assert!(tally.at_once() > 0.9, "{tally}");
}

#[test]
fn a_backend_that_is_down_is_not_stormed() {
    let tally = run(100, DOWN);
    assert_eq!(tally.immediate, 0);
    assert!(tally.calls > 20 * tally.requests, "{tally}");
    let tally = run_with(LEASING, 100, DOWN);
    assert!(tally.calls > 20 * tally.requests, "{tally}");
    assert!(tally.leases <= tally.requests, "{tally}");
}

#[test]
fn the_same_seed_gives_the_same_course_of_events() {
    assert_eq!(run(200, ROUGH), run(200, ROUGH));
    let leased = || run_with(LEASING, 200, DEADLY);
    assert_eq!(leased(), leased());
}
