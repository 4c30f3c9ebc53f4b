//! `cargo xtask release --dry-run [--twice]`: what a release consists of, put together and
//! looked at. It publishes nothing.

mod deny;
mod missing;
mod put_together;
mod sums;
mod twice;

use std::fs;

use anyhow::{Context, Result, bail};

use crate::files::{empty_directory, read_text};
use crate::step::{ask, step};
use crate::workspace::Workspace;
use put_together::put_together;

/// Below cargo's target directory; its `release` is what cargo itself compiles to.
const DIRECTORY: &str = "published";

/// What is published, as a crate and as an npm package by the same name, and its changelog.
const PUBLISHED: [(&str, &str); 2] = [
    ("downscope", "CHANGELOG.md"),
    ("downscope-backend", "backend/CHANGELOG.md"),
];

/// Everything is put together first: whoever lacks one thing sees what else is missing.
pub(crate) fn dry_run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let is_twice = match arguments {
        [] => false,
        [flag] if flag == "--twice" => true,
        other => bail!("neither nothing nor --twice: {}", other.join(" ")),
    };
    let mut missing = step("what has to be settled before", || settled(workspace))?;
    missing.extend(deny::check(workspace)?);

    let directory = workspace.target(DIRECTORY);
    empty_directory(&directory)?;
    put_together(workspace, &directory)?;
    eprint!("{}", read_text(&directory.join(sums::FILE))?);
    eprintln!("   {}", fs::canonicalize(&directory)?.display());
    if is_twice {
        twice::compare(workspace)?;
    }

    if missing.is_empty() {
        return Ok(());
    }
    bail!("this is no release yet:\n  - {}", missing.join("\n  - "))
}

/// What is still missing of it, in words.
fn settled(workspace: &Workspace) -> Result<Vec<String>> {
    let mut missing = Vec::new();
    if workspace.repository()?.is_none() {
        missing.push(
            "the repository's address is not known: set `repository` in Cargo.toml, below \
             [workspace.package]"
                .to_owned(),
        );
    }
    for (name, changelog) in PUBLISHED {
        let version = workspace.version_of(name)?;
        let text = read_text(&workspace.path(changelog))?;
        missing.extend(missing::in_changelog(&text, changelog, &version));
    }
    let mut git = workspace.command("git");
    let changed = ask(git.args(["status", "--porcelain"])).context("this is no git checkout")?;
    if !changed.is_empty() {
        let count = changed.lines().count();
        missing.push(format!(
            "what is released is a commit: {count} files are not as committed"
        ));
    }
    Ok(missing)
}
