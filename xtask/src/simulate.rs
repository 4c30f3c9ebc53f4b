//! `cargo xtask simulate`: a million pages against a modelled backend, in virtual time.
//! The tests run a fiftieth of them (stage `simulate`).

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::lock::lock;
use crate::step;
use crate::workspace::{Workspace, without_separator};

/// What simulates; it leaves what it found in the directory `DOWNSCOPE_OUT`.
const PACKAGE: &str = "downscope-simulate";

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let lock = lock(workspace)?;
    let program = build(workspace)?;
    drop(lock);

    let status = workspace
        .command(program)
        .args(without_separator(arguments))
        .env("DOWNSCOPE_OUT", workspace.target(""))
        .status()
        .context("could not start the simulation")?;
    if !status.success() {
        bail!("{PACKAGE} ended: {status}");
    }
    Ok(())
}

/// Compiles it, optimised, and gives its executable.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf> {
    step::run(
        "compile the simulation",
        workspace
            .cargo()
            .args(["build", "--quiet", "--release", "--package", PACKAGE]),
    )?;
    let file = format!("release/{PACKAGE}{}", std::env::consts::EXE_SUFFIX);
    Ok(workspace.target(&file))
}
