//! The standard library for `wasm32-unknown-unknown`.

use std::path::Path;

use anyhow::{Context, Result};

use crate::step::{ask, run};
use crate::workspace::Workspace;

pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

pub(crate) fn wasm_target(workspace: &Workspace) -> Result<()> {
    let arguments = ["--print", "target-libdir", "--target", WASM_TARGET];
    let libraries = ask(workspace.command("rustc").args(arguments))?;
    if Path::new(&libraries).is_dir() {
        return Ok(());
    }
    run(
        "install the Rust target wasm32-unknown-unknown",
        workspace
            .command("rustup")
            .args(["target", "add", WASM_TARGET]),
    )
    .context("install the standard library of wasm32-unknown-unknown for this Rust")?;
    Ok(())
}
