//! Sees that the two files fit: an engine refuses a module that its glue lacks an
//! import for.

use std::path::Path;

use anyhow::Result;

use crate::step::run;
use crate::workspace::Workspace;

pub(crate) fn start(workspace: &Workspace, glue: &Path, wasm: &Path) -> Result<()> {
    run(
        "start the WebAssembly with its glue",
        workspace
            .node()
            .arg(workspace.path("xtask/js/start.mjs"))
            .args([glue, wasm]),
    )?;
    Ok(())
}
