//! What a crate is compiled of for WebAssembly: other crates, by what cargo resolves for it
//! alone, with its own features. It names a few from which the linker then takes nothing.

mod notices;
mod sbom;
mod tree;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::files::read_text;
use crate::setup::WASM_TARGET;
use crate::step::ask;
use crate::workspace::Workspace;
use tree::{Id, Tree};

pub(crate) use notices::notices;
pub(crate) use sbom::{Subject, sbom};

/// Everything that is in the WebAssembly of a crate.
pub(crate) struct Compiled {
    root: Id,
    crates: Vec<Crate>,
    /// Of the standard library.
    rust: String,
}

struct Crate {
    id: Id,
    /// An expression of SPDX.
    licence: String,
    authors: Vec<String>,
    /// Where its files are.
    directory: PathBuf,
    /// Of the file that the registry gives; what is of this repository has none.
    checksum: Option<String>,
    needs: Vec<Id>,
}

impl Compiled {
    /// What `package` of this workspace is compiled of, itself included.
    pub(crate) fn of(workspace: &Workspace, package: &str) -> Result<Self> {
        let mut cargo = workspace.cargo();
        cargo.args(["tree", "--locked", "--package", package]);
        cargo.args(["--target", WASM_TARGET]);
        cargo.args(["--edges", "normal,no-proc-macro"]);
        let told = ask(cargo.args(["--prefix", "depth", "--format", " {p}"]))?;
        let tree = Tree::parse(&told)?;
        let root = tree.root().context("cargo tree printed nothing")?.clone();

        let details = details(workspace)?;
        let checksums = checksums(&read_text(&workspace.path("Cargo.lock"))?)?;
        let crates = tree.into_crates().map(|(id, needs)| {
            let of = details
                .get(&id)
                .with_context(|| format!("cargo metadata does not know {id}"))?;
            let licence = of.license.as_deref();
            let licence = licence.with_context(|| format!("{id} has no licence"))?;
            Ok(Crate {
                licence: spdx(licence),
                authors: of.authors.clone(),
                directory: of.manifest_path.parent().context("a directory")?.to_owned(),
                checksum: checksums.get(&id).cloned(),
                id,
                needs,
            })
        });
        Ok(Self {
            root,
            crates: crates.collect::<Result<_>>()?,
            rust: version_of_rust(workspace)?,
        })
    }

    /// Those of others.
    fn foreign(&self) -> impl Iterator<Item = &Crate> {
        let crates = self.crates.iter();
        crates.filter(|one| one.checksum.is_some())
    }
}

fn details(workspace: &Workspace) -> Result<BTreeMap<Id, Package>> {
    let mut cargo = workspace.cargo();
    cargo.args(["metadata", "--locked", "--format-version", "1"]);
    let told = ask(cargo.args(["--filter-platform", WASM_TARGET]))?;
    let Packages { packages } = serde_json::from_str(&told)?;
    let named = packages.into_iter().map(|package| {
        let id = Id::new(&package.name, &package.version);
        (id, package)
    });
    Ok(named.collect())
}

/// What the lock file says of each crate's file.
fn checksums(lock: &str) -> Result<BTreeMap<Id, String>> {
    let Lock { package } = toml::from_str(lock).context("Cargo.lock cannot be read")?;
    let known = package.into_iter().filter_map(|locked| {
        let id = Id::new(&locked.name, &locked.version);
        Some((id, locked.checksum?))
    });
    Ok(known.collect())
}

fn version_of_rust(workspace: &Workspace) -> Result<String> {
    let told = ask(workspace.command("rustc").arg("--version"))?;
    let version = told.split(' ').nth(1);
    Ok(version
        .context("rustc does not tell its version")?
        .to_owned())
}

/// Older manifests have a stroke where SPDX has a word.
fn spdx(licence: &str) -> String {
    let parts = licence.split('/').map(str::trim);
    parts.collect::<Vec<_>>().join(" OR ")
}

#[derive(Deserialize)]
struct Packages {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    authors: Vec<String>,
    manifest_path: PathBuf,
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    checksum: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_with_a_stroke_is_a_choice() {
        assert_eq!(spdx("MIT/Apache-2.0"), "MIT OR Apache-2.0");
        assert_eq!(spdx("Unlicense / MIT"), "Unlicense OR MIT");
        assert_eq!(spdx("MIT AND BSD-3-Clause"), "MIT AND BSD-3-Clause");
    }

    #[test]
    fn what_is_of_this_repository_has_no_checksum() -> Result<()> {
        let lock = "version = 4\n\n\
            [[package]]\nname = \"ours\"\nversion = \"0.1.0\"\n\n\
            [[package]]\nname = \"slab\"\nversion = \"0.4.12\"\nchecksum = \"0c79\"\n";
        let known = checksums(lock)?;
        assert_eq!(
            known.get(&Id::new("slab", "0.4.12")),
            Some(&"0c79".to_owned())
        );
        assert_eq!(known.get(&Id::new("ours", "0.1.0")), None);
        Ok(())
    }
}
