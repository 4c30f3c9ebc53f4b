//! How much is claimed in a second, by all instances together.

use downscope_backend::core::{Claim, Class, Enlist, Withdraw};

use crate::{
    bench::{Bench, each_store, ok},
    words::*,
};

each_store! {
    all_instances_together_claim_no_more_in_a_second_than_it_says
    what_a_revoke_carries_out_itself_counts_too
    what_nobody_uses_is_not_saved_up
    each_class_has_a_budget_of_its_own
    another_rate_goes_on_with_what_is_left
}

/// Two at once, and the next one after 56 ms.
const TWENTY_A_SECOND: Claim = Claim {
    per_second: 20,
    ..EVERYTHING
};

/// So many are due.
async fn due(bench: &Bench, count: u32) {
    for id in 0..count {
        bench.mint(&request(PAGE, &id.to_string()), LIFE).await;
    }
    let names = Withdraw {
        claim: NOTHING,
        ..whole(PAGE)
    };
    bench.withdraw(&names).await;
}

async fn all_instances_together_claim_no_more_in_a_second_than_it_says(bench: Bench) {
    if bench.is_spread() {
        return;
    }
    due(&bench, 9).await;
    let one = Claim {
        most: 1,
        ..TWENTY_A_SECOND
    };
    assert_eq!(bench.claim(&one).await.len(), 1);
    assert_eq!(ok(bench.other.claim(&TWENTY_A_SECOND)).await.len(), 1);
    assert_eq!(bench.claim(&TWENTY_A_SECOND).await.len(), 0);
    bench.pass(55);
    assert_eq!(ok(bench.other.claim(&TWENTY_A_SECOND)).await.len(), 0);
    bench.pass(1);
    assert_eq!(bench.claim(&TWENTY_A_SECOND).await.len(), 1);
    assert_eq!(ok(bench.other.claim(&TWENTY_A_SECOND)).await.len(), 0);
}

async fn what_a_revoke_carries_out_itself_counts_too(bench: Bench) {
    if bench.is_spread() {
        return;
    }
    due(&bench, 3).await;
    let names = Withdraw {
        claim: TWENTY_A_SECOND,
        ..whole(PAGE)
    };
    let withdrawn = bench.withdraw(&names).await;
    assert_eq!((withdrawn.works.len(), withdrawn.due), (2, 1));
    assert_eq!(bench.claim(&TWENTY_A_SECOND).await.len(), 0);
    bench.pass(56);
    assert_eq!(bench.claim(&TWENTY_A_SECOND).await.len(), 1);
}

async fn what_nobody_uses_is_not_saved_up(bench: Bench) {
    if bench.is_spread() {
        return;
    }
    due(&bench, 5).await;
    assert_eq!(bench.claim(&TWENTY_A_SECOND).await.len(), 2);
    bench.pass(20_000);
    assert_eq!(bench.claim(&TWENTY_A_SECOND).await.len(), 2);
    // Where nothing was due, nothing was used.
    bench.pass(1_000);
    assert_eq!(bench.claim(&TWENTY_A_SECOND).await.len(), 1);
    assert_eq!(bench.claim(&TWENTY_A_SECOND).await.len(), 0);
}

async fn each_class_has_a_budget_of_its_own(bench: Bench) {
    if bench.is_spread() {
        return;
    }
    due(&bench, 3).await;
    let items = (0..3).map(|n| listed(&format!("FAKE-{n}"), Class::Unknown, LIFE));
    let op = Enlist {
        claim_unknown: Claim {
            per_second: 10,
            ..EVERYTHING_UNKNOWN
        },
        ..enlist(items.collect())
    };
    assert_eq!(bench.claim(&TWENTY_A_SECOND).await.len(), 2);
    let enlisted = bench.enlist(&op).await;
    assert_eq!((enlisted.works.len(), enlisted.due), (1, 2));
    assert_eq!(bench.claim(&op.claim_unknown).await.len(), 0);
    assert_eq!(bench.claim(&TWENTY_A_SECOND).await.len(), 0);
    bench.pass(1_000);
    assert_eq!(bench.claim(&op.claim_unknown).await.len(), 1);
    assert_eq!(bench.claim(&TWENTY_A_SECOND).await.len(), 1);
}

async fn another_rate_goes_on_with_what_is_left(bench: Bench) {
    if bench.is_spread() {
        return;
    }
    due(&bench, 9).await;
    assert_eq!(bench.claim(&TWENTY_A_SECOND).await.len(), 2);
    let thirty = Claim {
        per_second: 30,
        ..EVERYTHING
    };
    // While instances of both kinds run, they claim no more than the quicker ones may.
    assert_eq!(bench.claim(&thirty).await.len(), 0);
    assert_eq!(bench.claim(&TWENTY_A_SECOND).await.len(), 0);
    bench.pass(1_000);
    assert_eq!(bench.claim(&thirty).await.len(), 3);
    bench.pass(1_000);
    assert_eq!(bench.claim(&TWENTY_A_SECOND).await.len(), 2);
    assert_eq!(bench.claim(&thirty).await.len(), 0);
}
