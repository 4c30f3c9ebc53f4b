//! Node, and the tools of the root `package.json`.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::step::{ask, run};
use crate::workspace::Workspace;

/// The first Node that can `require()` an ES module; as in `engines`.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// Makes `node_modules` what `package-lock.json` says.
pub(crate) fn npm(workspace: &Workspace) -> Result<()> {
    npm_in(workspace, "")
}

/// The same for a project of its own, in a directory of the checkout.
pub(crate) fn npm_in(workspace: &Workspace, directory: &str) -> Result<()> {
    check_node(workspace)?;
    let project = workspace.path(directory);

    // A copy of the lock file that was installed from: time stamps say little
    // after a checkout.
    let installed = project.join("node_modules/.installed-lock.json");
    let lock = fs::read(project.join("package-lock.json"))?;
    if fs::read(&installed).is_ok_and(|from| from == lock) {
        return Ok(());
    }
    run(
        "install the npm tools (npm ci)",
        workspace.npm().current_dir(&project).args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
        ]),
    )?;
    fs::write(installed, lock)?;
    Ok(())
}

fn check_node(workspace: &Workspace) -> Result<()> {
    let (major, minor) = OLDEST_NODE;
    let way = || format!("Node {major}.{minor} or newer, with npm, is needed: https://nodejs.org");

    let version = ask(workspace.node().arg("--version")).with_context(way)?;
    if parse_version(&version).is_none_or(|found| found < OLDEST_NODE) {
        bail!("this is Node {version}. {}", way());
    }
    Ok(())
}

fn parse_version(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_of_node_is_read_and_compared() {
        assert_eq!(parse_version("v20.19.4"), Some((20, 19)));
        assert!(parse_version("v20.9.0") < Some(OLDEST_NODE));
        assert!(parse_version("v24.0.0") > Some(OLDEST_NODE));
        assert_eq!(parse_version("20"), None);
    }
}
