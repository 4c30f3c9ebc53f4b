//! `cargo xtask demo`: the proof page, its backend and a file API, on this
//! machine.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::build::{self, Places, Steps};
use crate::dependent;
use crate::lock::lock;
use crate::step;
use crate::workspace::Workspace;

pub(crate) const SERVER: &str = "downscope-server";
pub(crate) const DEFAULT_PORT: u16 = 8788;

/// Those of `examples/` that need nothing but to be served.
const EXAMPLES: [&str; 2] = ["plain", "push"];

/// Runs until it is interrupted.
pub(crate) fn run(workspace: &Workspace, port: u16) -> Result<()> {
    let lock = lock(workspace)?;
    build::build(workspace, &Steps::all(), &Places::published(workspace))?;
    let server = build_server(workspace)?;
    drop(lock);

    // 0 lets the system choose, for both.
    let api_port = if port == 0 { 0 } else { port.wrapping_add(1) };
    eprintln!("   open the address of `app`; Ctrl-C ends the demo");
    let mut command = workspace.command(&server);
    command
        .arg("--until-eof")
        .args(["--port", &port.to_string()])
        .args(["--api-port", &api_port.to_string()])
        .args(["--www", "www", "--pkg", "pkg"])
        .args(["--mount", "/node_modules/=node_modules"]);
    for example in EXAMPLES {
        command.args([
            "--mount",
            &format!("/examples/{example}/=examples/{example}"),
        ]);
    }
    let status = dependent::run(&mut command)?;
    if !status.success() {
        bail!("the server ended: {status}");
    }
    Ok(())
}

/// Compiles the reference backend and gives its executable.
pub(crate) fn build_server(workspace: &Workspace) -> Result<PathBuf> {
    step::run(
        "compile the reference backend",
        workspace
            .cargo()
            .args(["build", "--quiet", "--package", SERVER]),
    )?;
    Ok(workspace.program(SERVER))
}
