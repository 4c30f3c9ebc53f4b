//! What users get: the hand-written files, the generated ones, the documents.

use anyhow::{Result, bail};

use super::Places;
use crate::files::{copy_directory, copy_file, empty_directory, read_text, sorted_entries, write};
use crate::workspace::Workspace;

/// What `pkg-template/package.json` says in place of its version.
const VERSION: &str = "{{version}}";

pub(super) fn assemble(workspace: &Workspace, places: &Places) -> Result<()> {
    let package = &places.package;
    empty_directory(package)?;
    copy_directory(&workspace.path("pkg-template"), package)?;
    copy_directory(&places.made, package)?;
    for document in sorted_entries(workspace.root())? {
        if let Some(name) = document.file_name()
            && is_published(&name.to_string_lossy())
        {
            copy_file(&document, &package.join(name))?;
        }
    }

    let manifest = package.join("package.json");
    let text = read_text(&manifest)?;
    if !text.contains(VERSION) {
        bail!("pkg-template/package.json does not say {VERSION}");
    }
    write(&manifest, text.replace(VERSION, &workspace.version()?))
}

fn is_published(document: &str) -> bool {
    matches!(document, "README.md" | "CHANGELOG.md") || document.starts_with("LICENSE-")
}
