//! `cargo xtask demo`: the proof page, its backend and a file API, on this
//! machine.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::build::{self, Places, Steps};
use crate::dependent;
use crate::lock::lock;
use crate::step;
use crate::workspace::Workspace;

pub(crate) const SERVER: &str = "downscope-server";
const DEFAULT_PORT: u16 = 8788;

/// Those of `examples/` that need nothing but to be served.
const EXAMPLES: [&str; 2] = ["plain", "push"];

/// Runs until it is interrupted.
/// What is said behind `demo`.
pub(crate) struct Options {
    port: u16,
    /// A keeper alone gets tokens, on an origin of its own.
    vault: bool,
}

impl Options {
    pub(crate) fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self {
            port: DEFAULT_PORT,
            vault: false,
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--vault" => options.vault = true,
                "--port" => {
                    let port = rest.next().context("--port is followed by a number")?;
                    options.port = port.parse()?;
                }
                other => bail!("neither --port N nor --vault: {other}"),
            }
        }
        Ok(options)
    }
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let Options { port, vault } = *options;
    let lock = lock(workspace)?;
    build::build_if_changed(workspace, &Steps::all(), &Places::published(workspace))?;
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
    if vault {
        let vault_port = if port == 0 { 0 } else { port.wrapping_add(2) };
        command
            .args(["--vault", "www/vault"])
            .args(["--vault-port", &vault_port.to_string()]);
    }
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
