//! `cargo xtask build-backend`: the npm package `downscope-backend`, of `backend/npm` and the
//! crate `downscope-backend` as WebAssembly.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::assemble::{Origin, complete};
use super::{bindgen, paths};
use crate::files::{copy_directory, copy_file, empty_directory, read, write};
use crate::setup::{self, WASM_TARGET};
use crate::step::{run, step};
use crate::workspace::Workspace;

/// What its WebAssembly is.
pub(crate) const CRATE: &str = "downscope-backend-wasm";
const SOURCE: &str = "backend/npm";

/// Where it is made, below cargo's target directory.
pub(crate) const NAME: &str = "downscope-backend";

/// Its directory.
pub(crate) fn package(workspace: &Workspace) -> PathBuf {
    workspace.target(NAME).join("pkg")
}

/// Builds it; the answer is its directory. A server downloads nothing: it is made fast, and
/// small only as far as that costs no speed.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf> {
    setup::wasm_target(workspace)?;
    setup::npm(workspace)?;
    run(
        "compile the backend to WebAssembly",
        workspace
            .cargo()
            .args(["build", "--quiet", "--release", "--lib"])
            .args(["--package", CRATE, "--target", WASM_TARGET])
            .env(
                "CARGO_ENCODED_RUSTFLAGS",
                paths::remap_flags(workspace)?.join("\x1f"),
            ),
    )?;
    let compiled = format!("{WASM_TARGET}/release/{}.wasm", CRATE.replace('-', "_"));
    let directory = workspace.target(NAME);
    let bindings = step("generate its JavaScript glue (wasm-bindgen)", || {
        let directory = directory.join("bindings");
        bindgen::bindgen(&workspace.target(&compiled), &directory, "glue")
    })?;
    let wasm = bindings.wasm();
    run(
        "optimise (wasm-opt)",
        workspace
            .npm_tool("wasm-opt")
            .args(["-O2", "--strip-debug", "--strip-producers"])
            .arg(&wasm)
            .arg("-o")
            .arg(&wasm),
    )?;
    paths::refuse_builder_paths(workspace, &wasm)?;

    let package = package(workspace);
    empty_directory(&package)?;
    copy_directory(&workspace.path(SOURCE), &package)?;
    copy_file(&bindings.entry(), &package.join("glue.js"))?;
    // Where nothing may be compiled at run time, tools for workers take the file.
    copy_file(&wasm, &package.join("core.wasm"))?;
    let text = STANDARD.encode(read(&wasm)?);
    write(
        &package.join("inline.js"),
        format!("export default \"{text}\";\n"),
    )?;
    for document in ["backend/CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"] {
        let from = workspace.path(document);
        let name = from.file_name().unwrap_or_default();
        copy_file(&from, &package.join(name))?;
    }
    let of = Origin {
        name: "downscope-backend",
        compiled: CRATE,
        directory: SOURCE,
    };
    complete(workspace, &package, &of)?;
    let size = fs::metadata(&wasm)?.len();
    eprintln!("   its WebAssembly is {size} bytes");
    Ok(package)
}
