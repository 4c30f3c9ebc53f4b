//! `cargo xtask simulate`: a million pages against a modelled backend, in virtual time.
//! Not part of the tests: with all its pages it takes an hour.

use anyhow::{Context as _, Result, bail};

use crate::lock::lock;
use crate::step;
use crate::workspace::{Workspace, without_separator};

/// What simulates; it leaves what it found in the directory `DOWNSCOPE_OUT`.
const PACKAGE: &str = "downscope-simulate";

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let lock = lock(workspace)?;
    step::run(
        "compile the simulation",
        workspace
            .cargo()
            .args(["build", "--quiet", "--release", "--package", PACKAGE]),
    )?;
    drop(lock);

    let file = format!("release/{PACKAGE}{}", std::env::consts::EXE_SUFFIX);
    let status = workspace
        .command(workspace.target(&file))
        .args(without_separator(arguments))
        .env("DOWNSCOPE_OUT", workspace.target(""))
        .status()
        .context("could not start the simulation")?;
    if !status.success() {
        bail!("{PACKAGE} ended: {status}");
    }
    Ok(())
}
