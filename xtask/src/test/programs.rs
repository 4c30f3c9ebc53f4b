//! Programs of the workspace, as the tests of the workspace have compiled them.

use anyhow::Result;

use crate::step;
use crate::workspace::Workspace;

/// What cargo is told so that all tests, and the programs beside them, share what they
/// depend on. xtask apart: with it, that would be built with other features than this very
/// program was.
pub(crate) const TOGETHER: [&str; 4] = ["--workspace", "--exclude", "xtask", "--all-features"];

/// Compiles programs for tests; [`Workspace::program`] says where they are.
pub(crate) fn build(workspace: &Workspace, step: &str, programs: &[&str]) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--quiet"]).args(TOGETHER);
    for program in programs {
        cargo.args(["--bin", program]);
    }
    // Any test: without one, cargo leaves out what only tests need, and half of the
    // dependencies would be compiled once more without it.
    step::run(step, cargo.args(["--test", "conformance"]))?;
    Ok(())
}
