//! Any sequence of operations, with any time between them, has the same answers on a store
//! as on the one in memory.

mod script;
mod step;

use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};

use self::{
    script::{Script, arbitrary_script},
    step::Run,
};
use crate::bench::{Bench, Kind, runtime, skipped};

/// The seed of a run that names none: the same cases on every machine.
const SEED: u64 = 8693;

/// How many sequences a run tries that names no number.
const CASES: u32 = 64;

/// Tries it on the same sequences on every machine, unless told another seed or number.
fn answers_as_memory_does(kind: Kind) {
    let told = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let seed = told("DOWNSCOPE_SEED").unwrap_or(SEED);
    let cases = told("PROPTEST_CASES").and_then(|cases| u32::try_from(cases).ok());
    let config = Config {
        cases: cases.unwrap_or(CASES),
        failure_persistence: None,
        max_shrink_iters: 2_000,
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    };
    let runtime = runtime();
    let rule = |script| {
        let differs = runtime.block_on(first_difference(kind, &script));
        differs.map_or(Ok(()), |text| Err(TestCaseError::fail(text)))
    };
    if let Err(error) = TestRunner::new(config).run(&arbitrary_script(), rule) {
        panic!("DOWNSCOPE_SEED={seed}: {error}");
    }
}

async fn first_difference(kind: Kind, script: &Script) -> Option<String> {
    let memory = Bench::open(Kind::Memory, script.is_first).await?;
    let Some(other) = Bench::open(kind, script.is_first).await else {
        skipped(kind);
        return None;
    };
    let mut run = Run::new(&memory, &other);
    for (place, step) in script.steps.iter().enumerate() {
        if let Err(text) = run.step(step).await {
            return Some(format!("step {place}: {text}"));
        }
    }
    None
}

/// The store in memory has its say too: two of them answer alike.
#[test]
fn memory_answers_as_memory_does() {
    answers_as_memory_does(Kind::Memory);
}

#[cfg(feature = "redis")]
#[test]
fn redis_answers_as_memory_does() {
    answers_as_memory_does(Kind::Redis);
}

#[cfg(feature = "postgres")]
#[test]
fn postgres_answers_as_memory_does() {
    answers_as_memory_does(Kind::Postgres);
}
