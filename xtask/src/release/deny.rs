//! `cargo deny`: licences, where crates come from, and what must not be among them;
//! `deny.toml` says what is allowed.
//!
//! It is not compiled here, which takes many minutes: where it is not installed, it is missing.
//! Advisories are left out: they are fetched from a repository of their own, and what they say
//! changes from day to day; `cargo deny check advisories` asks for them.

use anyhow::Result;

use crate::setup::{self, Crate, Program, Source};
use crate::step::run;
use crate::workspace::Workspace;

const PROGRAM: Program = Program {
    variable: "CARGO_DENY",
    names: &["cargo-deny", "cargo-deny.exe"],
    source: Source::Crate(Crate {
        name: "cargo-deny",
        version: "0.20.2",
    }),
};

const CHECKS: [&str; 3] = ["bans", "licenses", "sources"];

/// Fails where something is not allowed; where nobody can look, the answer says so.
pub(super) fn check(workspace: &Workspace) -> Result<Option<String>> {
    let Some(program) = setup::installed(workspace, &PROGRAM)? else {
        return Ok(Some(format!(
            "licences and sources were not looked at: {}",
            PROGRAM.way()
        )));
    };
    let mut deny = workspace.command(program);
    // cargo hands a subcommand its own name first.
    deny.args(["deny", "--workspace", "--all-features", "--locked", "check"]);
    run(
        "licences and sources of the crates (cargo deny)",
        deny.args(CHECKS),
    )?;
    Ok(None)
}
