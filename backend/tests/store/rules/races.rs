//! What is asked at the same time.

use std::collections::BTreeSet;

use downscope_backend::core::{
    Admitted, Begin, Begun, Claim, Enlist, Fingerprint, Recall, RecallScope, Withdraw, Work,
};
use futures_util::future::{join, join_all};

use crate::{
    bench::{Bench, each_store, ok},
    words::*,
};

each_store! {
    of_the_same_request_at_once_one_is_begun
    a_revoke_and_the_request_that_it_overtakes_leave_nothing_live
    one_token_that_many_are_after_is_taken_once
    revokes_of_the_same_tokens_at_once_take_each_of_them_once
    claims_at_once_take_each_of_them_once
    claims_at_once_take_no_more_than_they_may
    the_same_unknown_tokens_at_once_are_enlisted_once
    recalls_and_revokes_at_once_end_everything_once
}

async fn of_the_same_request_at_once_one_is_begun(bench: Bench) {
    let tries: Vec<_> = (0..8)
        .map(|number| Begin {
            key: format!("key-{number}"),
            ..leased(PAGE, "1")
        })
        .collect();
    let begun = join_all(tries.iter().map(|one| bench.begin(one))).await;
    let count = |what: &Begun| begun.iter().filter(|one| *one == what).count();
    assert_eq!((count(&Begun::Begun), count(&Begun::Minting)), (1, 7));
}

async fn a_revoke_and_the_request_that_it_overtakes_leave_nothing_live(bench: Bench) {
    for round in 0..20 {
        let page = format!("page-life-{round}");
        if round % 2 == 0 {
            bench.hear(&alive(&page)).await;
        }
        let races = ["1", "2", "3", "4"].map(async |id| {
            let mint = async {
                if bench.begin(&request(&page, id)).await == Begun::Begun {
                    return Some(bench.admit(&minted(&page, id, LIFE)).await);
                }
                None
            };
            let names = pending(&page, &[id]);
            let (admitted, withdrawn) = join(mint, ok(bench.other.withdraw(&names))).await;
            // It was not begun, or it was withdrawn while it was minted, or it was live before.
            let is_taken = withdrawn.works.len() == 1;
            assert_eq!(admitted == Some(Admitted::Live), is_taken, "{page}");
        });
        join_all(races).await;
    }
    assert_eq!(ok(bench.store.stats()).await.live, 0);
}

async fn one_token_that_many_are_after_is_taken_once(bench: Bench) {
    for round in 0..20 {
        let page = format!("page-life-{round}");
        bench.mint(&request(&page, "1"), LIFE).await;
        let by_name = tokens(None, &[token(&page, "1")]);
        let by_request = pending(&page, &["1"]);
        let leave = Withdraw {
            claim: NOTHING,
            ..by_request.clone()
        };
        bench.withdraw(&leave).await;
        let names = [&by_name, &by_request, &by_name, &by_request];
        let revokes = join_all(names.map(|one| bench.withdraw(one)));
        let claims = join_all([&EVERYTHING; 4].map(|claim| bench.other.claim(claim)));
        let (withdrawn, claimed) = join(revokes, claims).await;
        let works = withdrawn.into_iter().map(|one| one.works);
        let claimed = claimed.into_iter().map(Result::unwrap_or_default);
        assert_eq!(each_once(works.chain(claimed)), 1, "{page}");
    }
}

const PAGES: [&str; 4] = ["page-a", "page-b", "page-c", "page-d"];

/// Five tokens of each of four page lives.
async fn many(bench: &Bench) -> Vec<Fingerprint> {
    let mut all = Vec::new();
    for page in PAGES {
        for id in ["1", "2", "3", "4", "5"] {
            bench.mint(&leased(page, id), LIFE).await;
            all.push(token(page, id));
        }
    }
    all
}

fn each_once(works: impl IntoIterator<Item = Vec<Work>>) -> usize {
    let works: Vec<_> = works.into_iter().flatten().collect();
    let keys: BTreeSet<_> = works.iter().map(|work| &work.key).collect();
    assert_eq!(keys.len(), works.len(), "one was taken twice");
    works.len()
}

async fn revokes_of_the_same_tokens_at_once_take_each_of_them_once(bench: Bench) {
    let all = many(&bench).await;
    // Each names all of them, in an order of its own and for a page life of its own.
    let names: Vec<_> = (0..12)
        .map(|number| {
            let mut named = all.clone();
            named.rotate_left(number);
            if number % 2 == 1 {
                named.reverse();
            }
            Withdraw {
                whole_session: true,
                ..tokens(Some(PAGES[number % PAGES.len()]), &named)
            }
        })
        .collect();
    let withdrawn = join_all(names.iter().map(|one| bench.withdraw(one))).await;
    let taken = withdrawn.into_iter().map(|one| {
        assert_eq!(one.works.len() + usize::try_from(one.due).unwrap_or(0), 20);
        one.works
    });
    assert_eq!(each_once(taken), 20);
}

async fn claims_at_once_take_each_of_them_once(bench: Bench) {
    let all = many(&bench).await;
    let names = Withdraw {
        claim: NOTHING,
        ..tokens(None, &all)
    };
    bench.withdraw(&names).await;
    let some = Claim {
        most: 3,
        ..EVERYTHING
    };
    let works = join_all((0..12).map(|_| bench.claim(&some))).await;
    assert_eq!(
        each_once(works) + each_once([bench.claim(&EVERYTHING).await]),
        20
    );
}

async fn claims_at_once_take_no_more_than_they_may(bench: Bench) {
    let all = many(&bench).await;
    let names = Withdraw {
        claim: NOTHING,
        ..tokens(None, &all)
    };
    bench.withdraw(&names).await;
    let one = Claim {
        most: 1,
        per_second: 20,
        ..EVERYTHING
    };
    for _ in 0..8 {
        let works = join_all((0..8).map(|_| bench.claim(&one))).await;
        let taken = each_once(works);
        // Two at once; where page lives lie apart, each place has a part of that.
        assert!(taken == 2 || bench.is_spread(), "{taken}");
        bench.pass(1_000);
    }
}

async fn the_same_unknown_tokens_at_once_are_enlisted_once(bench: Bench) {
    use downscope_backend::core::Class;
    // The last request of a page comes twice.
    let ops: Vec<_> = (0..8)
        .map(|number| {
            let mut items: Vec<_> = (0..10)
                .map(|item| listed(&format!("FAKE-{item}"), Class::Unknown, LIFE))
                .collect();
            items.rotate_left(number);
            Enlist {
                claim_unknown: EVERYTHING_UNKNOWN,
                ..enlist(items)
            }
        })
        .collect();
    let enlisted = join_all(ops.iter().map(|one| bench.enlist(one))).await;
    assert_eq!(each_once(enlisted.into_iter().map(|one| one.works)), 10);
    assert_eq!(ok(bench.store.stats()).await.unknown, 10);
}

async fn recalls_and_revokes_at_once_end_everything_once(bench: Bench) {
    let all = many(&bench).await;
    let everybody = recall(RecallScope::All, Recall::All);
    let annas = recall(RecallScope::User("anna".to_owned()), Recall::Stop);
    let names: Vec<_> = PAGES
        .iter()
        .map(|page| Withdraw {
            claim: NOTHING,
            ..tokens(Some(page), &all)
        })
        .collect();
    let recalls = join_all([&everybody, &annas].map(|op| bench.recall(op)));
    let revokes = join_all(names.iter().map(|one| bench.withdraw(one)));
    let alive = PAGES.map(alive);
    let signs = join_all(alive.iter().map(|one| bench.hear(one)));
    join(join(recalls, revokes), signs).await;
    let stats = ok(bench.store.stats()).await;
    assert_eq!((stats.live, stats.due, stats.leases), (0, 20, 4));
    assert_eq!(ok(bench.store.told_since(0)).await.1.len(), 8);
    assert_eq!(each_once([bench.claim(&EVERYTHING).await]), 20);
}
