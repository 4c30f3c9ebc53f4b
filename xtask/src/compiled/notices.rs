//! What has to travel with the WebAssembly: the licences of the crates that it is compiled of.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, bail};

use super::{Compiled, Crate};
use crate::files::{read_text, sorted_entries};

/// The standard library's sources are not at hand where it is installed without them.
const STANDARD: &str = include_str!("standard.txt");

/// What it says whoever licenses by it, below the name.
const MIT: &str = include_str!("mit.txt");

const RULE: &str =
    "--------------------------------------------------------------------------------";

/// Each licence's text once, below the names of those that have it.
pub(crate) fn notices(compiled: &Compiled, package: &str) -> Result<String> {
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut out = format!(
        "Third-party notices of {package}\n\n\
         Its WebAssembly is compiled of what is named here. The texts are those that each\n\
         crate brings; where it offers a choice with MIT among it, those of MIT. Where it\n\
         brings none, that of MIT below the authors whom its manifest names.\n\n\
         {RULE}\n{STANDARD}\n{MIT}\n",
    );
    for one in compiled.foreign() {
        let named = format!("{} ({})", one.id, one.licence);
        for text in licence_texts(one)? {
            texts.entry(text).or_default().push(named.clone());
        }
    }
    let mut grouped: Vec<_> = texts
        .into_iter()
        .map(|(text, names)| (names, text))
        .collect();
    grouped.sort();
    for (names, text) in grouped {
        out.push_str(&format!("{RULE}\n{}\n\n{text}\n\n", names.join("\n")));
    }
    Ok(out)
}

fn licence_texts(one: &Crate) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for file in sorted_entries(&one.directory)? {
        if let Some(name) = file.file_name().filter(|_| file.is_file()) {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    let chosen = chosen(&names, &one.licence);
    if chosen.is_empty() {
        if !offers_mit(&one.licence) {
            bail!("{} brings no text of its licence, {}", one.id, one.licence);
        }
        let authors = one.authors.iter().map(|author| name(author));
        let authors = authors.collect::<Vec<_>>().join(", ");
        return Ok(vec![format!(
            "Copyright (c) {authors}\n\n{}",
            MIT.trim_end()
        )]);
    }
    let texts = chosen.into_iter().map(|name| text(&one.directory, name));
    texts.collect()
}

/// Without what tells two copies of the same text apart.
fn text(directory: &Path, name: &str) -> Result<String> {
    let text = read_text(&directory.join(name))?;
    let lines: Vec<_> = text.lines().map(str::trim_end).collect();
    Ok(lines.join("\n").trim_matches('\n').to_owned())
}

/// Whether it may be had under MIT alone.
fn offers_mit(licence: &str) -> bool {
    !licence.contains(" AND ") && licence.split(" OR ").any(|one| one == "MIT")
}

/// Without the address of an author.
fn name(author: &str) -> &str {
    author.split(" <").next().unwrap_or(author)
}

/// Files that are licences, without those that need not be chosen.
fn chosen<'a>(names: &'a [String], licence: &str) -> Vec<&'a str> {
    let has_mit = names.iter().any(|name| name.starts_with("LICENSE-MIT"));
    let may_choose = has_mit && licence.contains(" OR ");
    let licences = names.iter().filter(|name| {
        let name = name.to_uppercase();
        let is_other = ["LICENSE-APACHE", "UNLICENSE"].iter();
        let is_other = is_other.copied().any(|other| name.starts_with(other));
        let begins = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE"];
        let is_licence = is_other || begins.iter().any(|begin| name.starts_with(begin));
        is_licence && !(may_choose && is_other)
    });
    licences.map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen_of(names: &[&str], licence: &str) -> Vec<String> {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let chosen = chosen(&names, licence);
        chosen.into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn of_a_choice_it_is_mit_and_what_goes_with_every_choice() {
        let names = [
            "Cargo.toml",
            "LICENSE-APACHE",
            "LICENSE-MIT",
            "LICENSE-UNICODE",
        ];
        let expected = ["LICENSE-MIT", "LICENSE-UNICODE"];
        let licence = "(MIT OR Apache-2.0) AND Unicode-3.0";
        assert_eq!(chosen_of(&names, licence), expected);
        assert_eq!(
            chosen_of(&["COPYING", "LICENSE-MIT", "UNLICENSE"], "Unlicense OR MIT"),
            ["COPYING", "LICENSE-MIT"]
        );
    }

    #[test]
    fn without_a_choice_it_is_all_of_them() {
        let names = ["LICENSE-APACHE", "LICENSE-MIT", "src"];
        assert_eq!(chosen_of(&names, "MIT AND Apache-2.0"), names[..2]);
        assert_eq!(chosen_of(&["LICENSE"], "Apache-2.0"), ["LICENSE"]);
        assert_eq!(
            chosen_of(&["LICENSE", "LICENSE.httprouter"], "MIT AND BSD-3-Clause"),
            ["LICENSE", "LICENSE.httprouter"]
        );
        assert!(chosen_of(&["README.md"], "MIT").is_empty());
    }

    fn without_text(licence: &str) -> Result<Vec<String>> {
        let directory =
            std::env::temp_dir().join(format!("downscope-notices-{}", std::process::id()));
        crate::files::empty_directory(&directory)?;
        let texts = licence_texts(&Crate {
            id: super::super::Id::new("some", "1.0.0"),
            licence: licence.to_owned(),
            authors: vec!["A Group".to_owned(), "Who <who@example.org>".to_owned()],
            directory: directory.clone(),
            checksum: None,
            needs: Vec::new(),
        });
        std::fs::remove_dir_all(directory)?;
        texts
    }

    #[test]
    fn a_crate_that_brings_no_text_is_under_mit_if_it_offers_that() -> Result<()> {
        let texts = without_text("Apache-2.0 OR MIT")?;
        let begin = "Copyright (c) A Group, Who\n\nPermission is hereby granted";
        assert!(texts.len() == 1 && texts.iter().all(|text| text.starts_with(begin)));
        assert!(without_text("Apache-2.0").is_err());
        assert!(without_text("MIT AND Zlib").is_err());
        Ok(())
    }
}
