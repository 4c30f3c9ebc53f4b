//! `cargo xtask test`: every check of the repository, stage by stage. A failed
//! stage does not keep the next from running.

mod chosen;
mod context;
mod docs_rs;
mod examples;
mod node_tests;
mod purity;
mod report;
mod skips;
mod stages;
mod stores;
mod tally;
mod types;
mod wasm_pack;
mod web_tests;

use anyhow::Result;

use crate::lock::lock;
use crate::setup::{Engine, Found};
use crate::workspace::Workspace;
use chosen::Chosen;
use context::Context;
use report::{Outcome, Report};
pub(crate) use stores::programs as store_programs;
use tally::Tally;

#[derive(Clone, Copy)]
enum Stage {
    Once(fn(&Context<'_>, &mut Tally) -> Result<()>),
    PerEngine(fn(&Context<'_>, &Found, &mut Tally) -> Result<()>),
}

/// In the order in which they run: what is quick and often wrong comes first.
const STAGES: [(&str, Stage); 16] = [
    ("fmt", Stage::Once(stages::fmt)),
    ("lint", Stage::Once(stages::lint)),
    ("doc", Stage::Once(stages::doc)),
    ("purity", Stage::Once(stages::purity)),
    ("unit", Stage::Once(stages::unit)),
    ("browser", Stage::PerEngine(stages::browser)),
    ("backends", Stage::Once(stages::backends)),
    ("pack", Stage::Once(stages::pack)),
    ("types", Stage::Once(stages::types)),
    ("package", Stage::Once(stages::package)),
    ("plain", Stage::Once(stages::plain)),
    ("wasm-pack", Stage::Once(stages::wasm_pack)),
    ("size", Stage::Once(stages::size)),
    ("ratios", Stage::Once(stages::ratios)),
    ("example", Stage::Once(stages::example)),
    ("e2e", Stage::PerEngine(stages::e2e)),
];

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let chosen = Chosen::parse(arguments)?;
    let _lock = lock(workspace)?;
    let context = Context::new(workspace);
    let mut report = Report::start();
    for &(name, stage) in STAGES.iter().filter(|(name, _)| chosen.has_stage(name)) {
        match stage {
            Stage::Once(work) => report.stage(name, |tally| {
                work(&context, tally)?;
                Ok(Outcome::Ran)
            }),
            Stage::PerEngine(work) => {
                for engine in chosen.engines() {
                    report.stage(&format!("{name} in {engine}"), |tally| {
                        let found = match context.engine(engine) {
                            Ok(found) => found,
                            Err(reason) if chosen.may_lack(engine) => {
                                return Ok(Outcome::Skipped(reason));
                            }
                            Err(reason) => return Err(reason),
                        };
                        work(&context, found, tally)?;
                        Ok(Outcome::Ran)
                    });
                }
            }
        }
    }
    report.close()
}
