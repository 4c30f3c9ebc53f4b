//! Shorter names between the WebAssembly and its glue.
//!
//! wasm-bindgen ends the names of imports in a hash. They stand in both files,
//! private to them, and no compression gets rid of them. Binaryen renames them in
//! the module and says how; this carries the renaming over to the glue. Nothing is
//! trusted: each import must be found once, and each export that the glue asks for
//! must exist. That the pair starts is seen in every build.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::build::bindgen::Bindings;
use crate::files::{read_text, write};
use crate::step::{run, step};
use crate::workspace::Workspace;

/// Changes the glue and the WebAssembly in place.
pub(super) fn shorten(workspace: &Workspace, bindings: &Bindings) -> Result<()> {
    let (glue, wasm) = (bindings.entry(), bindings.wasm());
    let mapping = run(
        "shorten the names of imports and exports (wasm-opt)",
        workspace
            .npm_tool("wasm-opt")
            .arg("--minify-imports-and-exports-and-modules")
            .arg("--strip-target-features")
            .arg(&wasm)
            .arg("-o")
            .arg(&wasm),
    )?;
    step("carry the short names over to the glue", || {
        let names = Names::parse(&mapping, &bindings.module())?;
        write(&glue, names.rename(&read_text(&glue)?)?)
    })
}

/// What Binaryen makes of the name of the only module.
const SHORT_MODULE: &str = "a";
/// What the glue calls the exports.
const EXPORTS_OBJECT: &str = "wasm";

/// Old names to new ones.
struct Names {
    /// As what the WebAssembly imported its glue.
    module: String,
    imports: BTreeMap<String, String>,
    exports: BTreeMap<String, String>,
}

impl Names {
    /// Reads what `--minify-imports-and-exports-and-modules` prints.
    fn parse(mapping: &str, glue: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Mapping {
            imports: Vec<(String, String, String)>,
            exports: Vec<(String, String)>,
        }

        let mapping: Mapping =
            serde_json::from_str(mapping).context("wasm-opt printed no mapping of names")?;
        let mut imports = BTreeMap::new();
        for (module, old, new) in mapping.imports {
            // With a second module, both would be called `a`.
            if module != glue {
                bail!("the WebAssembly imports {old} from {module}, not from its glue");
            }
            imports.insert(old, new);
        }
        Ok(Self {
            module: glue.to_owned(),
            imports,
            exports: mapping.exports.into_iter().collect(),
        })
    }

    fn rename(&self, glue: &str) -> Result<String> {
        let mut renamed = String::with_capacity(glue.len());
        let mut found: BTreeMap<&str, usize> = BTreeMap::new();
        for word in words(glue) {
            if let Some(new) = self.imports.get(word) {
                *found.entry(word).or_default() += 1;
                renamed.push_str(new);
            } else if is_export(&renamed) && is_identifier(word) {
                let new = self.exports.get(word).with_context(|| {
                    format!("the glue asks for {word}, which the WebAssembly does not export")
                })?;
                renamed.push_str(new);
            } else {
                renamed.push_str(word);
            }
        }
        for import in self.imports.keys() {
            let times = found.get(import.as_str()).copied().unwrap_or_default();
            if times != 1 {
                bail!("the glue names the import {import} {times} times, not once");
            }
        }

        let module = format!("{:?}", self.module);
        if renamed.matches(&module).count() != 1 {
            bail!("the glue does not name the module {module} once");
        }
        Ok(renamed.replace(&module, &format!("\"{SHORT_MODULE}\"")))
    }
}

/// Cuts a text into identifiers and what stands between them; nothing is lost.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let inside = is_identifier_character(first);
        let end = rest
            .find(|character| is_identifier_character(character) != inside)
            .unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        Some(word)
    })
}

pub(super) fn is_identifier(word: &str) -> bool {
    word.chars().next().is_some_and(is_identifier_character)
}

fn is_identifier_character(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$')
}

/// Whether what follows this text is the name of an export.
pub(super) fn is_export(before: &str) -> bool {
    before
        .strip_suffix('.')
        .and_then(|text| text.strip_suffix(EXPORTS_OBJECT))
        .is_some_and(|text| {
            !text.ends_with(|character| is_identifier_character(character) || character == '.')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: &str = "./glue_bg.js";

    const MAPPING: &str = r#"{
        "imports": [
            ["./glue_bg.js", "__wbg_get_2080c49015e35254", "a"],
            ["./glue_bg.js", "__wbg_getTime_1e8503a8a690f0a3", "b"]
        ],
        "exports": [["memory", "a"], ["client_new", "c"], ["a", "memory"]]
    }"#;

    const GLUE: &str = r#"
        const import0 = {
            __wbg_get_2080c49015e35254: function(arg0) { return Reflect.get(arg0); },
            __wbg_getTime_1e8503a8a690f0a3: function(arg0) { return arg0.memory; },
        };
        return { "./glue_bg.js": import0 };
        wasm.client_new(wasm.memory.buffer, wasm.a);"#;

    #[test]
    fn imports_exports_and_their_module_get_the_short_names() -> Result<()> {
        let renamed = Names::parse(MAPPING, MODULE)?.rename(GLUE)?;

        assert_eq!(
            renamed,
            r#"
        const import0 = {
            a: function(arg0) { return Reflect.get(arg0); },
            b: function(arg0) { return arg0.memory; },
        };
        return { "a": import0 };
        wasm.c(wasm.a.buffer, wasm.memory);"#
        );
        Ok(())
    }

    #[test]
    fn an_import_that_the_glue_does_not_give_is_an_error() -> Result<()> {
        let glue = GLUE.replace("__wbg_get_2080c49015e35254", "__wbg_get_0000000000000000");

        let error = rename_error(MAPPING, &glue)?;

        assert!(
            error.contains("__wbg_get_2080c49015e35254 0 times"),
            "{error}"
        );
        Ok(())
    }

    #[test]
    fn an_import_that_the_glue_names_twice_is_an_error() -> Result<()> {
        let glue = format!("{GLUE} // __wbg_get_2080c49015e35254");

        let error = rename_error(MAPPING, &glue)?;

        assert!(
            error.contains("__wbg_get_2080c49015e35254 2 times"),
            "{error}"
        );
        Ok(())
    }

    #[test]
    fn an_export_that_does_not_exist_is_an_error() -> Result<()> {
        let glue = format!("{GLUE} wasm.client_free(0);");

        let error = rename_error(MAPPING, &glue)?;

        assert!(error.contains("asks for client_free"), "{error}");
        Ok(())
    }

    #[test]
    fn an_import_from_another_module_is_an_error() {
        let mapping = MAPPING.replacen("./glue_bg.js", "./snippets/inline0.js", 1);

        assert!(Names::parse(&mapping, MODULE).is_err());
    }

    #[test]
    fn only_the_object_of_exports_is_meant() {
        assert!(is_export("return wasm."));
        assert!(is_export("(wasm."));
        assert!(!is_export("module.wasm."));
        assert!(!is_export("my_wasm."));
        assert!(!is_export("wasm"));
    }

    #[test]
    fn words_put_together_again_are_the_text() {
        assert_eq!(words(GLUE).collect::<String>(), GLUE);
        assert_eq!(
            words("a.b1 $c").collect::<Vec<_>>(),
            ["a", ".", "b1", " ", "$c"]
        );
    }

    fn rename_error(mapping: &str, glue: &str) -> Result<String> {
        match Names::parse(mapping, MODULE)?.rename(glue) {
            Ok(_) => bail!("renaming was expected to fail"),
            Err(error) => Ok(error.to_string()),
        }
    }
}
