//! Takes out of the glue what this package has no need of: what stands in for
//! a function that each of its browsers has (README, Browsers), and the
//! finalizers of closures, since each closure is dropped by hand
//! (docs/decisions.md, 33).

use std::path::Path;

use anyhow::{Result, bail};

use crate::files::{read_text, write};

/// From this up to a line with nothing but a closing brace.
const STAND_IN: &str = "if (!('encodeInto' in cachedTextEncoder)) {\n";
const END: &str = "\n}\n";

const FINALIZERS: &str = "const CLOSURE_DTORS = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(state => wasm.__wbindgen_destroy_closure(state.a, state.b));\n";
const REGISTER: &str = "    CLOSURE_DTORS.register(real, state, state);\n";
const UNREGISTER: &str = "            CLOSURE_DTORS.unregister(state);\n";

/// Changes the glue in place.
pub(super) fn drop_from(glue: &Path) -> Result<()> {
    write(glue, without(&read_text(glue)?)?)
}

fn without(glue: &str) -> Result<String> {
    let parts = glue
        .split_once(STAND_IN)
        .and_then(|(before, from)| Some((before, from.split_once(END)?.1)));
    if let Some((before, after)) = parts {
        let left = [FINALIZERS, REGISTER, UNREGISTER]
            .iter()
            .fold([before, after].concat(), |glue, part| {
                glue.replace(part, "")
            });
        if !left.contains("CLOSURE_DTORS") {
            return Ok(left);
        }
    }
    bail!("the glue has other needless parts than that of wasm-bindgen 0.2.130")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_glue_keeps_no_stand_in_and_no_finalizer() -> Result<()> {
        let glue = format!(
            "{FINALIZERS}function make() {{\n{UNREGISTER}{REGISTER}}}\n{STAND_IN}    if (a) {{\n    }}\n}}\nlet B = 0;\n"
        );

        assert_eq!(without(&glue)?, "function make() {\n}\nlet B = 0;\n");
        Ok(())
    }

    #[test]
    fn a_glue_that_is_made_otherwise_is_an_error() {
        assert!(without("let B = 0;\n").is_err());
        assert!(without(&format!("CLOSURE_DTORS.add();\n{STAND_IN}    a();\n}}\n")).is_err());
    }
}
