//! What is done to a store, drawn at random from few enough names that they meet.

use downscope_backend::core::{
    Claim, Class, Limits, Millis, Owner, Reason, Recall, RecallScope, Sign,
};
use proptest::{collection::vec, prelude::*, sample::select};

use crate::words::{TERM, anna, ben};

/// A sequence of steps.
#[derive(Clone, Debug)]
pub(super) struct Script {
    pub(super) is_first: bool,
    pub(super) steps: Vec<Step>,
}

/// One operation, or time. `which` names one of the records, tokens or works that there were
/// by then, counted from the last; those beyond name none.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Pass(Millis),
    /// Ten seconds pass, so often, and somebody looks after the leases and ends none.
    Watch(u32),
    Begin {
        session: &'static str,
        id: &'static str,
        owner: Owner,
        asks_for: u8,
        has_lease: bool,
        takes_over: bool,
        limits: Limits,
    },
    Admit {
        which: usize,
        life: Millis,
        has_handle: bool,
    },
    Abandon {
        which: usize,
        lost: Millis,
    },
    Withdraw {
        session: Option<&'static str>,
        pending: Vec<&'static str>,
        whole_session: bool,
        tokens: Vec<usize>,
        handles: Vec<usize>,
        reason: Option<Reason>,
        claim: Claim,
        limits: Limits,
    },
    Enlist {
        items: Vec<(u8, Class, Millis)>,
        claim: Claim,
        claim_unknown: Claim,
        limits: Limits,
    },
    Recall {
        scope: RecallScope,
        recall: Recall,
    },
    Heartbeat {
        session: &'static str,
        owner: Owner,
        takes_over: bool,
        sign: Sign,
        limits: Limits,
    },
    Say {
        session: &'static str,
        /// How many versions before the last that was heard of.
        ago: u64,
        recalls: u32,
    },
    Lapse {
        most: u32,
    },
    Claim(Claim),
    Done(Vec<usize>),
    Retry(Vec<(usize, Millis)>),
    Fates(Vec<usize>),
    Told,
    Stats,
}

pub(super) const SESSIONS: [&str; 3] = ["s1", "s2", "s3"];
const IDS: [&str; 4] = ["1", "2", "3", "4"];

pub(super) fn arbitrary_script() -> impl Strategy<Value = Script> {
    (any::<bool>(), vec(step(), 1..80)).prop_map(|(is_first, steps)| Script { is_first, steps })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => time().prop_map(Step::Pass),
        2 => (1..10_u32).prop_map(Step::Watch),
        8 => begin(),
        8 => (which(), life(), any::<bool>()).prop_map(|(which, life, has_handle)| Step::Admit {
            which,
            life,
            has_handle,
        }),
        1 => (which(), prop_oneof![Just(0), life()])
            .prop_map(|(which, lost)| Step::Abandon { which, lost }),
        6 => withdraw(),
        2 => enlist(),
        3 => (scope(), recall()).prop_map(|(scope, recall)| Step::Recall { scope, recall }),
        4 => heartbeat(),
        3 => (session(), 0..2_u64, 0..3_u32).prop_map(|(session, ago, recalls)| Step::Say {
            session,
            ago,
            recalls,
        }),
        3 => (0..4_u32).prop_map(|most| Step::Lapse { most }),
        3 => claim().prop_map(Step::Claim),
        3 => vec(which(), 0..4).prop_map(Step::Done),
        1 => vec((which(), time()), 0..4).prop_map(Step::Retry),
        1 => vec(which(), 0..4).prop_map(Step::Fates),
        1 => Just(Step::Told),
        2 => Just(Step::Stats),
    ]
}

fn begin() -> impl Strategy<Value = Step> {
    let flags = (any::<bool>(), proptest::bool::weighted(0.3));
    (session(), id(), owner(), 0..8_u8, flags, limits()).prop_map(
        |(session, id, owner, asks_for, (has_lease, takes_over), limits)| Step::Begin {
            session,
            id,
            owner,
            asks_for: asks_for / 7,
            has_lease,
            takes_over,
            limits,
        },
    )
}

fn withdraw() -> impl Strategy<Value = Step> {
    let session = proptest::option::weighted(0.8, session());
    let requests = (vec(id(), 0..4), proptest::bool::weighted(0.2));
    let names = (vec(which(), 0..3), vec(which(), 0..2));
    (session, requests, names, reason(), claim(), limits()).prop_map(
        |(session, (pending, whole_session), (tokens, handles), reason, claim, limits)| {
            Step::Withdraw {
                session,
                pending,
                whole_session,
                tokens,
                handles,
                reason,
                claim,
                limits,
            }
        },
    )
}

fn enlist() -> impl Strategy<Value = Step> {
    let class = select(&[Class::Known, Class::Unknown][..]);
    let claims = (claim(), claim());
    (vec((0..4_u8, class, life()), 0..4), claims, limits()).prop_map(
        |(items, (claim, claim_unknown), limits)| Step::Enlist {
            items,
            claim: Claim {
                class: Class::Known,
                ..claim
            },
            claim_unknown: Claim {
                class: Class::Unknown,
                ..claim_unknown
            },
            limits,
        },
    )
}

fn heartbeat() -> impl Strategy<Value = Step> {
    let sign = [Sign::Begins, Sign::Begins, Sign::Renews, Sign::Looks];
    let flags = (proptest::bool::weighted(0.3), select(sign.to_vec()));
    (session(), owner(), flags, limits()).prop_map(
        |(session, owner, (takes_over, sign), limits)| Step::Heartbeat {
            session,
            owner,
            takes_over,
            sign,
            limits,
        },
    )
}

fn session() -> impl Strategy<Value = &'static str> {
    select(&SESSIONS[..])
}

fn id() -> impl Strategy<Value = &'static str> {
    select(&IDS[..])
}

fn which() -> impl Strategy<Value = usize> {
    0..8_usize
}

fn owner() -> impl Strategy<Value = Owner> {
    let renamed = Owner {
        user: "anne".to_owned(),
        ..anna(1)
    };
    prop_oneof![5 => Just(anna(1)), 2 => Just(anna(2)), 1 => Just(ben()), 1 => Just(renamed)]
}

fn reason() -> impl Strategy<Value = Option<Reason>> {
    select(&[None, Some(Reason::Unload), Some(Reason::Hidden)][..])
}

fn scope() -> impl Strategy<Value = RecallScope> {
    prop_oneof![
        Just(RecallScope::All),
        session().prop_map(|name| RecallScope::Session(name.to_owned())),
        owner().prop_map(|owner| RecallScope::SignIn(owner.sign_in)),
        owner().prop_map(|owner| RecallScope::User(owner.user)),
    ]
}

fn recall() -> impl Strategy<Value = Recall> {
    let ids = vec(id().prop_map(str::to_owned), 1..3);
    prop_oneof![
        Just(Recall::All),
        Just(Recall::Stop),
        ids.prop_map(|ids| Recall::Requests(ids.into_iter().collect())),
    ]
}

/// What passes between steps: less and more than each of the bounds, and just these.
fn time() -> impl Strategy<Value = Millis> {
    select(
        &[
            1, 499, 1_000, 5_000, 10_000, 10_001, 30_000, 60_000, TERM, 86_400_000,
        ][..],
    )
}

fn life() -> impl Strategy<Value = Millis> {
    select(&[0, 1_000, 60_000, 3_600_000, 3_600_001][..])
}

fn claim() -> impl Strategy<Value = Claim> {
    let class = select(&[Class::Known, Class::Known, Class::Unknown][..]);
    let per_second = select(&[0, 0, 1, 3][..]);
    (0..4_u32, per_second, class).prop_map(|(most, per_second, class)| Claim {
        most,
        per_second,
        class,
        visibility: 5_000,
    })
}

fn limits() -> impl Strategy<Value = Limits> {
    let tight = Limits {
        per_session: 2,
        named_tombstones: 1,
        named_by_strangers: 2,
        strangers: 1,
        records: 4,
        unknown: 1,
        leases_per_sign_in: 1,
        ..Limits::default()
    };
    let forgetful = Limits {
        tombstone: 0,
        ..Limits::default()
    };
    prop_oneof![4 => Just(Limits::default()), 2 => Just(tight), 1 => Just(forgetful)]
}
