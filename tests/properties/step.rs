//! What may happen to a page, in any order.

use downscope::core::{Failure, Millis, Page as Event, RevokeOutcome, Terms, Want};
use proptest::prelude::*;

/// Something that happens to a page. Numbers choose among what there is, taken
/// modulo how many there are, so that a case stays valid while it shrinks.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Ask {
        grant: usize,
        want: Want,
    },
    Cancel {
        caller: usize,
    },
    Answer {
        request: usize,
        answer: Answer,
    },
    /// Any lease request, late and twice included.
    AnswerLease {
        request: usize,
        answer: Result<Terms, Failure>,
    },
    Open {
        scope: u8,
    },
    Page(Event),
    /// The page goes, and what it had to say was on its way before, or not.
    Leave {
        persisted: bool,
        is_told: bool,
    },
    Peek {
        grant: usize,
        settled: bool,
    },
    Recall(Recalled),
    Refuse {
        token: usize,
    },
    Resume,
    Revoke(Revoked),
    AnswerRevoke {
        request: usize,
        outcome: RevokeOutcome,
    },
    /// Both clocks move, and timers fire on time.
    Pass(Millis),
    /// The clocks move each in its own way, and no timer fires.
    Jump {
        monotonic: Millis,
        wall: i64,
    },
    /// A timer fires.
    Tick,
    /// Reports about things that never were.
    Stray {
        number: u32,
    },
}

/// What the backend wants back.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Recalled {
    All,
    Stop,
    Request(usize),
}

/// What the app gives back.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Revoked {
    All,
    EveryTab,
    Grant(usize),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    Failed(Failure),
    Issued {
        /// As it is stated.
        lifetime: Option<Millis>,
        weight: u32,
    },
}

pub(crate) fn arbitrary_step() -> impl Strategy<Value = Step> {
    let index = || 0..64_usize;
    prop_oneof![
        12 => (index(), arbitrary_want()).prop_map(|(grant, want)| Step::Ask { grant, want }),
        2 => index().prop_map(|caller| Step::Cancel { caller }),
        14 => (index(), arbitrary_answer())
            .prop_map(|(request, answer)| Step::Answer { request, answer }),
        6 => (index(), arbitrary_lease())
            .prop_map(|(request, answer)| Step::AnswerLease { request, answer }),
        6 => (0..6_u8).prop_map(|scope| Step::Open { scope }),
        7 => arbitrary_event().prop_map(Step::Page),
        2 => (any::<bool>(), any::<bool>())
            .prop_map(|(persisted, is_told)| Step::Leave { persisted, is_told }),
        2 => (index(), any::<bool>()).prop_map(|(grant, settled)| Step::Peek { grant, settled }),
        1 => arbitrary_recall().prop_map(Step::Recall),
        4 => index().prop_map(|token| Step::Refuse { token }),
        1 => Just(Step::Resume),
        3 => arbitrary_revoke().prop_map(Step::Revoke),
        5 => (index(), arbitrary_outcome())
            .prop_map(|(request, outcome)| Step::AnswerRevoke { request, outcome }),
        10 => arbitrary_time().prop_map(Step::Pass),
        4 => (arbitrary_time(), -10_000_000..10_000_000_i64)
            .prop_map(|(monotonic, wall)| Step::Jump { monotonic, wall }),
        3 => Just(Step::Tick),
        1 => (0..8_u32).prop_map(|number| Step::Stray { number }),
    ]
}

fn arbitrary_want() -> impl Strategy<Value = Want> {
    let min_ttl = prop_oneof![4 => Just(0), 1 => 0..7_200_000_u64];
    let timeout = prop_oneof![Just(1), Just(5_000), Just(120_000)];
    (
        min_ttl,
        proptest::bool::weighted(0.1),
        proptest::option::weighted(0.3, timeout),
    )
        .prop_map(|(min_ttl, force, timeout)| Want {
            min_ttl: Millis(min_ttl),
            force,
            timeout: timeout.map(Millis),
        })
}

fn arbitrary_answer() -> impl Strategy<Value = Answer> {
    let lifetime = prop_oneof![Just(1), 1..60_000_u64, Just(3_600_000), Just(2_592_000_000)];
    let weight = prop_oneof![4 => Just(40), 1 => 0..49_152_u32];
    prop_oneof![
        3 => (proptest::option::weighted(0.85, lifetime.prop_map(Millis)), weight)
            .prop_map(|(lifetime, weight)| Answer::Issued { lifetime, weight }),
        2 => arbitrary_failure().prop_map(Answer::Failed),
    ]
}

fn arbitrary_lease() -> impl Strategy<Value = Result<Terms, Failure>> {
    let term = proptest::option::weighted(0.8, (10_000..200_000_u64).prop_map(Millis));
    let renew_in = prop_oneof![Just(Millis(0)), arbitrary_time()];
    let held = prop_oneof![Just(Millis(0)), arbitrary_time()];
    let terms = (renew_in, held, term).prop_map(|(renew_in, held, term)| Terms {
        renew_in,
        held,
        term,
    });
    prop_oneof![4 => terms.prop_map(Ok), 1 => arbitrary_failure().prop_map(Err)]
}

fn arbitrary_recall() -> impl Strategy<Value = Recalled> {
    prop_oneof![
        1 => Just(Recalled::All),
        1 => Just(Recalled::Stop),
        3 => (0..64_usize).prop_map(Recalled::Request),
    ]
}

fn arbitrary_revoke() -> impl Strategy<Value = Revoked> {
    prop_oneof![
        1 => Just(Revoked::All),
        1 => Just(Revoked::EveryTab),
        8 => (0..64_usize).prop_map(Revoked::Grant),
    ]
}

fn arbitrary_failure() -> impl Strategy<Value = Failure> {
    let status = prop_oneof![
        Just(400),
        Just(401),
        Just(403),
        Just(408),
        Just(421),
        Just(429),
        Just(500),
        Just(503)
    ];
    let foreign = prop_oneof![Just(401), Just(403), Just(502)];
    let retry_after = proptest::option::of(arbitrary_time());
    let retry_later = proptest::option::of(arbitrary_time());
    prop_oneof![
        1 => Just(Failure::Final),
        1 => Just(Failure::Malformed("no token")),
        1 => Just(Failure::Misused("resource")),
        1 => Just(Failure::Thrown),
        1 => Just(Failure::Timeout),
        3 => Just(Failure::Network),
        3 => (foreign, retry_later).prop_map(|(status, retry_after)| Failure::Foreign {
            status,
            what: "not the contract's",
            retry_after,
        }),
        7 => (status, retry_after).prop_map(|(status, retry_after)| Failure::Status {
            status,
            oauth_error: None,
            retry_after,
        }),
    ]
}

fn arbitrary_outcome() -> impl Strategy<Value = RevokeOutcome> {
    prop_oneof![
        2 => Just(RevokeOutcome::Confirmed),
        1 => Just(RevokeOutcome::TakenOver),
        1 => Just(RevokeOutcome::Denied),
        3 => proptest::option::of(arbitrary_time()).prop_map(RevokeOutcome::TryAgain),
    ]
}

/// A document never goes back to prerendering, so that event is not among these, nor
/// is leaving, which is a step of its own.
fn arbitrary_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(Event::Hidden),
        Just(Event::Online),
        Just(Event::Shown),
        Just(Event::Visible),
    ]
}

pub(crate) fn arbitrary_time() -> impl Strategy<Value = Millis> {
    prop_oneof![0..10_u64, 0..2_000_u64, 0..60_000_u64, 0..4_000_000_u64].prop_map(Millis)
}
