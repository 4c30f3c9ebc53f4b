//! Tests that Node runs, on the installed package and in a real browser.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use super::context::Context;
use crate::files::sorted_entries;
use crate::setup::{self, Engine, Found};
use crate::workspace::Workspace;

/// Where the Rust example is built, below cargo's target directory.
pub(super) const RUST_EXAMPLE: &str = "rust-example";

/// The command that runs all `*.test.mjs` of a directory on the package, in one
/// engine.
pub(super) fn node_tests(context: &Context<'_>, found: &Found, directory: &str) -> Result<Command> {
    setup::npm(context.workspace)?;
    let mut node = plain_node_tests(context, directory)?;
    context.prepare(&mut node, found)?;
    node.env("DOWNSCOPE_ENGINE", found.engine.name())
        .env("DOWNSCOPE_PKG", context.app()?.package())
        .env(
            "DOWNSCOPE_RUST_EXAMPLE",
            context.workspace.target(RUST_EXAMPLE),
        );
    Ok(node)
}

/// The same for a directory that has packages of its own, in Chromium.
pub(super) fn project_tests(context: &Context<'_>, directory: &str) -> Result<Command> {
    setup::npm_in(context.workspace, directory)?;
    node_tests(context, context.engine(Engine::Chromium)?, directory)
}

/// The command that runs those that hold for the package however it was built, in
/// Chromium against the reference backend.
pub(super) fn built_tests(context: &Context<'_>, package: &Path) -> Result<Command> {
    let mut node = plain_node_tests(context, "tests/built")?;
    context.prepare(&mut node, context.engine(Engine::Chromium)?)?;
    node.env("DOWNSCOPE_ENGINE", Engine::Chromium.name())
        .env("DOWNSCOPE_PKG", package)
        .env("DOWNSCOPE_SERVER", context.server()?);
    Ok(node)
}

/// The same, for tests that need neither the package nor a browser.
pub(super) fn plain_node_tests(context: &Context<'_>, directory: &str) -> Result<Command> {
    let files = tests_in(context.workspace, directory)?;
    let mut node = context.workspace.node();
    // One file after the other: each starts a browser. The limit of time, which is that
    // of a file, turns a hang into a failure.
    node.args(["--test", "--test-reporter=spec", "--test-concurrency=1"])
        .arg(format!("--test-timeout={}", patience(context, directory)))
        .args(files);
    if context.is_beside {
        node.env("DOWNSCOPE_PATIENCE", PATIENCE_BESIDE.to_string());
    }
    Ok(node)
}

/// In milliseconds, for whatever a test waits for.
const PATIENCE_BESIDE: u32 = 60_000;

/// In milliseconds. What runs beside other tests has what they leave, and of toolchains a file
/// has twenty builds.
fn patience(context: &Context<'_>, directory: &str) -> u32 {
    if context.is_beside || directory.starts_with("tests/toolchains") {
        900_000
    } else {
        120_000
    }
}

/// All `*.test.mjs` of a directory; there is one at least.
pub(super) fn tests_in(workspace: &Workspace, directory: &str) -> Result<Vec<PathBuf>> {
    let files: Vec<_> = sorted_entries(&workspace.path(directory))?
        .into_iter()
        .filter(|file| is_test(file))
        .collect();
    if files.is_empty() {
        bail!("there is no test in {directory}");
    }
    Ok(files)
}

fn is_test(file: &Path) -> bool {
    file.file_name()
        .is_some_and(|name| name.to_string_lossy().ends_with(".test.mjs"))
}
