//! How much there may be.

use downscope_backend::core::{Begin, Begun, Limits, Withdraw};

use crate::{
    bench::{Bench, each_store},
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
    assert_eq!(bench.begin(&begin(PAGE, "1", limits)).await, Begun::Minting);
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
        assert!(withdrawn.is_refused && withdrawn.has_unknown_requests);
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
