//! Puts the SDK's own JavaScript behind the glue, where renaming finds it.
//!
//! wasm-bindgen lets WebAssembly import some functions of `src/browser/io.js`
//! straight from that file, under a path with a hash in it. Here every import
//! is made to come from the glue, so that one module is left to rename, and
//! the file gets a name of its own beside the glue.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, bail};
use walrus::Module;

use crate::files::{copy_file, read_text, write};

/// What wasm-bindgen calls the module of its own glue.
const GLUE_MODULE: &str = "./glue_bg.js";
/// Where wasm-bindgen puts the JavaScript of a crate.
const SNIPPETS: &str = "./snippets/";
/// The only such file that there is.
const SNIPPET: &str = "io.js";
/// Before the names of its functions, so that they meet no other import.
const PREFIX: &str = "__io_";

/// `bindings` is what wasm-bindgen made; the glue and the module are changed in place.
pub(super) fn merge(bindings: &Path, glue: &Path, wasm: &Path) -> Result<()> {
    let mut module = Module::from_file(wasm)?;
    let mut paths = BTreeSet::new();
    let mut names = BTreeSet::new();
    for import in module.imports.iter_mut() {
        if import.module.starts_with(SNIPPETS) {
            paths.insert(std::mem::replace(&mut import.module, GLUE_MODULE.into()));
            names.insert(import.name.clone());
            import.name = format!("{PREFIX}{}", import.name);
        }
    }
    module.emit_wasm_file(wasm)?;

    let Some(path) = paths.pop_first() else {
        bail!("the WebAssembly imports nothing from {SNIPPETS}…/{SNIPPET}");
    };
    if !paths.is_empty() || !path.ends_with(SNIPPET) {
        bail!("the WebAssembly imports from more than {SNIPPET}: {paths:?}");
    }
    let file = glue.with_file_name(SNIPPET);
    copy_file(&bindings.join(path.trim_start_matches("./")), &file)?;
    write(glue, rewire(&read_text(glue)?, &path, &names)?)
}

/// The glue, giving the functions itself and importing them from the new place.
fn rewire(glue: &str, path: &str, names: &BTreeSet<String>) -> Result<String> {
    let own = format!("import * as own from \"./{SNIPPET}\";\n");
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
    let glue: String = lines.flat_map(|line| [line, "\n"]).collect();
    Ok(glue.replace(path, &format!("./{SNIPPET}")))
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
            r#"import * as own from "./io.js";
import { ask } from './io.js';
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
