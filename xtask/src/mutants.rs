//! `cargo xtask mutants`: changes the core on purpose, one place at a time, and
//! looks for changes that no test sees. Not part of the tests: there are many
//! places, and each is compiled and tested anew.

use anyhow::{Context, Result, bail};

use crate::lock::lock;
use crate::setup::{self, Crate, Program, Source};
use crate::workspace::{Workspace, without_separator};

const PROGRAM: [Program; 1] = [Program {
    variable: "CARGO_MUTANTS",
    names: &["cargo-mutants", "cargo-mutants.exe"],
    source: Source::Crate(Crate {
        name: "cargo-mutants",
        version: "27.1.0",
    }),
}];

/// Pages of the simulation for each change: with much fewer it does not meet every kind
/// of accident as often as its own tests ask for.
const PAGES: &str = "2000";

/// What is changed where nothing is named. Here and not in `.cargo/mutants.toml`:
/// cargo-mutants would add that to the files that are named.
const CORE: [&str; 2] = ["--file", "src/core/**/*.rs"];

/// What is run each time says `.cargo/mutants.toml`.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let _lock = lock(workspace)?;
    let found = setup::find(workspace, &PROGRAM)?;
    let program = found.first().context("cargo-mutants was not found")?;

    let arguments = without_separator(arguments);
    let mut mutants = workspace.command(program);
    if std::env::var_os("DOWNSCOPE_PAGES").is_none() {
        mutants.env("DOWNSCOPE_PAGES", PAGES);
    }
    let status = mutants
        // cargo hands a subcommand its own name first.
        .args(["mutants", "--jobs", "1", "--output"])
        .arg(workspace.target(""))
        .args(if names_files(arguments) {
            &[]
        } else {
            &CORE[..]
        })
        .args(arguments)
        .status()
        .context("could not start cargo-mutants")?;
    if !status.success() {
        bail!("cargo-mutants ended: {status}");
    }
    Ok(())
}

fn names_files(arguments: &[String]) -> bool {
    let mut words = arguments.iter();
    words.any(|word| word == "-f" || word == "--file" || word.starts_with("--file="))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_core_is_changed_unless_a_file_is_named() {
        let names = |line: &str| {
            let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
            names_files(&words)
        };
        assert!(names("-- --file src/core/pace.rs") && names("--file=a.rs -v") && names("-f a.rs"));
        assert!(!names("") && !names("--list"));
    }
}
