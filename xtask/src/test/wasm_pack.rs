//! What one gets who builds and tests the crate with wasm-pack, as many would.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::context::Context;
use super::web_tests;
use crate::build::{self, Steps};
use crate::pack::{self, Packed};
use crate::setup::{self, Crate, Engine, Program, Source};
use crate::step::run;
use crate::wasm_bindgen_cli;
use crate::workspace::Workspace;

const PROGRAM: [Program; 1] = [Program {
    variable: "WASM_PACK",
    names: &["wasm-pack", "wasm-pack.exe"],
    source: Source::Crate(Crate {
        name: "wasm-pack",
        version: "0.15.1",
    }),
}];

/// Those of `src/browser`. No filter of test names: wasm-pack hands its arguments to
/// `cargo build`, too, which knows none.
const TESTS: [&str; 2] = ["--test", "web"];

pub(super) struct WasmPack<'a> {
    workspace: &'a Workspace,
    program: PathBuf,
    path: OsString,
}

impl<'a> WasmPack<'a> {
    pub(super) fn find(workspace: &'a Workspace) -> Result<Self> {
        setup::wasm_target(workspace)?;
        let found = setup::find(workspace, &PROGRAM)?;
        // It takes programs of wasm-bindgen in the version of the lock file from
        // here, and would download them otherwise.
        let first = wasm_bindgen_cli::directory(workspace)?;
        let rest = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths(std::iter::once(first).chain(env::split_paths(&rest)))?;
        Ok(Self {
            workspace,
            program: found
                .into_iter()
                .next()
                .context("wasm-pack was not found")?,
            path,
        })
    }

    /// Builds for one of its targets, and makes the package of that.
    pub(super) fn package(&self, target: &str, steps: &Steps) -> Result<Packed> {
        let name = format!("wasm-pack/{target}");
        let directory = self.workspace.target(&name).join("pkg");
        run(
            &format!("wasm-pack build --target {target}"),
            self.command("build")
                .args(["--target", target, "--out-dir"])
                .arg(&directory),
        )?;
        build::finish(self.workspace, steps, &directory)?;
        pack::pack_directory(self.workspace, &directory, &name)
    }

    /// The command that runs some tests of the library in Chromium.
    pub(super) fn tests(&self, context: &Context<'_>) -> Result<Command> {
        let found = context.engine(Engine::Chromium)?;
        let mut tests = self.command("test");
        web_tests::drive(context, found, &mut tests)?;
        tests
            .args(["--headless", "--chrome", "--chromedriver"])
            .arg(found.program("CHROMEDRIVER")?)
            .arg("--")
            .args(TESTS);
        Ok(tests)
    }

    fn command(&self, what: &str) -> Command {
        let mut command = self.workspace.command(&self.program);
        command
            .args([what, "--mode", "no-install"])
            .env("PATH", &self.path);
        command
    }
}
