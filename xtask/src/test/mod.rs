//! `cargo xtask test`: every check of the repository, stage by stage. A failed
//! stage does not keep the next from running.

mod context;
mod node_tests;
mod purity;
mod stages;
mod tally;
mod types;

use std::io::{self, Write};

use anyhow::{Result, bail};

use crate::clock::Stopwatch;
use crate::lock::lock;
use crate::workspace::Workspace;
use context::Context;
use tally::Tally;

type Stage = fn(&Context<'_>, &mut Tally) -> Result<()>;

/// In the order in which they run: what is quick and often wrong comes first.
const STAGES: [(&str, Stage); 13] = [
    ("fmt", stages::fmt),
    ("lint", stages::lint),
    ("doc", stages::doc),
    ("purity", stages::purity),
    ("unit", stages::unit),
    ("browser", stages::browser),
    ("backends", stages::backends),
    ("pack", stages::pack),
    ("types", stages::types),
    ("package", stages::package),
    ("size", stages::size),
    ("example", stages::example),
    ("e2e", stages::e2e),
];

pub(crate) fn run(workspace: &Workspace, names: &[String]) -> Result<()> {
    let chosen = choose(names)?;
    let _lock = lock(workspace)?;
    let context = Context::new(workspace);
    let mut total = Tally::default();
    let mut failed = Vec::new();
    let stopwatch = Stopwatch::start();

    for (name, stage) in chosen {
        eprintln!("{name}");
        let stopwatch = Stopwatch::start();
        let mut tally = Tally::default();
        let result = stage(&context, &mut tally);
        tally.close(&result);
        let seconds = stopwatch.seconds();
        match result {
            Ok(()) => eprintln!("ok {name}, {tally}, {seconds:.1} s\n"),
            Err(error) => {
                eprintln!("{error:#}");
                eprintln!("FAILED {name}, {tally}, {seconds:.1} s\n");
                failed.push(name);
            }
        }
        total += tally;
    }

    eprintln!("{:.0} s in all", stopwatch.seconds());
    writeln!(io::stdout(), "{total}")?;
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

fn choose(names: &[String]) -> Result<Vec<(&'static str, Stage)>> {
    for name in names {
        if !STAGES.iter().any(|(stage, _)| stage == name) {
            let known: Vec<&str> = STAGES.iter().map(|(stage, _)| *stage).collect();
            bail!("no stage is called {name}; there are: {}", known.join(", "));
        }
    }
    let is_chosen = |stage: &str| names.is_empty() || names.iter().any(|name| name == stage);
    Ok(STAGES
        .into_iter()
        .filter(|(stage, _)| is_chosen(stage))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_names_every_stage_is_chosen() -> Result<()> {
        assert_eq!(choose(&[])?.len(), STAGES.len());
        Ok(())
    }

    #[test]
    fn named_stages_run_in_the_usual_order() -> Result<()> {
        let chosen = choose(&["unit".to_owned(), "fmt".to_owned()])?;

        let names: Vec<&str> = chosen.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["fmt", "unit"]);
        Ok(())
    }

    #[test]
    fn an_unknown_stage_is_an_error() {
        assert!(choose(&["untit".to_owned()]).is_err());
    }
}
