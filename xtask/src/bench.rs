//! `cargo xtask bench`: what the package costs beside plain JavaScript and its
//! peers, and what isolation does. Not part of the tests, which hold its ratios to plain
//! JavaScript alone (stage `ratios`): it takes long, and downloads every peer.

use anyhow::{Context as _, Result, bail};

use crate::build::{self, Places, Steps};
use crate::demo;
use crate::lock::lock;
use crate::setup::{self, Engine};
use crate::workspace::{Workspace, without_separator};

/// Those whose figures are told.
const ENGINES: [Engine; 2] = [Engine::Chromium, Engine::Firefox];

/// What is measured.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Subject {
    /// The package, beside its peers.
    Package,
    /// A keeper and media, beside `fetch` by hand.
    Isolation,
}

impl Subject {
    /// What is measured, and what is handed on to what measures it.
    fn parse(arguments: &[String]) -> (Self, &[String]) {
        match arguments {
            [first, rest @ ..] if first == "isolation" => (Self::Isolation, rest),
            all => (Self::Package, all),
        }
    }

    /// What measures; it writes what it found to the directory `DOWNSCOPE_OUT`.
    const fn program(self) -> &'static str {
        match self {
            Self::Package => "benches/main.mjs",
            Self::Isolation => "benches/isolation/main.mjs",
        }
    }
}

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let (subject, rest) = Subject::parse(arguments);
    let program = subject.program();
    let _lock = lock(workspace)?;
    setup::npm(workspace)?;

    let mut node = workspace.node();
    node.arg(program).args(without_separator(rest));
    match subject {
        Subject::Package => setup::npm_in(workspace, "benches")?,
        Subject::Isolation => {
            node.env("DOWNSCOPE_SERVER", demo::build_server(workspace)?);
        }
    }
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
        bail!("{program} ended: {status}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn isolation_is_named_first_and_everything_else_is_handed_on() {
        let arguments = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let named = arguments("isolation -- --quick");
        assert_eq!(
            Subject::parse(&named),
            (Subject::Isolation, named.get(1..).unwrap())
        );
        let other = arguments("-- --quick");
        assert_eq!(Subject::parse(&other), (Subject::Package, other.as_slice()));
    }
}
