//! `cargo xtask build`: the npm package, into `pkg/`.

mod assemble;
pub(crate) mod bindgen;
mod compile;
mod fingerprint;
mod inline;
mod lazy;
mod loader;
mod names;
mod needless;
mod optimize;
mod panics;
mod paths;
mod shrink;
mod snippets;

use std::fs;

use anyhow::Result;

use crate::files::{copy_file, empty_directory};
use crate::setup;
use crate::step::step;
use crate::workspace::Workspace;

/// Where wasm-bindgen's output lies before it is made smaller; its
/// declarations, which are not published, are what the facade is checked
/// against.
pub(crate) const BINDINGS: &str = "downscope-bindings";
/// What is compiled, without the wording of panics.
const SILENT: &str = "downscope-silent.wasm";
/// Where what is generated for the package lies.
pub(crate) const MADE: &str = "downscope-build";

pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    setup::wasm_target(workspace)?;
    setup::npm(workspace)?;

    let compiled = compile::compile(workspace)?;
    let silent = workspace.target(SILENT);
    panics::silence(&compiled, &silent)?;
    let bindings = workspace.target(BINDINGS);
    let generated = step("generate the JavaScript glue (wasm-bindgen)", || {
        let generated = bindgen::bindgen(&silent, &bindings, "glue")?;
        loader::expose(&generated.glue)?;
        needless::drop_from(&generated.glue)?;
        lazy::defer_in(&generated.glue)?;
        anyhow::Ok(generated)
    })?;

    let made = workspace.target(MADE);
    empty_directory(&made)?;
    let glue = made.join("glue.js");
    let wasm = made.join("downscope_bg.wasm");
    let merged = made.join("merged.wasm");
    copy_file(&generated.glue, &glue)?;
    copy_file(&generated.wasm, &merged)?;
    step("put the SDK's own JavaScript behind the glue", || {
        snippets::merge(&bindings, &glue, &merged)
    })?;
    optimize::optimize(workspace, &merged, &wasm)?;
    fs::remove_file(&merged)?;
    shrink::shrink(workspace, &glue, &wasm)?;
    fs::remove_file(made.join("io.js"))?;
    paths::refuse_builder_paths(workspace, &wasm)?;
    step("tell both files that they belong together", || {
        fingerprint::stamp(&glue, &wasm)
    })?;
    names::name(&made.join("names.js"))?;
    step("inline the WebAssembly for the default entry", || {
        inline::inline(&wasm, &made.join("inline.js"))
    })?;

    step("put the package together in pkg/", || {
        assemble::assemble(workspace, &made)
    })?;
    let size = fs::metadata(&wasm)?.len();
    eprintln!("   downscope_bg.wasm is {size} bytes");
    Ok(())
}
