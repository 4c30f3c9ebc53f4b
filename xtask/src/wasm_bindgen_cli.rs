//! The programs of wasm-bindgen, in the version that the library is built with.
//! This program is both of them: `cargo xtask wasm-test-runner` is what cargo runs
//! WebAssembly tests with, and wasm-pack looks for both by their names.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::workspace::Workspace;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Called {
    Bindgen,
    TestRunner,
}

/// A directory that has both under their names: to be the first on a `PATH`.
pub(crate) fn directory(workspace: &Workspace) -> Result<PathBuf> {
    let directory = workspace.target("tools/wasm-bindgen");
    fs::create_dir_all(&directory)?;
    let this = std::env::current_exe()?;
    for called in [Called::Bindgen, Called::TestRunner] {
        let file = directory.join(format!("{}{}", called.name(), std::env::consts::EXE_SUFFIX));
        // One of another build, perhaps.
        if file.exists() {
            fs::remove_file(&file)?;
        }
        fs::hard_link(&this, &file)
            .or_else(|_| fs::copy(&this, &file).map(|_| ()))
            .with_context(|| format!("cannot make {}", file.display()))?;
    }
    Ok(directory)
}

impl Called {
    /// Which of them a program is that was started as this.
    pub(crate) fn by(program: &str) -> Option<Self> {
        let name = Path::new(program).file_stem()?.to_string_lossy();
        [Self::Bindgen, Self::TestRunner]
            .into_iter()
            .find(|called| called.name() == name)
    }

    pub(crate) fn run(self, arguments: impl Iterator<Item = String>) -> Result<()> {
        // `cargo test --quiet` hands its flag on, which the runner does not know.
        let arguments = arguments.filter(|argument| argument != "--quiet");
        let arguments = std::iter::once(self.name().to_owned()).chain(arguments);
        match self {
            Self::Bindgen => wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(arguments),
            Self::TestRunner => {
                wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(arguments)
            }
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Bindgen => "wasm-bindgen",
            Self::TestRunner => "wasm-bindgen-test-runner",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_by_which_it_is_started_tells_what_it_is() {
        assert_eq!(Called::by("/a/wasm-bindgen"), Some(Called::Bindgen));
        let runner = Called::by("wasm-bindgen-test-runner.exe");
        assert_eq!(runner, Some(Called::TestRunner));
        assert_eq!(Called::by("target/debug/xtask"), None);
    }
}
