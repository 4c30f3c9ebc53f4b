//! Takes out of the glue what it does for browsers older than those that the
//! package works in (README, Browsers): each has had these for years, and the
//! package itself cannot do without.

use std::path::Path;

use anyhow::{Result, bail};

use crate::files::{read_text, write};

/// `TextEncoder.prototype.encodeInto`, from this up to a line with nothing but a
/// closing brace.
const ENCODE_INTO: &str = "if (!('encodeInto' in cachedTextEncoder)) {\n";
const END: &str = "\n}\n";

const FINALIZATION: &str = "(typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(";
const FINALIZATION_AS_IT_IS: &str = "new FinalizationRegistry(";

/// Changes the glue in place.
pub(super) fn drop_from(glue: &Path) -> Result<()> {
    write(glue, without(&read_text(glue)?)?)
}

fn without(glue: &str) -> Result<String> {
    let parts = glue
        .split_once(ENCODE_INTO)
        .and_then(|(before, from)| Some((before, from.split_once(END)?.1)));
    match parts {
        Some((before, after)) if glue.matches(FINALIZATION).count() == 1 => {
            let glue = [before, after].concat();
            Ok(glue.replace(FINALIZATION, FINALIZATION_AS_IT_IS))
        }
        _ => bail!("the glue does not stand in for older browsers as wasm-bindgen 0.2.130 does"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_glue_stands_in_for_nothing_that_every_browser_has() -> Result<()> {
        let glue = format!(
            "const A = {FINALIZATION}state => {{}});\n{ENCODE_INTO}    if (a) {{\n    }}\n}}\nlet B = 0;\n"
        );

        let left = without(&glue)?;

        assert_eq!(
            left,
            "const A = new FinalizationRegistry(state => {});\nlet B = 0;\n"
        );
        Ok(())
    }

    #[test]
    fn a_glue_without_such_parts_is_an_error() {
        assert!(without("let B = 0;\n").is_err());
    }
}
