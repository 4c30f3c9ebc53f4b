//! A page life: its settings and what happens in it.

use downscope::core::{Config, Endpoints, Millis};
use proptest::prelude::*;

use crate::step::{Step, arbitrary_step, arbitrary_time};

/// One page life, from its settings to its last step.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub(crate) config: Config,
    pub(crate) endpoints: Endpoints,
    /// The last request of the page is written one input late.
    pub(crate) writes_late: bool,
    pub(crate) jitter: u64,
    pub(crate) prerendered: bool,
    pub(crate) steps: Vec<Step>,
}

pub(crate) fn arbitrary_life() -> impl Strategy<Value = Life> {
    (
        arbitrary_config(),
        arbitrary_endpoints(),
        proptest::bool::weighted(0.3),
        any::<u64>(),
        proptest::bool::weighted(0.2),
        proptest::collection::vec(arbitrary_step(), 1..80),
    )
        .prop_map(
            |(config, endpoints, writes_late, jitter, prerendered, steps)| Life {
                config,
                endpoints,
                writes_late,
                jitter,
                prerendered,
                steps,
            },
        )
}

fn arbitrary_config() -> impl Strategy<Value = Config> {
    let default = Config::default();
    (
        prop_oneof![Just(default.refresh_lead), arbitrary_time()],
        prop_oneof![Just(default.expiry_margin), arbitrary_time()],
        proptest::option::weighted(0.3, (1..600_000_u64).prop_map(Millis)),
        prop_oneof![3 => Just(1024), 1 => 1..4_u32],
        any::<bool>(),
    )
        .prop_map(
            |(refresh_lead, expiry_margin, max_age, max_grants, revoke_when_hidden)| Config {
                refresh_lead,
                expiry_margin,
                max_age,
                max_grants,
                revoke_when_hidden,
                ..Config::default()
            },
        )
}

/// With any of the ways to end tokens that backends offer.
fn arbitrary_endpoints() -> impl Strategy<Value = Endpoints> {
    (proptest::bool::weighted(0.9), any::<bool>())
        .prop_map(|(revoke, lease)| Endpoints { revoke, lease })
}
