//! `cargo xtask conformance`: holds a backend, in whatever language, to the endpoint
//! contract. What it takes is what `downscope-conformance` takes; with `--all` it holds
//! everything of this repository to it.

mod all;
mod app;
mod catalogue;
mod findings;
mod next;
pub(crate) mod package;
mod service;
mod subject;

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::step;
use crate::workspace::{Workspace, without_separator};

pub(crate) use all::{packages_shortly, shortly};

pub(crate) const PROGRAM: &str = "downscope-conformance";

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    if let [all, subjects @ ..] = arguments
        && all == "--all"
    {
        return all::run(workspace, subjects);
    }
    let program = build(workspace)?;
    let status = workspace
        .command(program)
        .args(without_separator(arguments))
        .status()
        .with_context(|| format!("could not start {PROGRAM}"))?;
    if !status.success() {
        bail!("{PROGRAM} ended: {status}");
    }
    Ok(())
}

/// Compiles it; the answer is where it is.
fn build(workspace: &Workspace) -> Result<PathBuf> {
    step::run(
        "compile the conformance kit",
        workspace
            .cargo()
            .args(["build", "--quiet", "--package", "downscope-backend"])
            .args(["--features", "conformance", "--bin", PROGRAM]),
    )?;
    Ok(workspace.program(PROGRAM))
}
