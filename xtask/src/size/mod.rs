//! `cargo xtask size`: what a page downloads, from the packed tarball as
//! bundlers put it into an app.

mod crates;
mod gate;
mod measure;
mod released;
mod sections;
mod table;

use std::io::{self, Write};
use std::path::Path;

use anyhow::Result;

use crate::build::Steps;
use crate::lock::lock;
use crate::pack;
use crate::workspace::Workspace;
use measure::Sizes;

pub(crate) enum Format {
    Table,
    Json,
}

/// Holds it to the limits, unless something that makes it smaller was left out.
pub(crate) fn run(workspace: &Workspace, format: Format, steps: &Steps) -> Result<()> {
    let _lock = lock(workspace)?;
    let packed = pack::pack_with(workspace, steps)?;
    let package = packed.install(workspace)?.package();
    let sizes = measure::measure(workspace, &package)?;
    match format {
        Format::Table => table::print(workspace, &package, &sizes)?,
        Format::Json => writeln!(io::stdout(), "{}", sizes.to_json()?)?,
    }
    if steps.are_all() {
        gate::check(&sizes)?;
    }
    Ok(())
}

/// Measures an installed package and holds it to the limits.
pub(crate) fn check(workspace: &Workspace, package: &Path) -> Result<()> {
    let sizes: Sizes = measure::measure(workspace, package)?;
    eprint!("{sizes}");
    gate::check(&sizes)
}
