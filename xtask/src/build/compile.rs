//! Rust to WebAssembly, the same bytes on every machine.

use std::path::PathBuf;

use anyhow::Result;

use super::paths;
use super::steps::{Smaller, Steps};
use crate::setup::WASM_TARGET;
use crate::step::run;
use crate::workspace::Workspace;

/// Options of LLVM that measurement found to leave the fewest bytes after
/// compression; see docs/decisions.md.
const FEWEST_BYTES: [&str; 5] = [
    "-inline-threshold=25",
    // Copies by one instruction instead of loads and stores.
    "-max-store-memcpy=1",
    "-enable-pre=0",
    "-sink-common-insts",
    "-tail-merge-size=1",
];

pub(super) fn compile(workspace: &Workspace, steps: &Steps) -> Result<PathBuf> {
    compile_crate(workspace, steps, "downscope", "compile to WebAssembly")
}

/// A library of the workspace. All are compiled with the same flags, so that they share what
/// they depend on.
pub(super) fn compile_crate(
    workspace: &Workspace,
    steps: &Steps,
    name: &str,
    what: &str,
) -> Result<PathBuf> {
    let arguments = ["build", "--quiet", "--release", "--lib"];
    let mut flags = paths::remap_flags(workspace)?;
    if steps.has(Smaller::Compiler) {
        flags.extend(FEWEST_BYTES.map(|option| format!("-Cllvm-args={option}")));
    }
    if steps.has(Smaller::Panics) {
        // The step reads the relocations, and drops them afterwards.
        flags.push("-Clink-arg=--emit-relocs".into());
    }
    run(
        what,
        workspace
            .cargo()
            .args(arguments)
            .args(["--package", name, "--target", WASM_TARGET])
            // Encoded, because paths may have spaces. It comes before every
            // other source of flags, so that nobody's settings get in.
            .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f")),
    )?;
    let file = name.replace('-', "_");
    Ok(workspace.target(&format!("{WASM_TARGET}/release/{file}.wasm")))
}
