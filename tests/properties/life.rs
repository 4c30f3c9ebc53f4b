//! A page life: its settings and what happens in it.

use downscope::core::{Config, Millis};
use proptest::prelude::*;

use crate::step::{Step, arbitrary_step, arbitrary_time};

/// One page life, from its settings to its last step.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub(crate) config: Config,
    pub(crate) jitter: u64,
    pub(crate) prerendered: bool,
    pub(crate) steps: Vec<Step>,
}

pub(crate) fn arbitrary_life() -> impl Strategy<Value = Life> {
    (
        arbitrary_config(),
        any::<u64>(),
        proptest::bool::weighted(0.2),
        proptest::collection::vec(arbitrary_step(), 1..80),
    )
        .prop_map(|(config, jitter, prerendered, steps)| Life {
            config,
            jitter,
            prerendered,
            steps,
        })
}

fn arbitrary_config() -> impl Strategy<Value = Config> {
    let default = Config::default();
    (
        prop_oneof![Just(default.refresh_lead), arbitrary_time()],
        prop_oneof![Just(default.expiry_margin), arbitrary_time()],
        proptest::option::weighted(0.3, (1..600_000_u64).prop_map(Millis)),
        prop_oneof![3 => Just(1024), 1 => 1..4_u32],
        arbitrary_endpoints(),
    )
        .prop_map(
            move |(refresh_lead, expiry_margin, max_age, max_grants, endpoints)| Config {
                refresh_lead,
                expiry_margin,
                max_age,
                max_grants,
                ..endpoints
            },
        )
}

/// With any of the ways to end tokens that apps can choose.
fn arbitrary_endpoints() -> impl Strategy<Value = Config> {
    (proptest::bool::weighted(0.9), any::<bool>(), any::<bool>()).prop_map(
        |(can_revoke, has_lease, revoke_when_hidden)| Config {
            can_revoke,
            has_lease,
            revoke_when_hidden,
            ..Config::default()
        },
    )
}
