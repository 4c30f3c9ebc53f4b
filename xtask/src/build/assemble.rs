//! What users get: the hand-written files, the generated ones, the documents.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::Places;
use super::links::settled;
use crate::compiled::{Compiled, notices};
use crate::files::{copy_directory, copy_file, empty_directory, read_text, sorted_entries, write};
use crate::workspace::Workspace;

/// What a `package.json` says in place of its version.
const VERSION: &str = "{{version}}";

/// Whose licences what is compiled has, in every package.
pub(crate) const NOTICES: &str = "THIRD-PARTY-NOTICES.txt";

/// Documents that travel along: they cost no page a byte, and are at hand without the
/// repository.
const GUIDES: [&str; 2] = ["docs/guide", "docs/reference"];

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
    for guides in GUIDES {
        copy_directory(&workspace.path(guides), &package.join(guides))?;
    }
    let of = Origin {
        name: "downscope",
        compiled: "downscope",
        directory: "",
    };
    complete(workspace, package, &of)
}

/// Where in the repository a package comes from.
pub(super) struct Origin<'a> {
    /// That of the package, and of the crate that has its version.
    pub(super) name: &'a str,
    /// The crate that its WebAssembly is.
    pub(super) compiled: &'a str,
    /// Where its documents stand.
    pub(super) directory: &'a str,
}

/// What only the repository knows: where links lead, the version, whose licences.
pub(super) fn complete(workspace: &Workspace, package: &Path, of: &Origin<'_>) -> Result<()> {
    let repository = workspace.repository()?;
    for document in documents_in(package)? {
        let from = Path::new(of.directory).join(document.strip_prefix(package)?);
        let text = read_text(&document)?;
        let is_here = |path: &Path| {
            let path = path.strip_prefix(of.directory);
            path.is_ok_and(|path| package.join(path).exists())
        };
        write(
            &document,
            settled(&text, &from, repository.as_deref(), is_here),
        )?;
    }
    let compiled = Compiled::of(workspace, of.compiled)?;
    write(&package.join(NOTICES), notices(&compiled, of.name)?)?;
    fill_in(workspace, &package.join("package.json"), of, repository)
}

fn fill_in(
    workspace: &Workspace,
    manifest: &Path,
    of: &Origin<'_>,
    repository: Option<String>,
) -> Result<()> {
    let text = read_text(manifest)?;
    if !text.contains(VERSION) {
        bail!("package.json of {} does not say {VERSION}", of.name);
    }
    let text = text.replace(VERSION, &workspace.version_of(of.name)?);
    let text = match repository {
        Some(repository) => with_repository(&text, &repository, of.directory),
        None => text,
    };
    write(manifest, text)
}

/// Put in as text: the order of `exports` says which condition goes before which.
fn with_repository(manifest: &str, repository: &str, directory: &str) -> String {
    const NEXT: &str = "\n  \"license\":";
    let directory = if directory.is_empty() {
        String::new()
    } else {
        format!(", \"directory\": \"{directory}\"")
    };
    let fields = format!(
        "\n  \"repository\": {{ \"type\": \"git\", \"url\": \"git+{repository}.git\"{directory} }},\n  \
         \"homepage\": \"{repository}#readme\",\n  \"bugs\": \"{repository}/issues\",{NEXT}"
    );
    manifest.replacen(NEXT, &fields, 1)
}

fn is_published(document: &str) -> bool {
    matches!(document, "README.md" | "CHANGELOG.md" | "SECURITY.md")
        || document.starts_with("LICENSE-")
}

fn documents_in(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut documents = Vec::new();
    for entry in sorted_entries(directory)? {
        if entry.is_dir() {
            documents.extend(documents_in(&entry)?);
        } else if entry.extension().is_some_and(|extension| extension == "md") {
            documents.push(entry);
        }
    }
    Ok(documents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_put_into_a_manifest_that_stays_as_it_was_otherwise() {
        let manifest = "{\n  \"name\": \"a\",\n  \"license\": \"MIT\",\n  \"exports\": {}\n}\n";
        assert_eq!(
            with_repository(manifest, "https://forge.example/a", ""),
            "{\n  \"name\": \"a\",\n  \
             \"repository\": { \"type\": \"git\", \"url\": \"git+https://forge.example/a.git\" },\n  \
             \"homepage\": \"https://forge.example/a#readme\",\n  \
             \"bugs\": \"https://forge.example/a/issues\",\n  \
             \"license\": \"MIT\",\n  \"exports\": {}\n}\n"
        );
    }

    #[test]
    fn a_package_of_a_directory_names_it() {
        let manifest = "{\n  \"name\": \"a\",\n  \"license\": \"MIT\"\n}\n";
        let named = with_repository(manifest, "https://forge.example/a", "backend/npm");
        assert!(named.contains("a.git\", \"directory\": \"backend/npm\" }"));
    }
}
