//! Takes back what the WebAssembly exports and the glue never asks for.
//!
//! wasm-bindgen exports what some of its modes need, and each export keeps code alive.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use walrus::Module;

use super::names::{is_export, is_identifier, words};
use crate::build::bindgen::Bindings;
use crate::files::read_text;

/// wasm-bindgen 0.2.130 leaves a few. More would mean that the glue is read wrongly.
const MOST_NEEDLESS: usize = 5;

/// Changes the WebAssembly in place.
pub(super) fn take_back(bindings: &Bindings) -> Result<()> {
    let glue = read_text(&bindings.script())?;
    let asked_for = asked_for(&glue);
    let wasm = bindings.wasm();
    let mut module = Module::from_file(&wasm)?;
    let exports = module.exports.iter();
    let needless: Vec<_> = exports
        .filter(|export| !asked_for.contains(export.name.as_str()))
        .map(|export| export.id())
        .collect();
    if needless.len() > MOST_NEEDLESS {
        bail!("the glue asks for its exports otherwise than that of wasm-bindgen 0.2.130");
    }
    for export in needless {
        module.exports.delete(export);
    }
    module.emit_wasm_file(&wasm)?;
    Ok(())
}

fn asked_for(glue: &str) -> BTreeSet<&str> {
    let mut before = 0;
    let mut names = BTreeSet::new();
    for word in words(glue) {
        if is_identifier(word) && glue.get(..before).is_some_and(is_export) {
            names.insert(word);
        }
        before += word.len();
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_glue_asks_for_is_read_from_it() {
        let glue = "wasm.memory.buffer; const a = wasm.open(1, wasm.__wbindgen_malloc); swasm.other; a.wasm.more";
        let names = BTreeSet::from(["memory", "open", "__wbindgen_malloc"]);
        assert_eq!(asked_for(glue), names);
    }
}
