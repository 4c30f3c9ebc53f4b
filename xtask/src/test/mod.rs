//! `cargo xtask test`: every check of the repository, stage by stage. A failed
//! stage does not keep the next from running.

mod beside;
mod chosen;
mod context;
mod docs_rs;
mod examples;
mod node_run;
mod node_tests;
mod priorities;
mod programs;
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
use beside::Beside;
use chosen::Chosen;
use context::Context;
pub(crate) use examples::{RUST as RUST_EXAMPLE_BACKEND, python};
pub(crate) use programs::build as build_programs;
use report::{Outcome, Report};
pub(crate) use stores::{Stores, programs as store_programs};
use tally::Tally;

#[derive(Clone, Copy)]
enum Stage {
    Once(fn(&Context<'_>, &mut Tally) -> Result<()>),
    /// The same, and it waits as much as it computes.
    Waits(fn(&Context<'_>, &mut Tally) -> Result<()>),
    /// The same as `Once`, and with no need for haste: where one runs that waits, it runs
    /// beside that. It takes what was built as it is, and compiles nothing that those use.
    Beside(fn(&Context<'_>, &mut Tally) -> Result<()>),
    /// In each engine. It waits more than it computes.
    PerEngine(fn(&Context<'_>, &Found, &mut Tally) -> Result<()>),
}

/// In the order in which they run: what is quick and often wrong comes first, and what waits
/// comes last, so that everything else can run beside it.
const STAGES: [(&str, Stage); 24] = [
    ("fmt", Stage::Once(stages::fmt)),
    ("lint", Stage::Once(stages::lint)),
    ("doc", Stage::Once(stages::doc)),
    ("purity", Stage::Once(stages::purity)),
    ("unit", Stage::Once(stages::unit)),
    ("simulate", Stage::Once(stages::simulate)),
    ("pack", Stage::Once(stages::pack)),
    ("package", Stage::Beside(stages::package)),
    ("types", Stage::Beside(stages::types)),
    ("docs", Stage::Beside(stages::docs)),
    ("clients", Stage::Beside(stages::clients)),
    ("frameworks", Stage::Beside(stages::frameworks)),
    ("runners", Stage::Beside(stages::runners)),
    ("toolchains", Stage::Beside(stages::toolchains)),
    ("toolchains-large", Stage::Beside(stages::toolchains_large)),
    ("plain", Stage::Beside(stages::plain)),
    ("wasm-pack", Stage::Beside(stages::wasm_pack)),
    ("size", Stage::Once(stages::size)),
    ("ratios", Stage::Once(stages::ratios)),
    ("example", Stage::Once(stages::example)),
    ("backends", Stage::Waits(stages::backends)),
    ("backend-npm", Stage::Waits(stages::backend_npm)),
    ("browser", Stage::PerEngine(stages::browser)),
    ("e2e", Stage::PerEngine(stages::e2e)),
];

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let chosen = Chosen::parse(arguments)?;
    let _lock = (!chosen.is_beside).then(|| lock(workspace)).transpose()?;
    let context = Context::new(workspace, chosen.is_beside);
    let mut report = Report::start();
    let waits = |stage| matches!(stage, Stage::Waits(_) | Stage::PerEngine(_));
    let mut that_wait = STAGES.iter().filter(|(_, stage)| waits(*stage));
    let has_company = that_wait.any(|(name, _)| chosen.has_stage(name));
    let mut beside = None;
    for &(name, stage) in STAGES.iter().filter(|(name, _)| chosen.has_stage(name)) {
        if waits(stage) && beside.is_none() {
            beside = start_beside(&context, &chosen);
        }
        match stage {
            Stage::Beside(_) if has_company => {}
            Stage::Once(work) | Stage::Waits(work) | Stage::Beside(work) => {
                report.stage(name, |tally| {
                    work(&context, tally)?;
                    Ok(Outcome::Ran)
                })
            }
            Stage::PerEngine(work) => per_engine(&context, &chosen, &mut report, name, work),
        }
    }
    if let Some(beside) = beside {
        report.beside(beside.and_then(Beside::finish));
    }
    report.close()
}

/// Starts the stages that run beside those that wait, if there are any. What both look at is
/// made before.
fn start_beside(context: &Context<'_>, chosen: &Chosen) -> Option<Result<Beside>> {
    let stages: Vec<&str> = STAGES
        .iter()
        .filter(|(name, stage)| matches!(stage, Stage::Beside(_)) && chosen.has_stage(name))
        .map(|(name, _)| *name)
        .collect();
    (!stages.is_empty()).then(|| {
        context.app()?;
        context.server()?;
        // Two that install a browser at once would be in each other's way.
        context.engine(Engine::Chromium)?;
        if stages.contains(&"toolchains-large") {
            context.backend_package()?;
        }
        Beside::start(context.workspace, &stages)
    })
}

fn per_engine(
    context: &Context<'_>,
    chosen: &Chosen,
    report: &mut Report,
    name: &str,
    work: fn(&Context<'_>, &Found, &mut Tally) -> Result<()>,
) {
    for engine in chosen.engines() {
        report.stage(&format!("{name} in {engine}"), |tally| {
            let found = match context.engine(engine) {
                Ok(found) => found,
                Err(reason) if chosen.may_lack(engine) => {
                    return Ok(Outcome::Skipped(reason));
                }
                Err(reason) => return Err(reason),
            };
            work(context, found, tally)?;
            Ok(Outcome::Ran)
        });
    }
}
