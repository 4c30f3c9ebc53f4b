//! `cargo xtask exits`: what is revoked however a page ends, measured in every
//! engine. Not part of the tests: it takes long, and much of it is for the
//! engines to decide.

use anyhow::{Context as _, Result, bail};

use crate::demo;
use crate::lock::lock;
use crate::pack;
use crate::setup::{self, Engine, Program, Source};
use crate::workspace::{Workspace, without_separator};

/// What measures; it writes what it found to the directory `DOWNSCOPE_OUT`.
const PROGRAM: &str = "benches/exits/main.mjs";

/// A window is closed as users do it: by asking the window manager.
const WINDOW_PROGRAMS: [Program; 2] = [
    Program {
        variable: "OPENBOX",
        names: &["openbox"],
        source: Source::Debian("openbox"),
    },
    Program {
        variable: "WMCTRL",
        names: &["wmctrl"],
        source: Source::Debian("wmctrl"),
    },
];

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let _lock = lock(workspace)?;
    setup::npm(workspace)?;
    setup::find(workspace, &WINDOW_PROGRAMS)?;

    let mut node = workspace.node();
    node.arg(PROGRAM).args(without_separator(arguments));
    for engine in Engine::ALL {
        let found = setup::engine(workspace, engine)?;
        node.envs(found.programs())
            .envs(found.settings().iter().copied());
    }
    let app = pack::pack(workspace)?.install(workspace)?;
    let server = demo::build_server(workspace)?;
    let status = node
        .env("DOWNSCOPE_PKG", app.package())
        .env("DOWNSCOPE_SERVER", server)
        .env("DOWNSCOPE_OUT", workspace.target(""))
        .status()
        .context("could not start node")?;
    if !status.success() {
        bail!("{PROGRAM} ended: {status}");
    }
    Ok(())
}
