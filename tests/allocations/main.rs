//! What an app does all the time takes no memory. A program of its own, for its
//! allocator counts.

#![cfg(not(target_arch = "wasm32"))]

#[path = "../../benches/core/page.rs"]
#[allow(dead_code, reason = "the benchmarks use the rest")]
mod page;

use allocation_counter::measure;
use downscope::core::{Input, Millis, Page as Event};

use page::Page;

const SIZES: [usize; 3] = [1, 1_000, 10_000];

/// Counts the allocations of a hundred rounds, after one that may make room.
fn allocations(mut round: impl FnMut()) -> u64 {
    round();
    measure(|| (0..100).for_each(|_| round())).count_total
}

#[test]
fn the_counting_is_not_blind() {
    let mut page = Page::open(200);
    let counted = allocations(|| {
        let grant = page.next();
        page.ask(grant);
        page.answer();
    });
    assert!(counted >= 100, "{counted} allocations for 100 first tokens");
}

#[test]
fn a_held_token_is_handed_out_without_an_allocation() {
    for grants in SIZES {
        let mut page = Page::held(grants);
        let counted = allocations(|| {
            let grant = page.next();
            assert!(page.peek(grant).is_some());
        });
        assert_eq!(counted, 0, "by the short way, among {grants}");

        let counted = allocations(|| {
            let grant = page.next();
            page.ask(grant);
        });
        assert_eq!(counted, 0, "by the long way, among {grants}");
    }
}

#[test]
fn what_a_user_interface_asks_of_a_grant_takes_no_allocation() {
    for grants in SIZES {
        let mut page = Page::held(grants);
        let counted = allocations(|| {
            let grant = page.next();
            assert!(page.machine.state(grant, page.now).token.is_some());
            assert!(page.machine.key(grant).is_some());
            assert!(page.machine.current(grant).is_some());
            assert!(page.machine.poll_timeout(page.now).is_some());
        });
        assert_eq!(counted, 0, "among {grants}");
    }
}

#[test]
fn a_grant_that_is_named_again_takes_no_allocation() {
    for grants in SIZES {
        let mut page = Page::held(grants);
        // The names are the caller's.
        let mut names: Vec<_> = (0..grants.min(101)).map(page::key).collect();
        let mut hinted = names.clone();
        let counted = measure(|| {
            while let (Some(name), Some(same)) = (names.pop(), hinted.pop()) {
                let id = page.machine.open(name, None);
                assert_eq!(page.machine.open(same, Some(id)), id);
            }
        });
        assert_eq!(counted.count_total, 0, "among {grants}");
    }
}

#[test]
fn a_timer_that_fires_before_its_time_takes_no_allocation() {
    let mut page = Page::held(1_000);
    let counted = allocations(|| {
        page.pass(Millis(1));
        page.tick();
    });
    assert_eq!(counted, 0);
}

#[test]
fn a_hidden_page_that_rests_takes_no_allocation_for_a_held_token() {
    let mut page = Page::held(1_000);
    page.take(Input::Page(Event::Hidden));
    let counted = allocations(|| {
        let grant = page.next();
        assert!(page.peek(grant).is_some());
        page.ask(grant);
    });
    assert_eq!(counted, 0);
}
