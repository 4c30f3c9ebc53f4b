//! How much there may be.

use downscope_backend::core::{Admitted, Begin, Begun, Limits, Withdraw};

use crate::{
    bench::{Bench, each_store, ok},
    words::*,
};

each_store! {
    a_page_life_has_so_many_requests_on_record
    there_are_so_many_records_in_all
    a_request_that_comes_twice_is_not_one_too_many
    strangers_are_remembered_up_to_a_bound
    page_lives_that_are_known_are_never_refused
    a_stranger_that_is_remembered_is_not_refused
    strangers_that_are_forgotten_leave_their_room
    a_stranger_that_comes_after_all_is_none
    a_request_too_many_leaves_nothing_behind
    more_names_than_are_remembered_keep_a_page_life_from_minting_and_end_nothing
    more_names_than_are_remembered_of_a_stranger_keep_it_from_minting
    as_many_names_as_a_revoke_can_have_are_remembered
}

fn begin(session: &str, id: &str, limits: Limits) -> Begin {
    Begin {
        limits,
        ..request(session, id)
    }
}

async fn a_page_life_has_so_many_requests_on_record(bench: Bench) {
    let limits = Limits {
        per_session: 2,
        ..Limits::default()
    };
    bench.mint(&begin(PAGE, "1", limits), 1_000).await;
    bench.mint(&begin(PAGE, "2", limits), LIFE).await;
    assert_eq!(bench.begin(&begin(PAGE, "3", limits)).await, Begun::Full);
    assert_eq!(bench.begin(&begin(PAGE_2, "3", limits)).await, Begun::Begun);
    // The dead count too, until they have expired.
    let works = bench.withdraw(&pending(PAGE, &["1"])).await.works;
    bench.done(&works).await;
    assert_eq!(bench.begin(&begin(PAGE, "3", limits)).await, Begun::Full);
    bench.pass(1_000);
    assert_eq!(bench.begin(&begin(PAGE, "3", limits)).await, Begun::Begun);
}

async fn there_are_so_many_records_in_all(bench: Bench) {
    let limits = Limits {
        records: 2,
        ..Limits::default()
    };
    bench.mint(&begin(PAGE, "1", limits), 1_000).await;
    bench.mint(&begin(PAGE_2, "1", limits), LIFE).await;
    assert_eq!(
        bench.begin(&begin("a third", "1", limits)).await,
        Begun::Full
    );
    bench.pass(1_000);
    let begun = bench.begin(&begin("a third", "1", limits)).await;
    assert_eq!(begun, Begun::Begun);
}

async fn a_request_that_comes_twice_is_not_one_too_many(bench: Bench) {
    let limits = Limits {
        per_session: 1,
        records: 1,
        ..Limits::default()
    };
    assert_eq!(bench.begin(&begin(PAGE, "1", limits)).await, Begun::Begun);
    let again = Begin {
        key: "another".to_owned(),
        ..begin(PAGE, "1", limits)
    };
    assert_eq!(bench.begin(&again).await, Begun::Minting);
}

const TWO_STRANGERS: u32 = 2;

fn strange(withdraw: Withdraw) -> Withdraw {
    Withdraw {
        limits: Limits {
            strangers: TWO_STRANGERS,
            ..Limits::default()
        },
        ..withdraw
    }
}

async fn strangers_are_remembered_up_to_a_bound(bench: Bench) {
    assert!(!bench.withdraw(&strange(whole("s1"))).await.is_refused);
    assert!(
        !bench
            .withdraw(&strange(pending("s2", &["1"])))
            .await
            .is_refused
    );
    for names in [whole("s3"), pending("s3", &["1"])] {
        let withdrawn = bench.withdraw(&strange(names)).await;
        assert!(withdrawn.is_refused);
    }
    assert_eq!(bench.begin(&request("s1", "1")).await, Begun::Withdrawn);
    assert_eq!(bench.begin(&request("s3", "1")).await, Begun::Begun);
}

async fn page_lives_that_are_known_are_never_refused(bench: Bench) {
    bench.mint(&request(PAGE, "1"), LIFE).await;
    bench.hear(&alive(PAGE_2)).await;
    for page in ["s1", "s2", "s3"] {
        bench.withdraw(&strange(whole(page))).await;
    }
    for page in [PAGE, PAGE_2] {
        let withdrawn = bench.withdraw(&strange(pending(page, &["2"]))).await;
        assert!(!withdrawn.is_refused, "{page}");
        assert_eq!(bench.begin(&request(page, "2")).await, Begun::Withdrawn);
    }
}

async fn a_stranger_that_is_remembered_is_not_refused(bench: Bench) {
    for page in ["s1", "s2"] {
        bench.withdraw(&strange(pending(page, &["1"]))).await;
    }
    let again = bench.withdraw(&strange(pending("s1", &["2"]))).await;
    assert!(!again.is_refused);
    assert_eq!(bench.begin(&request("s1", "2")).await, Begun::Withdrawn);
}

async fn strangers_that_are_forgotten_leave_their_room(bench: Bench) {
    if bench.is_spread() {
        return;
    }
    for page in ["s1", "s2"] {
        bench.withdraw(&strange(whole(page))).await;
        bench.pass(1_000);
    }
    let tombstone = Limits::default().tombstone;
    bench.pass(tombstone - 2_001);
    assert!(bench.withdraw(&strange(whole("s3"))).await.is_refused);
    bench.pass(1);
    assert!(!bench.withdraw(&strange(whole("s3"))).await.is_refused);
    assert!(bench.withdraw(&strange(whole("s4"))).await.is_refused);
}

async fn a_stranger_that_comes_after_all_is_none(bench: Bench) {
    if bench.is_spread() {
        return;
    }
    for page in ["s1", "s2"] {
        bench.withdraw(&strange(pending(page, &["1"]))).await;
    }
    assert_eq!(bench.begin(&request("s1", "2")).await, Begun::Begun);
    assert!(!bench.withdraw(&strange(whole("s3"))).await.is_refused);
    assert!(bench.withdraw(&strange(whole("s4"))).await.is_refused);
}

async fn a_request_too_many_leaves_nothing_behind(bench: Bench) {
    let none = Limits {
        records: 0,
        ..Limits::default()
    };
    let leaseless = Limits {
        leases_per_sign_in: 0,
        ..Limits::default()
    };
    assert_eq!(bench.begin(&begin(PAGE, "1", none)).await, Begun::Full);
    let leased = Begin {
        limits: leaseless,
        ..leased(PAGE, "1")
    };
    assert_eq!(bench.begin(&leased).await, Begun::Full);
    // Nor is the page life its own.
    let bens = Begin {
        owner: ben(),
        ..request(PAGE, "1")
    };
    assert_eq!(bench.begin(&bens).await, Begun::Begun);
}

async fn more_names_than_are_remembered_keep_a_page_life_from_minting_and_end_nothing(
    bench: Bench,
) {
    let limits = Limits {
        named_tombstones: 2,
        ..Limits::default()
    };
    let names = |ids: &[&str]| Withdraw {
        limits,
        ..pending(PAGE, ids)
    };
    bench.mint(&request(PAGE, "0"), LIFE).await;
    bench.withdraw(&names(&["1", "2"])).await;
    assert_eq!(bench.begin(&request(PAGE, "3")).await, Begun::Begun);
    let withdrawn = bench.withdraw(&names(&["4"])).await;
    assert!(withdrawn.minting.is_empty() && withdrawn.works.is_empty());
    assert_eq!(bench.begin(&request(PAGE, "4")).await, Begun::Withdrawn);
    assert_eq!(bench.begin(&request(PAGE, "5")).await, Begun::Withdrawn);
    // Nobody has named these.
    assert_eq!(bench.admit(&minted(PAGE, "3", LIFE)).await, Admitted::Live);
    assert_eq!(ok(bench.store.stats()).await.live, 2);
}

async fn more_names_than_are_remembered_of_a_stranger_keep_it_from_minting(bench: Bench) {
    let limits = Limits {
        named_by_strangers: 2,
        ..Limits::default()
    };
    let names = |page, ids: &[&str]| Withdraw {
        limits,
        ..pending(page, ids)
    };
    bench.withdraw(&names(PAGE, &["1", "2"])).await;
    bench.withdraw(&names(PAGE_2, &["1", "2", "3"])).await;
    assert_eq!(bench.begin(&request(PAGE, "4")).await, Begun::Begun);
    assert_eq!(bench.begin(&request(PAGE_2, "4")).await, Begun::Withdrawn);
}

async fn as_many_names_as_a_revoke_can_have_are_remembered(bench: Bench) {
    bench.mint(&request(PAGE, "0"), LIFE).await;
    let ids: Vec<_> = (1..=6_500).map(|id| id.to_string()).collect();
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    for _ in 0..2 {
        let withdrawn = bench.withdraw(&pending(PAGE, &ids)).await;
        assert!(withdrawn.works.is_empty() && !withdrawn.is_refused);
    }
    assert_eq!(bench.begin(&request(PAGE, "1")).await, Begun::Withdrawn);
    assert_eq!(bench.begin(&request(PAGE, "6500")).await, Begun::Withdrawn);
    assert_eq!(bench.begin(&request(PAGE, "6501")).await, Begun::Begun);
    assert_eq!(ok(bench.store.stats()).await.live, 1);
}
