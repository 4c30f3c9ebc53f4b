//! Binaryen's optimiser.

use std::path::Path;

use anyhow::Result;

use crate::step::run;
use crate::workspace::Workspace;

/// Changes the WebAssembly in place.
pub(super) fn optimize(workspace: &Workspace, wasm: &Path) -> Result<()> {
    // Not `--traps-never-happen`: it deletes bounds checks. The section that
    // names the target's features stays until nobody has to read it.
    run(
        "optimise (wasm-opt)",
        workspace
            .npm_tool("wasm-opt")
            .args(["--flatten", "--rereloop", "-Oz", "-Oz", "--converge"])
            // The stack lies lowest, and 1 MiB long: what would get to the first
            // kilobyte has long overflowed.
            .arg("--low-memory-unused")
            .arg("--always-inline-max-function-size=6")
            .args(["--strip-debug", "--strip-producers"])
            .arg(wasm)
            .arg("-o")
            .arg(wasm),
    )?;
    Ok(())
}
