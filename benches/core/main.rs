//! What the machine costs by itself, natively: `cargo bench --bench core`.
//!
//! First the bytes that a grant takes, then times. The allocator counts, which
//! makes each allocation a few nanoseconds slower; `tests/allocations` holds
//! that the cached path has none.

#![cfg(not(target_arch = "wasm32"))]

mod page;
mod weight;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};

use page::Page;

const GRANTS: [usize; 3] = [1, 1_000, 10_000];

fn main() {
    weight::print();
    divan::main();
}

/// A held token, by the short way.
#[divan::bench(args = GRANTS)]
fn cached_peek(bencher: Bencher, grants: usize) {
    let mut page = Page::held(grants);
    bencher.counter(ItemsCount::new(1_u32)).bench_local(|| {
        let grant = page.next();
        black_box(page.peek(grant))
    });
}

/// A held token, by the long way: a caller that is answered.
#[divan::bench(args = GRANTS)]
fn cached_get(bencher: Bencher, grants: usize) {
    let mut page = Page::held(grants);
    bencher.counter(ItemsCount::new(1_u32)).bench_local(|| {
        let grant = page.next();
        page.ask(grant);
    });
}

/// A known grant, found by its resource and scopes.
#[divan::bench(args = GRANTS)]
fn open_known(bencher: Bencher, grants: usize) {
    let mut page = Page::held(grants);
    bencher
        .counter(ItemsCount::new(1_u32))
        .with_inputs(|| page::key(grants / 2))
        .bench_local_values(|key| page.machine.open(key, None));
}

/// Every grant's first token: a call, a request, an answer.
#[divan::bench(args = GRANTS)]
fn cold_get(bencher: Bencher, grants: usize) {
    events(bencher, Page::open, grants, Page::fetch_all);
}

/// The timer finds every token due, and every request is answered.
#[divan::bench(args = GRANTS)]
fn refresh_all(bencher: Bencher, grants: usize) {
    events(bencher, Page::due, grants, |page| {
        page.tick();
        page.answer();
    });
}

/// The timer finds one token due among so many.
#[divan::bench(args = GRANTS)]
fn refresh_one(bencher: Bencher, grants: usize) {
    events(bencher, Page::one_due, grants, |page| {
        page.tick();
        page.answer();
    });
}

/// A 401 for every grant: the refusal, the next call, its answer.
#[divan::bench(args = GRANTS)]
fn unauthorized(bencher: Bencher, grants: usize) {
    events(bencher, Page::held, grants, |page| {
        for turn in 0..grants {
            page.refuse(page.grants[turn]);
        }
    });
}

/// A page that goes: one revoke for all that it holds.
#[divan::bench(args = [1, 500, 10_000])]
fn pagehide(bencher: Bencher, grants: usize) {
    events(bencher, Page::held, grants, Page::leave);
}

/// A busy page: of a hundred gets two meet a 401.
#[divan::bench(args = GRANTS)]
fn mixed(bencher: Bencher, grants: usize) {
    events(bencher, Page::held, grants, |page| {
        for get in 0..1_000 {
            let grant = page.next();
            if get % 50 == 0 {
                page.refuse(grant);
            } else {
                page.ask(grant);
            }
        }
    });
}

/// Times `work` on a page that is new each time, and counts its events.
fn events(bencher: Bencher, make: fn(usize) -> Page, grants: usize, work: impl Fn(&mut Page)) {
    let begin = || {
        let mut page = make(grants);
        page.events = 0;
        page
    };
    let mut sample = begin();
    work(&mut sample);
    bencher
        .counter(ItemsCount::new(sample.events))
        .with_inputs(begin)
        .bench_local_refs(work);
}
