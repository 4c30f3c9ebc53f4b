//! The example backends, on the conformance kit and on tests of their own.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{node_tests, programs};
use crate::conformance;
use crate::setup;
use crate::step::{self, ask};
use crate::workspace::Workspace;

const EXAMPLES: &str = "examples/backends";
/// The one in Rust.
pub(crate) const RUST: &str = "downscope-rust-backend";
/// What the example in Python is written in.
const OLDEST_PYTHON: (u32, u32) = (3, 11);

/// The command that runs the tests, all at once: most of its time each of them waits.
pub(super) fn tests(workspace: &Workspace) -> Result<Command> {
    setup::npm(workspace)?;
    let step = "compile the conformance kit and the example in Rust";
    programs::build(workspace, step, &[conformance::PROGRAM, RUST])?;
    let mut node = workspace.node();
    node.args(["--test", "--test-reporter=spec"])
        .args(["--test-concurrency=8", "--test-timeout=600000"])
        .args(node_tests::tests_in(workspace, EXAMPLES)?)
        .env(
            "DOWNSCOPE_CONFORMANCE",
            workspace.program(conformance::PROGRAM),
        )
        .env("DOWNSCOPE_RUST_BACKEND", workspace.program(RUST));
    if let Some(python) = python(workspace)? {
        node.env("DOWNSCOPE_PYTHON", python);
    }
    Ok(node)
}

/// A Python that has what the example needs, in an environment of its own; none where this
/// machine has no such Python.
pub(crate) fn python(workspace: &Workspace) -> Result<Option<PathBuf>> {
    let directory = workspace.target("python");
    let python = directory.join("bin/python");
    let requirements = workspace.path(&format!("{EXAMPLES}/python/requirements.txt"));
    // As for npm: a copy of what was installed from.
    let installed = directory.join(".installed-requirements.txt");
    let wanted = fs::read(&requirements)?;
    if fs::read(&installed).is_ok_and(|from| from == wanted) {
        return Ok(Some(python));
    }
    let version = ask(workspace.command("python3").arg("--version"));
    if !version.is_ok_and(|version| parse_version(&version) >= Some(OLDEST_PYTHON)) {
        return Ok(None);
    }
    let mut venv = workspace.command("python3");
    if ask(venv.args(["-m", "venv"]).arg(&directory)).is_err() {
        return Ok(None);
    }
    let mut pip = workspace.command(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--requirement"])
        .arg(&requirements);
    step::run("install what the example in Python needs (pip)", &mut pip)?;
    fs::write(&installed, wanted).context("the environment of Python cannot be written")?;
    Ok(Some(python))
}

fn parse_version(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.strip_prefix("Python ")?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_of_python_is_read_and_compared() {
        assert_eq!(parse_version("Python 3.11.7"), Some(OLDEST_PYTHON));
        assert!(parse_version("Python 3.9.2") < Some(OLDEST_PYTHON));
        assert!(parse_version("Python 3.14.0rc1") > Some(OLDEST_PYTHON));
        assert_eq!(parse_version("3.11.7"), None);
    }
}
