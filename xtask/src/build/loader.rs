//! Lets the facade start the WebAssembly itself.
//!
//! The loader that wasm-bindgen generates also takes what the facade never gives
//! it, and says so in warnings: 0.35 KB of what a page downloads. The glue gives
//! the two functions around it instead, and `pkg-template/load.js` does the rest.

use std::path::Path;

use anyhow::{Result, bail};

use crate::files::{read_text, write};

const GENERATED: &str = "export { initSync, __wbg_init as default };";
const GIVEN: &str = "export { __wbg_get_imports as imports, __wbg_finalize_init as finish };";
const DECLARED: &str = "
export const build: string;
export function imports(): WebAssembly.Imports;
export function finish(instance: WebAssembly.Instance): void;
";

/// Changes the glue and its declarations in place.
pub(super) fn expose(glue: &Path) -> Result<()> {
    write(glue, exposed(&read_text(glue)?)?)?;
    let declarations = glue.with_extension("d.ts");
    let declared = read_text(&declarations)? + DECLARED;
    write(&declarations, declared)
}

fn exposed(glue: &str) -> Result<String> {
    let functions = [
        "function __wbg_get_imports(",
        "function __wbg_finalize_init(",
    ];
    if glue.matches(GENERATED).count() != 1 || functions.iter().any(|one| !glue.contains(one)) {
        bail!("the glue does not start WebAssembly as wasm-bindgen 0.2.130 does");
    }
    Ok(glue.replace(GENERATED, GIVEN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_glue_gives_what_the_facade_needs_to_start_it() -> Result<()> {
        let glue = format!(
            "function __wbg_get_imports() {{}}\nfunction __wbg_finalize_init(a, b) {{}}\n{GENERATED}\n"
        );

        let exposed = exposed(&glue)?;

        assert!(exposed.ends_with(&format!("{GIVEN}\n")));
        assert!(!exposed.contains("initSync"));
        Ok(())
    }

    #[test]
    fn a_glue_that_starts_otherwise_is_an_error() {
        assert!(exposed("export { start as default };").is_err());
    }
}
