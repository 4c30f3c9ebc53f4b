//! The policy of a keeper, as a module beside that of the client.
//!
//! By itself: pages that hold their tokens have no byte of it, and a keeper's client is the one
//! that every page has, already built and tested.

use anyhow::Result;

use super::rewrite::{self, Look};
use super::steps::{Smaller, Steps};
use super::{Places, bindgen, compile, inline, names, paths};
use crate::step::{run, step};
use crate::workspace::Workspace;

const CRATE: &str = "downscope-keeper";

/// Adds to what is generated for the package.
pub(super) fn keeper(workspace: &Workspace, steps: &Steps, places: &Places) -> Result<()> {
    let what = "compile the keeper's policy to WebAssembly";
    let compiled = compile::compile_crate(workspace, steps, CRATE, what)?;
    let bindings = step("generate its JavaScript glue (wasm-bindgen)", || {
        rewrite::drop_links(&compiled)?;
        let bindings = bindgen::bindgen(&compiled, &places.policy, "policy")?;
        rewrite::repair_plain(&bindings)?;
        Ok(bindings)
    })?;
    let wasm = bindings.wasm();
    if steps.has(Smaller::Optimise) {
        run(
            "optimise it (wasm-opt)",
            workspace
                .npm_tool("wasm-opt")
                .args(["-Oz", "--strip-debug", "--strip-producers"])
                .arg(&wasm)
                .arg("-o")
                .arg(&wasm),
        )?;
    }
    let look = if steps.has(Smaller::Minify) {
        Look::Minified
    } else {
        Look::Readable
    };
    rewrite::bundle(
        workspace,
        &bindings.entry(),
        &places.made.join("keeper-glue.js"),
        look,
    )?;
    paths::refuse_builder_paths(workspace, &wasm)?;
    inline::inline(&wasm, &places.made.join("keeper-inline.js"))?;
    names::name_refusals(&places.made.join("keeper-names.js"))
}
