//! Binaryen's optimiser.

use std::path::Path;

use anyhow::Result;

use crate::step::run;
use crate::workspace::Workspace;

pub(super) fn optimize(workspace: &Workspace, from: &Path, to: &Path) -> Result<()> {
    // Not `--traps-never-happen`: it deletes bounds checks. The section that
    // names the target's features stays until nobody has to read it.
    run(
        "optimise (wasm-opt)",
        workspace
            .npm_tool("wasm-opt")
            .args(["-Oz", "--converge", "--strip-debug", "--strip-producers"])
            .arg(from)
            .arg("-o")
            .arg(to),
    )?;
    Ok(())
}
