//! All figures, for somebody who wants to know where the bytes are.

use std::io::{self, Write};
use std::path::Path;

use anyhow::Result;

use super::measure::Sizes;
use super::{crates, gate, released, sections};
use crate::files::read;
use crate::workspace::Workspace;

pub(super) fn print(workspace: &Workspace, package: &Path, sizes: &Sizes) -> Result<()> {
    let sections = sections::sections(&read(&package.join("downscope_bg.wasm"))?)?;
    let crates = crates::crates(workspace)?;

    let mut out = io::stdout();
    writeln!(out, "{sizes}")?;
    print_released(&mut out, sizes)?;
    for bound in gate::bounds(sizes) {
        writeln!(out, "{bound}")?;
    }
    print_parts(&mut out, "section of downscope_bg.wasm", &sections)?;
    print_parts(&mut out, "code by crate, not optimised", &crates)
}

/// The last release's figures, and how much more it is now.
fn print_released(out: &mut impl Write, sizes: &Sizes) -> Result<()> {
    let Some(last) = released::last()? else {
        return Ok(writeln!(out, "no release yet\n")?);
    };
    writeln!(
        out,
        "release {:<11}   raw    gzip  brotli     now",
        last.version
    )?;
    for (entry, then, now) in [
        ("slim", last.slim, sizes.slim()),
        ("default", last.default, sizes.default()),
    ] {
        let more = now.brotli.cast_signed() - then.brotli.cast_signed();
        writeln!(out, "{entry:<19} {then} {more:>+7}")?;
    }
    let more = sizes.wasm_raw().cast_signed() - last.wasm_raw.cast_signed();
    writeln!(
        out,
        "downscope_bg.wasm   {:>7} {more:>+23}\n",
        last.wasm_raw
    )?;
    Ok(())
}

fn print_parts(out: &mut impl Write, what: &str, parts: &[(String, u64)]) -> Result<()> {
    let all: u64 = parts.iter().map(|(_, bytes)| bytes).sum();
    writeln!(out, "\n{what:<30} bytes")?;
    for (name, bytes) in parts {
        let share = 100.0 * *bytes as f64 / all.max(1) as f64;
        writeln!(out, "{name:<28} {bytes:>7} {share:>5.1} %")?;
    }
    writeln!(out, "{:<28} {all:>7}", "all")?;
    Ok(())
}
