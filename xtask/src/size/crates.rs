//! Whose code the WebAssembly is, by the names that functions have before they
//! are stripped.

use std::collections::BTreeMap;

use anyhow::Result;
use wasmparser::{KnownCustom, Name, NameSectionReader, Parser, Payload, TypeRef};

use crate::build::Places;
use crate::files::read;
use crate::workspace::Workspace;

const STANDARD: &str = "core, alloc, std";

/// Bytes of code by crate, most first; the package's own by its layers. Of the
/// last build, before Binaryen's optimiser: that puts functions into their only
/// caller, across layers, and they would count there.
pub(super) fn crates(workspace: &Workspace) -> Result<Vec<(String, u64)>> {
    let named = Places::published(workspace).bindings.join("glue_bg.wasm");
    let mut bytes: BTreeMap<String, u64> = BTreeMap::new();
    for (function, size) in functions(&read(&named)?)? {
        *bytes.entry(owner(&function)).or_default() += size;
    }
    let mut crates: Vec<_> = bytes.into_iter().collect();
    crates.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    Ok(crates)
}

/// Each function's name and the bytes of its code.
fn functions(wasm: &[u8]) -> Result<Vec<(String, u64)>> {
    let mut imported = 0;
    let mut sizes = Vec::new();
    let mut names = BTreeMap::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        if let Payload::ImportSection(imports) = payload {
            for import in imports.into_imports() {
                imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
            }
        } else if let Payload::CodeSectionEntry(body) = payload {
            sizes.push(body.range().len() as u64);
        } else if let Payload::CustomSection(section) = payload
            && let KnownCustom::Name(section) = section.as_known()
        {
            names = read_names(section)?;
        }
    }
    let named = (imported..).zip(sizes).map(|(index, size)| {
        let name = names.remove(&index).unwrap_or_default();
        (name, size)
    });
    Ok(named.collect())
}

/// Functions' names by their index.
fn read_names(section: NameSectionReader<'_>) -> Result<BTreeMap<u32, String>> {
    let mut names = BTreeMap::new();
    for subsection in section {
        if let Name::Function(functions) = subsection? {
            for function in functions {
                let function = function?;
                let name = rustc_demangle::demangle(function.name);
                names.insert(function.index, format!("{name:#}"));
            }
        }
    }
    Ok(names)
}

/// Whose a function is: the crate that its path begins with. Of what is dropped
/// or implemented for a type, the type's.
fn owner(function: &str) -> String {
    let path = function
        .strip_prefix("core::ptr::drop_in_place<")
        .unwrap_or(function)
        .trim_start_matches(|sign| "<&[(*".contains(sign))
        .trim_start_matches("mut ")
        .trim_start_matches("const ")
        .trim_start_matches("dyn ");
    let mut words = path.split("::").map(word);
    let name = words.next().unwrap_or_default();
    let Some(second) = words.next() else {
        return whose(function, name).to_owned();
    };
    match name {
        "downscope" => format!("src/{second}"),
        "core" | "alloc" | "std" | "compiler_builtins" | "__rustc" => STANDARD.to_owned(),
        _ => name.to_owned(),
    }
}

/// Whose a function without a path is.
fn whose<'a>(function: &str, name: &'a str) -> &'a str {
    match name {
        "memcmp" | "memcpy" | "memmove" | "memset" | "fmin" | "fmax" => STANDARD,
        // What wasm-bindgen adds, and how it names conversions.
        _ if name.starts_with("__") || function.contains(" -> ") => "wasm_bindgen",
        "" => "(no name)",
        // The exports: they have the names that JavaScript calls.
        _ => "src/api",
    }
}

/// The identifier at the beginning.
fn word(text: &str) -> &str {
    let end = text.find(|sign: char| !sign.is_alphanumeric() && sign != '_');
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_of_the_crate_that_its_path_begins_with() {
        for (function, expected) in [
            ("downscope::core::machine::Machine::open", "src/core"),
            ("<downscope::browser::shell::Shell as A>::b", "src/browser"),
            (
                "core::ptr::drop_in_place<downscope::core::grant::Grant>",
                "src/core",
            ),
            ("core::ptr::drop_in_place<&mut js_sys::Array>", "js_sys"),
            ("alloc::vec::Vec<T,A>::into_boxed_slice", STANDARD),
            ("<alloc::boxed::Box<F,A> as B<C>>::call_once", STANDARD),
            ("talc::base::Talc<S,B>::register_gap", "talc"),
            ("wasm_bindgen::convert::closures::_::invoke", "wasm_bindgen"),
            ("__externref_table_alloc", "wasm_bindgen"),
            ("Ref(String) -> Externref externref shim", "wasm_bindgen"),
            ("alloc[3ca501edff3f0c7c]::raw_vec::handle_error", STANDARD),
            ("memcmp", STANDARD),
            ("fetchWithToken", "src/api"),
        ] {
            assert_eq!(owner(function), expected, "{function}");
        }
    }
}
