//! Firefox's driver. Debian has no package of it, the crates registry has the
//! source.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::step::run;
use crate::workspace::Workspace;

const VERSION: &str = "0.37.1";

/// Where it lies once it has been compiled.
pub(super) fn compiled(workspace: &Workspace) -> Option<PathBuf> {
    Some(root(workspace).join(executable())).filter(|file| file.is_file())
}

/// Compiles it, which takes a minute or two, once.
pub(super) fn compile(workspace: &Workspace) -> Result<PathBuf> {
    run(
        "compile geckodriver",
        workspace
            .cargo()
            .args(["install", "geckodriver", "--version", VERSION, "--locked"])
            // It only passes requests on: optimised, it would take twice as long to
            // compile.
            .args(["--debug"])
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .arg("--root")
            .arg(root(workspace))
            .env("CARGO_TARGET_DIR", workspace.target("tools/build")),
    )?;
    compiled(workspace).context("cargo installed no geckodriver")
}

/// What a person would type.
pub(super) fn command_line() -> String {
    format!("cargo install geckodriver --version {VERSION} --locked")
}

/// One for each version: what is there is then what is wanted.
fn root(workspace: &Workspace) -> PathBuf {
    workspace.target(&format!("tools/geckodriver-{VERSION}"))
}

fn executable() -> String {
    format!("bin/geckodriver{}", std::env::consts::EXE_SUFFIX)
}
