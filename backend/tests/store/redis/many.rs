//! More than one call of a script may take on.

use std::collections::BTreeSet;

use downscope_backend::core::{Class, Limits, Recall, RecallScope};

use crate::{
    bench::{Bench, Kind, ok},
    words::*,
};

/// Ends and recalls take a hundred page lives at a time.
const MANY: usize = 250;

fn run<F: Future<Output = ()>>(rule: impl Fn(Bench) -> F) {
    for kind in [Kind::Redis, Kind::RedisSpread] {
        crate::bench::run(kind, &rule);
    }
}

fn pages() -> Vec<String> {
    (0..MANY).map(|number| format!("page-{number}")).collect()
}

async fn mint_all(bench: &Bench) {
    for page in pages() {
        bench.mint(&leased(&page, "1"), LIFE).await;
    }
}

#[test]
fn all_page_lives_of_a_user_are_recalled_and_told() {
    run(async |bench: Bench| {
        mint_all(&bench).await;
        let op = recall(RecallScope::User("anna".to_owned()), Recall::Stop);
        assert_eq!(bench.recall(&op).await, 250);
        let (next, told) = ok(bench.other.told_since(0)).await;
        let told: BTreeSet<_> = told.into_iter().collect();
        assert_eq!(told, pages().into_iter().collect());
        assert_eq!(ok(bench.other.told_since(next)).await, (next, vec![]));
        bench.recall(&op).await;
        let (_, told) = ok(bench.other.told_since(next)).await;
        assert_eq!(told.len(), MANY);
    });
}

#[test]
fn all_page_lives_that_are_silent_end() {
    run(async |bench: Bench| {
        mint_all(&bench).await;
        bench.almost(TERM).await;
        let limits = Limits::default();
        let lapsed = ok(bench.store.lapse(TERM, 240, &limits)).await;
        assert_eq!((lapsed.sessions, lapsed.due), (240, 240));
        let lapsed = ok(bench.store.lapse(TERM, 240, &limits)).await;
        assert_eq!((lapsed.sessions, lapsed.due), (10, 10));
    });
}

#[test]
fn all_that_is_due_is_claimed_and_done_wherever_it_is() {
    run(async |bench: Bench| {
        mint_all(&bench).await;
        let items = (0..MANY).map(|n| listed(&format!("FAKE-{n}"), Class::Unknown, LIFE));
        assert_eq!(bench.enlist(&enlist(items.collect())).await.due, 250);
        bench.recall(&recall(RecallScope::All, Recall::All)).await;
        for claim in [EVERYTHING, EVERYTHING_UNKNOWN] {
            let mut keys = BTreeSet::new();
            loop {
                let works = bench.claim(&claim).await;
                if works.is_empty() {
                    break;
                }
                assert!(works.len() <= 100);
                keys.extend(works.iter().map(|work| work.key.clone()));
                // Each second one fails at first.
                let (done, failed): (Vec<_>, Vec<_>) = works
                    .into_iter()
                    .partition(|work| work.attempts > 1 || work.key.ends_with('1'));
                bench.done(&done).await;
                let failed: Vec<_> = failed.into_iter().map(|work| (work, 1)).collect();
                ok(bench.store.retry(&failed)).await;
                bench.pass(1);
            }
            assert_eq!(keys.len(), MANY);
        }
        let stats = ok(bench.store.stats()).await;
        assert_eq!((stats.live, stats.due, stats.unknown), (0, 0, 0));
    });
}

#[test]
fn all_that_has_expired_goes() {
    run(async |bench: Bench| {
        mint_all(&bench).await;
        for page in pages() {
            bench.withdraw(&whole(&format!("stranger-{page}"))).await;
        }
        bench.pass(LIFE);
        for page in pages() {
            // Though it was not cleared away yet.
            let withdrawn = bench.withdraw(&tokens(None, &[token(&page, "1")])).await;
            assert_eq!(withdrawn.unknown_tokens, [0]);
        }
        bench.watch(2 * TERM).await;
        let stats = ok(bench.store.stats()).await;
        assert_eq!((stats.live, stats.due, stats.leases), (0, 0, 0));
        assert!(bench.leftovers().await.is_empty());
    });
}

#[test]
fn a_claim_goes_round_so_that_no_place_waits_for_another() {
    crate::bench::run(Kind::RedisSpread, async |bench: Bench| {
        mint_all(&bench).await;
        bench.recall(&recall(RecallScope::All, Recall::All)).await;
        let few = downscope_backend::core::Claim {
            most: 10,
            ..EVERYTHING
        };
        let mut places = BTreeSet::new();
        for _ in 0..3 {
            let works = bench.claim(&few).await;
            assert_eq!(works.len(), 10);
            places.extend(
                works
                    .iter()
                    .filter_map(|work| place(work.session.as_deref()?)),
            );
        }
        assert_eq!(places, [0, 1, 2].into());
    });
}

/// As the contract says it: the first four bytes of the SHA-256 of the name.
fn place(session: &str) -> Option<u32> {
    let hash = downscope_backend::core::Fingerprint::of(session);
    let start = hash.as_bytes().first_chunk::<4>()?;
    Some(u32::from_be_bytes(*start) % 3)
}
