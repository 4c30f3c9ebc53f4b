//! Rules of the architecture that no lint knows.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Result, bail};

use crate::files::{read_text, sorted_entries};

/// Words that would tie the core to the web, to a clock or to a target.
const NOT_IN_CORE: [&str; 7] = [
    "wasm_bindgen",
    "js_sys",
    "web_sys",
    "gloo",
    "target_arch",
    "Instant",
    "SystemTime",
];

/// A promise that WebAssembly makes could not be rejected once WebAssembly has
/// failed: the facade makes them all.
const NOT_IN_API: [&str; 1] = ["pub async fn"];

/// Words that would tie what the backend decides to a runtime, a store or a clock.
const NOT_IN_BACKEND_CORE: [&str; 8] = [
    "async",
    "axum",
    "getrandom",
    "reqwest",
    "std::thread",
    "tokio",
    "Instant",
    "SystemTime",
];

pub(super) fn check(src: &Path) -> Result<()> {
    check_each(src, &[("core", &NOT_IN_CORE), ("api", &NOT_IN_API)])
}

pub(super) fn check_backend(src: &Path) -> Result<()> {
    check_each(src, &[("core", &NOT_IN_BACKEND_CORE)])
}

fn check_each(src: &Path, rules: &[(&str, &[&str])]) -> Result<()> {
    let mut offences = String::new();
    for (directory, forbidden) in rules {
        search(&src.join(directory), forbidden, &mut offences)?;
    }
    if !offences.is_empty() {
        bail!("{offences}");
    }
    Ok(())
}

fn search(directory: &Path, forbidden: &[&str], offences: &mut String) -> Result<()> {
    for entry in sorted_entries(directory)? {
        if entry.is_dir() {
            search(&entry, forbidden, offences)?;
        } else {
            let text = read_text(&entry)?;
            for (line, word) in find(&text, forbidden) {
                writeln!(offences, "{}:{line}: {word}", entry.display())?;
            }
        }
    }
    Ok(())
}

/// Line numbers of forbidden words outside of comments.
fn find<'a>(text: &str, forbidden: &[&'a str]) -> Vec<(usize, &'a str)> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        for word in forbidden {
            if code.contains(word) {
                found.push((index + 1, *word));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forbidden_word_is_found_with_its_line() {
        let text = "use std::time::Duration;\nuse std::time::Instant;\n";
        assert_eq!(find(text, &NOT_IN_CORE), [(2, "Instant")]);
    }

    #[test]
    fn a_comment_may_name_what_the_code_may_not() {
        let text = "//! The shell has `web_sys`; this has not.\nlet a = 1; // unlike Instant\n";
        assert_eq!(find(text, &NOT_IN_CORE), []);
    }

    #[test]
    fn an_exported_async_function_is_found() {
        let text = "    pub async fn token(&self) -> JsValue {\n";
        assert_eq!(find(text, &NOT_IN_API), [(1, "pub async fn")]);
    }
}
