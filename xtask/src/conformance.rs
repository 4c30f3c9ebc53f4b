//! `cargo xtask conformance`: holds a backend, in whatever language, to the endpoint
//! contract. What it takes is what `downscope-conformance` takes.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::step;
use crate::workspace::{Workspace, without_separator};

const PROGRAM: &str = "downscope-conformance";

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
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
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf> {
    step::run(
        "compile the conformance kit",
        workspace
            .cargo()
            .args(["build", "--quiet", "--package", "downscope-backend"])
            .args(["--features", "conformance", "--bin", PROGRAM]),
    )?;
    let file = format!("debug/{PROGRAM}{}", std::env::consts::EXE_SUFFIX);
    Ok(workspace.target(&file))
}
