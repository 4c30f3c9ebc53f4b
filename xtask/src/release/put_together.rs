//! The files of a release.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{PUBLISHED, missing, sums};
use crate::build::{self, Places};
use crate::compiled::{Compiled, Subject, sbom};
use crate::digest::sha256;
use crate::files::{copy_file, read, read_text, write};
use crate::pack::{self, Packed};
use crate::step::{ask, run, step};
use crate::workspace::Workspace;

/// Writes them into an empty directory.
pub(super) fn put_together(workspace: &Workspace, directory: &Path) -> Result<()> {
    let browser = pack::pack(workspace)?;
    browser.lint(workspace)?;
    let package = Places::published(workspace).package;
    npm(workspace, &browser, &package, "downscope", directory)?;

    let backend = pack::pack_backend(workspace)?;
    let package = build::backend::package(workspace);
    let compiled = build::backend::CRATE;
    npm(workspace, &backend, &package, compiled, directory)?;

    for (name, _) in PUBLISHED {
        pack_crate(workspace, name, directory)?;
    }
    sums::sum(directory)
}

/// A package: its tarball, what is in it, and whose licences.
fn npm(
    workspace: &Workspace,
    packed: &Packed,
    package: &Path,
    compiled: &str,
    directory: &Path,
) -> Result<()> {
    let tarball = packed.tarball();
    let name = tarball.file_name().context("a tarball has a name")?;
    copy_file(tarball, &directory.join(name))?;

    let manifest: Value = serde_json::from_str(&read_text(&package.join("package.json"))?)?;
    let said = |key: &str| manifest[key].as_str().unwrap_or_default().to_owned();
    let (id, version) = (said("name"), said("version"));
    let expected = workspace.version_of(&id)?;
    if version != expected {
        bail!("the npm package {id} is {version}, its crate {expected}");
    }
    let address = manifest["repository"]["url"].as_str();
    let repository = workspace.repository()?;
    let expected = repository.map(|address| format!("git+{address}.git"));
    if address != expected.as_deref() {
        bail!("the npm package {id} names {address:?} as its repository, not {expected:?}");
    }

    let begin = format!("{id}-{version}");
    let notices = directory.join(format!("{begin}-{}", build::NOTICES));
    copy_file(&package.join(build::NOTICES), &notices)?;
    step(&format!("bill of materials of {id} (CycloneDX)"), || {
        let subject = Subject {
            manifest: &manifest,
            sha256: &sha256(&read(tarball)?),
        };
        let bill = sbom(&subject, &Compiled::of(workspace, compiled)?)?;
        let file = directory.join(format!("{begin}.cdx.json"));
        write(&file, format!("{bill:#}\n"))
    })
}

fn pack_crate(workspace: &Workspace, name: &str, directory: &Path) -> Result<()> {
    let package = || {
        let mut cargo = workspace.cargo();
        cargo.args(["package", "--quiet", "--locked", "--allow-dirty"]);
        cargo.args(["--package", name]);
        cargo
    };
    let listed = ask(package().arg("--list"))?;
    let missing = missing::in_crate(&listed);
    if !missing.is_empty() {
        bail!("the crate {name} lacks {}", missing.join(", "));
    }
    // Its features and targets are compiled by the stages `lint`, `unit` and `doc`.
    run(
        &format!("pack the crate {name}"),
        package().arg("--no-verify"),
    )?;
    let file = format!("{name}-{}.crate", workspace.version_of(name)?);
    copy_file(
        &workspace.target(&format!("package/{file}")),
        &directory.join(file),
    )
}
