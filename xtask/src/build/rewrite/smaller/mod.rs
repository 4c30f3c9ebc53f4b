//! What makes the package smaller, and nothing else. Each can be left out; see
//! the table of [`super`].

mod exports;
mod names;
mod needless;
mod one_module;
mod optimize;
mod panics;

use anyhow::Result;

use crate::build::bindgen::Bindings;
use crate::build::steps::{Smaller, Steps};
use crate::step::step;
use crate::workspace::Workspace;

pub(crate) use panics::{drop_links, silence};

/// Changes what wasm-bindgen made, and was repaired, in place.
pub(crate) fn make_smaller(
    workspace: &Workspace,
    steps: &Steps,
    bindings: &Bindings,
) -> Result<()> {
    if steps.has(Smaller::Needless) {
        needless::drop_from(&bindings.script())?;
        exports::take_back(bindings)?;
    }
    if steps.has(Smaller::Names) {
        step("put the SDK's own JavaScript behind the glue", || {
            one_module::merge(bindings)
        })?;
    }
    if steps.has(Smaller::Optimise) {
        optimize::optimize(workspace, &bindings.wasm())?;
    }
    if steps.has(Smaller::Names) {
        names::shorten(workspace, bindings)?;
    }
    Ok(())
}
