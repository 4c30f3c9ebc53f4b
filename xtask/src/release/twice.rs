//! Two clones at different places, and a release out of each: whoever has the sources can find
//! out whether what was published is made of them. Both are made by this program, whose own steps
//! are those of this checkout, and by its npm tools, which are those of the lock file in each;
//! everything else is compiled anew.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::DIRECTORY;
use super::put_together::put_together;
use crate::digest::sha256;
use crate::files::{empty_directory, read, sorted_entries};
use crate::step::run;
use crate::workspace::Workspace;

/// Not of the same length: a path that gets into a file moves what is behind it.
const CLONES: [&str; 2] = ["one", "another/that-is-further-down"];

/// Fails where one byte differs.
pub(super) fn compare(workspace: &Workspace) -> Result<()> {
    // Not below the checkout, whose `.cargo/config.toml` and `node_modules` hold there too.
    let place = std::env::temp_dir().join(format!("downscope-twice-{}", std::process::id()));
    let mut made = Vec::new();
    for name in CLONES {
        made.push(sums_of(&release_of(workspace, &place.join(name))?)?);
    }
    let [one, other] = &made[..] else {
        bail!("there are two clones");
    };
    let differing = differing(one, other);
    if differing.is_empty() {
        std::fs::remove_dir_all(&place)?;
        eprintln!(
            "   {} files, byte by byte the same from two clones",
            one.len()
        );
        return Ok(());
    }
    bail!(
        "two clones of one commit, in {}, differ in: {}",
        place.display(),
        differing.join(", ")
    )
}

/// Where the files of a release out of a new clone are.
fn release_of(workspace: &Workspace, root: &Path) -> Result<PathBuf> {
    empty_directory(root)?;
    let mut git = workspace.command("git");
    git.args(["clone", "--quiet", "--no-hardlinks", "."]);
    run(&format!("clone, to {}", root.display()), git.arg(root))?;
    let clone = Workspace::other(root.to_owned());
    lend_npm_tools(workspace, &clone)?;
    let directory = clone.target(DIRECTORY);
    empty_directory(&directory)?;
    put_together(&clone, &directory)?;
    Ok(directory)
}

/// Spares minutes. Should the lock file not be the same, they are installed after all.
fn lend_npm_tools(workspace: &Workspace, clone: &Workspace) -> Result<()> {
    let locks = [workspace, clone].map(|of| read(&of.path("package-lock.json")));
    let [Ok(own), Ok(others)] = locks else {
        bail!("a checkout has a package-lock.json");
    };
    if own != others {
        return Ok(());
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(workspace.path("node_modules"), clone.path("node_modules"))?;
    Ok(())
}

fn sums_of(directory: &Path) -> Result<BTreeMap<String, String>> {
    let files = sorted_entries(directory)?.into_iter();
    let sums = files.map(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        Ok((name.into_owned(), sha256(&read(&file)?)))
    });
    sums.collect()
}

/// Names of files that are not the same in both, or not in both.
fn differing(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> Vec<String> {
    let mut names: Vec<_> = one.keys().chain(other.keys()).collect();
    names.sort();
    names.dedup();
    names.retain(|name| one.get(*name) != other.get(*name));
    names.into_iter().cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_differs_if_its_sum_does_or_if_one_has_it_not() {
        let made = |files: &[(&str, &str)]| -> BTreeMap<String, String> {
            let files = files.iter();
            files
                .map(|(name, sum)| ((*name).to_owned(), (*sum).to_owned()))
                .collect()
        };
        let one = made(&[("a.tgz", "1"), ("b.crate", "2"), ("c.json", "3")]);
        assert!(differing(&one, &one).is_empty());
        let other = made(&[("a.tgz", "1"), ("b.crate", "4"), ("d.json", "3")]);
        assert_eq!(differing(&one, &other), ["b.crate", "c.json", "d.json"]);
    }
}
