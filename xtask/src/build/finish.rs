//! `cargo xtask finish DIR`: makes the npm package of what `wasm-pack build` has
//! put into a directory, in its place.

use std::path::Path;

use anyhow::{Context, Result};

use super::bindgen::{Bindings, Shape};
use super::steps::{Smaller, Steps};
use super::{Places, package, paths};
use crate::files::{copy_directory, empty_directory};
use crate::setup;
use crate::step::step;
use crate::workspace::Workspace;

pub(crate) fn finish(workspace: &Workspace, steps: &Steps, directory: &Path) -> Result<()> {
    setup::wasm_target(workspace)?;
    setup::npm(workspace)?;
    let places = Places {
        package: directory.to_owned(),
        ..Places::of(workspace, "finish")
    };
    let bindings = step("take what wasm-pack has made", || {
        take(workspace, directory, &places)
            .with_context(|| format!("{} is no build of wasm-pack", directory.display()))
    })?;
    package(
        workspace,
        &possible(steps, bindings.shape),
        &places,
        &bindings,
    )
}

fn take(workspace: &Workspace, directory: &Path, places: &Places) -> Result<Bindings> {
    let bindings = Bindings::found_in(directory)?.moved_to(&places.bindings);
    empty_directory(&places.bindings)?;
    copy_directory(directory, &places.bindings)?;
    paths::cover(workspace, &bindings.wasm())?;
    Ok(bindings)
}

/// Without those that would have come before wasm-bindgen, and with glue for
/// bundlers without those that know only glue for the web.
fn possible(steps: &Steps, shape: Shape) -> Steps {
    let after = steps.without(&[Smaller::Compiler, Smaller::Panics]);
    match shape {
        Shape::Web => after,
        Shape::Bundler => after.without(&[Smaller::Needless, Smaller::Names]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glue_for_bundlers_keeps_its_names() {
        let all = Steps::all();
        assert!(possible(&all, Shape::Web).has(Smaller::Names));
        assert!(!possible(&all, Shape::Bundler).has(Smaller::Names));
        assert!(possible(&all, Shape::Bundler).has(Smaller::Optimise));
        assert_eq!(possible(&Steps::plain(), Shape::Web), Steps::plain());
    }
}
