//! Lets the facade start the WebAssembly itself.
//!
//! `pkg-template/load.js` takes it from wherever an app has it, with the errors of
//! this package, so it needs what stands around the loader that wasm-bindgen
//! generates for the web: the imports, and the end of the start. What is made for
//! bundlers expects them to load WebAssembly, and is given both.

use std::collections::BTreeSet;
use std::fmt::Write;

use anyhow::{Result, bail};
use wasmparser::{Parser, Payload};

use crate::build::bindgen::{Bindings, Shape};
use crate::files::{read, read_text, write};

const GENERATED: &str = "export { initSync, __wbg_init as default };";
const GIVEN: &str = "export { __wbg_get_imports as imports, __wbg_finalize_init as finish };";
const DECLARED: &str = "
export const build: string;
export function imports(): WebAssembly.Imports;
export function finish(instance: WebAssembly.Instance): void;
";

/// Changes the glue and its declarations in place.
pub(super) fn expose(bindings: &Bindings) -> Result<()> {
    let entry = bindings.entry();
    match bindings.shape {
        Shape::Web => write(&entry, exposed(&read_text(&entry)?)?)?,
        Shape::Bundler => {
            let modules = modules(&read(&bindings.wasm())?)?;
            write(&entry, written(&bindings.module(), &modules)?)?;
        }
    }
    let declarations = bindings.declarations();
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

/// Where the WebAssembly imports something from.
fn modules(wasm: &[u8]) -> Result<BTreeSet<String>> {
    let mut modules = BTreeSet::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::ImportSection(imports) = payload? {
            for import in imports.into_imports() {
                modules.insert(import?.module.to_owned());
            }
        }
    }
    Ok(modules)
}

fn written(glue: &str, modules: &BTreeSet<String>) -> Result<String> {
    let mut entry = format!("import * as glue from {glue:?};\nexport * from {glue:?};\n");
    let mut given = String::new();
    for (number, module) in modules.iter().enumerate() {
        writeln!(entry, "import * as import{number} from {module:?};")?;
        write!(given, " {module:?}: import{number},")?;
    }
    writeln!(entry, "export const imports = () => ({{{given} }});")?;
    entry.push_str(
        "export const finish = ({ exports }) => {
  glue.__wbg_set_wasm(exports);
  exports.__wbindgen_start();
};
",
    );
    Ok(entry)
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

    #[test]
    fn an_entry_for_bundlers_becomes_one_that_the_facade_can_start() -> Result<()> {
        let modules = ["./a_bg.js", "./snippets/io.js"].map(str::to_owned).into();

        let entry = written("./a_bg.js", &modules)?;

        for line in [
            r#"import * as glue from "./a_bg.js";"#,
            r#"import * as import1 from "./snippets/io.js";"#,
            r#"export const imports = () => ({ "./a_bg.js": import0, "./snippets/io.js": import1, });"#,
        ] {
            assert!(entry.lines().any(|one| one == line), "{line} in {entry}");
        }
        Ok(())
    }

    #[test]
    fn every_module_is_told_that_something_is_imported_from() -> Result<()> {
        // Two functions, `a` from "m" and `b` from "n".
        let wasm = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x02\x0d\x02\x01m\x01a\0\0\x01n\x01b\0\0";

        assert_eq!(modules(wasm)?, ["m".to_owned(), "n".to_owned()].into());
        Ok(())
    }
}
