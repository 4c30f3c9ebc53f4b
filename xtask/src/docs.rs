//! `cargo xtask docs`: the documents as a site, into `target/site/`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::build::settled;
use crate::files::{copy_file, empty_directory, read_text, sorted_entries, write};
use crate::setup;
use crate::step::{run, step};
use crate::workspace::Workspace;

/// The project that builds it.
const PROJECT: &str = "site";

/// What it is made of, by their paths in the repository.
const FOLDERS: [&str; 6] = ["backend", "benches", "contract", "docs", "examples", "www"];
const DOCUMENTS: [&str; 4] = [
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "SECURITY.md",
];

/// Builds it, and gives where it is.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf> {
    setup::npm_in(workspace, PROJECT)?;
    let project = workspace.path(PROJECT);
    step("gather the documents", || {
        gather(workspace, &project.join(".src"))
    })?;
    run(
        "the API by its declarations (TypeDoc)",
        workspace
            .node()
            .current_dir(&project)
            .arg("node_modules/typedoc/bin/typedoc"),
    )?;
    let site = workspace.target("site");
    run(
        "build the site (VitePress)",
        workspace
            .node()
            .current_dir(&project)
            .args(["node_modules/vitepress/bin/vitepress.js", "build", "."])
            .arg("--outDir")
            .arg(&site),
    )?;
    Ok(site)
}

fn gather(workspace: &Workspace, source: &Path) -> Result<()> {
    empty_directory(source)?;
    let mut files: Vec<PathBuf> = DOCUMENTS.map(|name| workspace.path(name)).into();
    for folder in FOLDERS {
        files.extend(shown_in(&workspace.path(folder))?);
    }
    let root = workspace.root();
    let repository = workspace.repository()?;
    let is_shown = |path: &Path| {
        let found = root.join(path);
        // What TypeDoc is about to write.
        files.contains(&found) || path.starts_with("docs/reference/api")
    };
    for file in &files {
        let path = file.strip_prefix(root)?;
        let copy = source.join(path);
        if let Some(directory) = copy.parent() {
            fs::create_dir_all(directory)?;
        }
        if file.extension().is_some_and(|extension| extension == "md") {
            let text = settled(&read_text(file)?, path, repository.as_deref(), is_shown);
            let is_readme = path.file_name().is_some_and(|name| name == "README.md");
            let name = if is_readme {
                copy.with_file_name("index.md")
            } else {
                copy
            };
            write(&name, text)?;
        } else {
            copy_file(file, &copy)?;
        }
    }
    Ok(())
}

/// Documents and pictures of a folder and of those in it, but for what was installed or made there.
fn shown_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut shown = Vec::new();
    for entry in sorted_entries(folder)? {
        let name = entry.file_name().unwrap_or_default().to_string_lossy();
        if entry.is_dir() && !name.starts_with('.') && name != "node_modules" {
            shown.extend(shown_in(&entry)?);
        }
        let is_picture = folder.components().any(|part| part.as_os_str() == "docs")
            && (name.ends_with(".svg") || name.ends_with(".png"));
        if name.ends_with(".md") || is_picture {
            shown.push(entry.clone());
        }
    }
    Ok(shown)
}
