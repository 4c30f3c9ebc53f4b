//! Programs that cargo compiles, because no package brings them.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::step::run;
use crate::workspace::Workspace;

/// A crate of the crates registry, with one program of its own name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Crate {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
}

impl Crate {
    /// Where its program lies once it has been compiled.
    pub(super) fn compiled(self, workspace: &Workspace) -> Option<PathBuf> {
        let name = format!("bin/{}{}", self.name, std::env::consts::EXE_SUFFIX);
        Some(self.root(workspace).join(name)).filter(|file| file.is_file())
    }

    /// Compiles it, which takes some minutes, once.
    pub(super) fn compile(self, workspace: &Workspace) -> Result<PathBuf> {
        run(
            &format!("compile {}", self.name),
            workspace
                .cargo()
                .args(["install", self.name, "--version", self.version, "--locked"])
                // They mostly wait for other programs; an optimised build would take
                // twice as long.
                .args(["--debug"])
                .env("CARGO_PROFILE_DEV_DEBUG", "0")
                .arg("--root")
                .arg(self.root(workspace))
                .env("CARGO_TARGET_DIR", workspace.target("tools/build")),
        )?;
        self.compiled(workspace)
            .with_context(|| format!("cargo installed no {}", self.name))
    }

    /// What a person would type.
    pub(super) fn command_line(self) -> String {
        let Self { name, version } = self;
        format!("cargo install {name} --version {version} --locked")
    }

    /// One for each version: what is there is then what is wanted.
    fn root(self, workspace: &Workspace) -> PathBuf {
        workspace.target(&format!("tools/{}-{}", self.name, self.version))
    }
}
