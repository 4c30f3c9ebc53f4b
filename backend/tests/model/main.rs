//! *204 was said* implies *dead*: for any order of minting, answering, revoking, withdrawing,
//! crashing and restarting, against an authorization server that remembers what is alive.
//!
//! The machines of the core take their steps one by one, in an order that chance chooses,
//! over the store in memory; anything can happen between any two steps.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod flows;
mod world;

use proptest::{collection::vec, prelude::*, test_runner::RngSeed};

use self::world::{Action, World};

/// The same lives in each run; other ones by another number.
const SEED: u64 = 8693;

fn action() -> impl Strategy<Value = Action> {
    let session = 0..2_u8;
    let id = 0..3_u8;
    prop_oneof![
        4 => (session.clone(), id.clone()).prop_map(|(session, id)| Action::Mint { session, id }),
        4 => (session, vec(id, 0..3), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
            |(session, pending, whole, tokens, handles)| Action::Revoke {
                session, pending, whole, tokens, handles,
            }
        ),
        16 => (any::<u8>(), any::<bool>()).prop_map(|(flow, works)| Action::Step { flow, works }),
        4 => any::<bool>().prop_map(|works| Action::Work { works }),
        1 => any::<u8>().prop_map(|flow| Action::Crash { flow }),
        1 => Just(Action::Restart),
        2 => prop_oneof![1..500_u64, 10_000..70_000_u64].prop_map(|millis| Action::Pass { millis }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, rng_seed: RngSeed::Fixed(SEED), ..ProptestConfig::default() })]

    #[test]
    fn what_is_said_to_be_dead_is_dead(actions in vec(action(), 1..80), handles in 0..3_u8) {
        let mut world = World::new(handles);
        for action in actions {
            world.act(&action);
        }
        prop_assert_eq!(world.lies, Vec::<String>::new());
    }

    #[test]
    fn what_was_taken_over_dies_without_another_word(
        actions in vec(action(), 1..80),
        handles in 0..3_u8,
    ) {
        let mut world = World::new(handles);
        for action in &actions {
            if !matches!(action, Action::Restart) {
                world.act(action);
            }
        }
        // Nobody sends anything any more, and the authorization server is well.
        world.settle();
        prop_assert_eq!(world.alive_though_taken_over(), Vec::<String>::new());
    }
}

#[test]
fn the_model_can_catch_a_lie() {
    let mut world = World::new(0);
    world.act(&Action::Mint { session: 0, id: 0 });
    for _ in 0..4 {
        world.act(&Action::Step {
            flow: 0,
            works: true,
        });
    }
    assert_eq!(world.alive(), 1);
    world.check_dead(0, &[0], false, 1_000_000);
    assert_eq!(world.lies.len(), 1);
}
