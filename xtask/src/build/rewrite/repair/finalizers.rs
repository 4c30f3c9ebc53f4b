//! Takes the finalizers of closures out of the glue.
//!
//! One that runs puts a page out of Chromium's back/forward cache, and each
//! closure of this package is dropped by hand (docs/decisions.md, 33).

use std::path::Path;

use anyhow::{Result, bail};

use crate::files::{read_text, write};

const PARTS: [&str; 3] = [
    "const CLOSURE_DTORS = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(state => wasm.__wbindgen_destroy_closure(state.a, state.b));\n",
    "    CLOSURE_DTORS.register(real, state, state);\n",
    "            CLOSURE_DTORS.unregister(state);\n",
];

/// Changes the glue in place.
pub(super) fn drop_from(glue: &Path) -> Result<()> {
    write(glue, without(&read_text(glue)?)?)
}

fn without(glue: &str) -> Result<String> {
    let mut left = glue.to_owned();
    for part in PARTS {
        if !left.contains(part) {
            bail!("the glue of wasm-bindgen 0.2.130 says: {part}");
        }
        left = left.replace(part, "");
    }
    if left.contains("CLOSURE_DTORS") || left.contains("FinalizationRegistry") {
        bail!("the glue has other finalizers than that of wasm-bindgen 0.2.130");
    }
    Ok(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_glue_keeps_no_finalizer() -> Result<()> {
        assert_eq!(without(&glue())?, "function make() {\n}\n");
        Ok(())
    }

    #[test]
    fn a_glue_with_other_finalizers_is_an_error() {
        assert!(without("function make() {\n}\n").is_err());
        for part in PARTS {
            assert!(without(&glue().replace(part, "")).is_err(), "{part}");
        }
        for more in ["CLOSURE_DTORS.add();\n", "new FinalizationRegistry(f);\n"] {
            assert!(without(&(glue() + more)).is_err(), "{more}");
        }
    }

    fn glue() -> String {
        let [registry, register, unregister] = PARTS;
        format!("{registry}function make() {{\n{unregister}{register}}}\n")
    }
}
