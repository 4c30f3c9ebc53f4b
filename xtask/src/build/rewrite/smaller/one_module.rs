//! Puts the SDK's own JavaScript behind the glue, where renaming finds it.
//!
//! wasm-bindgen lets WebAssembly import some functions of `src/browser/io.js`
//! straight from that file, under a path with a hash in it. Here every import
//! is made to come from the glue, so that one module is left to rename.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use walrus::Module;

use crate::build::bindgen::Bindings;
use crate::files::{read_text, write};

/// Where wasm-bindgen puts the JavaScript of a crate.
const SNIPPETS: &str = "./snippets/";
/// The only such file that there is.
const SNIPPET: &str = "io.js";
/// Before the names of its functions, so that they meet no other import.
const PREFIX: &str = "__io_";

/// Changes the glue and the WebAssembly in place.
pub(super) fn merge(bindings: &Bindings) -> Result<()> {
    let (glue, wasm) = (bindings.entry(), bindings.wasm());
    let mut module = Module::from_file(&wasm)?;
    let mut paths = BTreeSet::new();
    let mut names = BTreeSet::new();
    for import in module.imports.iter_mut() {
        if import.module.starts_with(SNIPPETS) {
            paths.insert(std::mem::replace(&mut import.module, bindings.module()));
            names.insert(import.name.clone());
            import.name = format!("{PREFIX}{}", import.name);
        }
    }
    module.emit_wasm_file(&wasm)?;

    let Some(path) = paths.pop_first() else {
        bail!("the WebAssembly imports nothing from {SNIPPETS}…/{SNIPPET}");
    };
    if !paths.is_empty() || !path.ends_with(SNIPPET) {
        bail!("the WebAssembly imports from more than {SNIPPET}: {paths:?}");
    }
    write(&glue, rewire(&read_text(&glue)?, &path, &names)?)
}

/// The glue, giving the functions itself.
fn rewire(glue: &str, path: &str, names: &BTreeSet<String>) -> Result<String> {
    let own = format!("import * as own from '{path}';\n");
    let given: String = names
        .iter()
        .map(|name| format!("        {PREFIX}{name}: own.{name},\n"))
        .collect();
    let (head, body) = glue
        .split_once("const import0 = {\n")
        .context("the glue has no object of imports")?;
    let glue = format!("{own}{head}const import0 = {{\n{given}{body}");
    let quoted = format!("\"{path}\"");
    let lines = glue.lines().filter(|line| !line.contains(&quoted));
    Ok(lines.flat_map(|line| [line, "\n"]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLUE: &str = r#"import { ask } from './snippets/x-1/src/browser/io.js';
import * as import1 from "./snippets/x-1/src/browser/io.js"
    const import0 = {
        __proto__: null,
    };
    return {
        "./glue_bg.js": import0,
        "./snippets/x-1/src/browser/io.js": import1,
    };
"#;

    #[test]
    fn the_glue_gives_the_functions_of_the_snippet_itself() -> Result<()> {
        let names = BTreeSet::from(["read".to_owned()]);

        let glue = rewire(GLUE, "./snippets/x-1/src/browser/io.js", &names)?;

        assert_eq!(
            glue,
            r#"import * as own from './snippets/x-1/src/browser/io.js';
import { ask } from './snippets/x-1/src/browser/io.js';
    const import0 = {
        __io_read: own.read,
        __proto__: null,
    };
    return {
        "./glue_bg.js": import0,
    };
"#
        );
        Ok(())
    }

    #[test]
    fn a_glue_of_another_shape_is_an_error() {
        assert!(rewire("", "./snippets/x-1/io.js", &BTreeSet::new()).is_err());
    }
}
