//! `cargo xtask bench`: what the package costs beside plain JavaScript and its
//! peers. Not part of the tests, which hold its ratios to plain JavaScript alone
//! (stage `ratios`): it takes long, and downloads every peer.

use anyhow::{Context as _, Result, bail};

use crate::build::{self, Places, Steps};
use crate::lock::lock;
use crate::setup::{self, Engine};
use crate::workspace::{Workspace, without_separator};

/// What measures; it writes what it found to the directory `DOWNSCOPE_OUT`.
const PROGRAM: &str = "benches/main.mjs";

/// Those whose figures are told.
const ENGINES: [Engine; 2] = [Engine::Chromium, Engine::Firefox];

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let _lock = lock(workspace)?;
    setup::npm(workspace)?;
    setup::npm_in(workspace, "benches")?;

    let mut node = workspace.node();
    node.arg(PROGRAM).args(without_separator(arguments));
    for engine in ENGINES {
        let found = setup::engine(workspace, engine)?;
        node.envs(found.programs())
            .envs(found.settings().iter().copied());
    }
    let places = Places::published(workspace);
    build::build(workspace, &Steps::all(), &places)?;
    let status = node
        .env("DOWNSCOPE_PKG", &places.package)
        .env("DOWNSCOPE_OUT", workspace.target(""))
        .status()
        .context("could not start node")?;
    if !status.success() {
        bail!("{PROGRAM} ended: {status}");
    }
    Ok(())
}
