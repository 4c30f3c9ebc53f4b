//! `cargo xtask build`: the npm package, into `pkg/`.

mod assemble;
pub(crate) mod backend;
pub(crate) mod bindgen;
mod classic;
mod commonjs;
mod compile;
mod finish;
mod fresh;
mod inline;
mod keeper;
mod links;
mod names;
mod paths;
mod places;
mod rewrite;
mod steps;

use std::fs;

use anyhow::Result;

use crate::files::{copy_directory, copy_file, empty_directory};
use crate::setup;
use crate::step::step;
use crate::workspace::Workspace;
use bindgen::Bindings;
use rewrite::Look;
use steps::Smaller;

pub(crate) use assemble::NOTICES;
pub(crate) use finish::finish;
pub(crate) use links::settled;
pub(crate) use places::Places;
pub(crate) use steps::Steps;

/// What is compiled, without the wording of panics.
const SILENT: &str = "downscope-silent.wasm";

/// The same, unless the package is already what would come of it.
pub(crate) fn build_if_changed(
    workspace: &Workspace,
    steps: &Steps,
    places: &Places,
) -> Result<()> {
    let sources = fresh::sources(workspace, steps);
    if let Some(sources) = &sources
        && fresh::is_made_of(sources, places)
    {
        eprintln!("   {} is up to date", places.package.display());
        return Ok(());
    }
    build(workspace, steps, places)?;
    match sources {
        Some(sources) => fresh::record(&sources, places),
        None => Ok(()),
    }
}

/// From the sources. `steps` are those that only make it smaller.
pub(crate) fn build(workspace: &Workspace, steps: &Steps, places: &Places) -> Result<()> {
    setup::wasm_target(workspace)?;
    setup::npm(workspace)?;

    let mut compiled = compile::compile(workspace, steps)?;
    if steps.has(Smaller::Panics) {
        let silent = workspace.target(SILENT);
        rewrite::silence(&compiled, &silent)?;
        compiled = silent;
    }
    let bindings = step("generate the JavaScript glue (wasm-bindgen)", || {
        bindgen::bindgen(&compiled, &places.bindings, "glue")
    })?;
    package(workspace, steps, places, &bindings)
}

/// From what wasm-bindgen has made.
fn package(
    workspace: &Workspace,
    steps: &Steps,
    places: &Places,
    bindings: &Bindings,
) -> Result<()> {
    step("repair the glue", || rewrite::repair(bindings))?;

    empty_directory(&places.work)?;
    copy_directory(&places.bindings, &places.work)?;
    let work = bindings.moved_to(&places.work);
    rewrite::make_smaller(workspace, steps, &work)?;

    empty_directory(&places.made)?;
    let glue = places.made.join("glue.js");
    let wasm = places.made.join("downscope_bg.wasm");
    let look = if steps.has(Smaller::Minify) {
        Look::Minified
    } else {
        Look::Readable
    };
    rewrite::bundle(workspace, &work.entry(), &glue, look)?;
    copy_file(&work.wasm(), &wasm)?;
    rewrite::start(workspace, &glue, &wasm)?;
    paths::refuse_builder_paths(workspace, &wasm)?;
    step("tell both files that they belong together", || {
        rewrite::stamp(&glue, &wasm)
    })?;
    names::name(&places.made.join("names.js"))?;
    step("inline the WebAssembly for the default entry", || {
        inline::inline(&wasm, &places.made.join("inline.js"))
    })?;
    keeper::keeper(workspace, steps, places)?;

    step("put the package together", || {
        assemble::assemble(workspace, places)
    })?;
    commonjs::commonjs(workspace, &places.package)?;
    classic::classic(workspace, &places.package)?;
    let size = fs::metadata(&wasm)?.len();
    eprintln!("   downscope_bg.wasm is {size} bytes");
    Ok(())
}
