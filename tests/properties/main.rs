//! Whatever happens, in whatever order: the shell's rules hold (see
//! `tests/support/shell.rs`), and everything comes to an end.

#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::panic, reason = "a test fails by panicking")]

mod life;
mod step;
#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test file uses its own part")]
mod support;
mod world;

use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};

use life::{Life, arbitrary_life};
use support::Kept;
use world::World;

/// The seed of a run that names none: the same cases on every machine.
const SEED: u64 = 8693;

const CASES: u32 = 2_000;

/// Tries a rule on the same lives on every machine, unless told another seed.
fn for_any_life(cases: u32, rule: impl Fn(Life) -> Kept) {
    let seed = match std::env::var("DOWNSCOPE_SEED") {
        Ok(text) => text.parse().unwrap_or(SEED),
        Err(_) => SEED,
    };
    let config = Config {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    };
    let rule = |life| rule(life).map_err(TestCaseError::fail);
    if let Err(error) = TestRunner::new(config).run(&arbitrary_life(), rule) {
        panic!("DOWNSCOPE_SEED={seed}: {error}");
    }
}

#[test]
fn the_rules_hold_for_any_sequence_of_inputs_and_everything_ends() {
    for_any_life(CASES, |life| {
        let mut world = World::new(&life)?;
        for step in &life.steps {
            world.step(step)?;
        }
        world.finish()
    });
}

#[test]
fn a_timer_that_fires_before_its_time_changes_nothing() {
    for_any_life(CASES / 10, |life| {
        let mut world = World::new(&life)?;
        for step in &life.steps {
            world.step(step)?;
            world.tick_early()?;
        }
        Ok(())
    });
}
