//! What the package would not work without, or not keep a promise. In every
//! build; see the table of [`super`].

mod bundle;
mod finalizers;
mod fingerprint;
mod lazy;
mod loader;
mod start;

use anyhow::Result;

use crate::build::bindgen::Bindings;

pub(crate) use bundle::{Look, bundle};
pub(crate) use fingerprint::stamp;
pub(crate) use start::start;

/// Changes what wasm-bindgen made, in place.
pub(crate) fn repair(bindings: &Bindings) -> Result<()> {
    finalizers::drop_from(&bindings.script())?;
    repair_plain(bindings)
}

/// The same for a module that calls nothing of JavaScript's, whose glue has no finalizers.
pub(crate) fn repair_plain(bindings: &Bindings) -> Result<()> {
    lazy::defer_in(&bindings.script())?;
    loader::expose(bindings)
}
