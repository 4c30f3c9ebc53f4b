//! Whether a package is what a build would make, for those who start the same thing again and
//! again. By what files say and not by when they were written, which says little after a checkout.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{Places, Steps};
use crate::digest::sha256;
use crate::files::{sorted_entries, write};
use crate::step::ask;
use crate::workspace::Workspace;

/// What no step of a build reads, and what one edits most.
const ELSEWHERE: [&str; 5] = ["benches/", "examples/", "site/", "tests/", "www/"];

/// All that a package could be made of, as one sum; nothing where git cannot say what there is.
pub(super) fn sources(workspace: &Workspace, steps: &Steps) -> Option<String> {
    let mut git = workspace.command("git");
    git.args(["ls-files", "-z", "--cached", "--others"]);
    let listed = ask(git.arg("--exclude-standard")).ok()?;
    let is_read = |path: &&str| !ELSEWHERE.iter().any(|begin| path.starts_with(begin));
    let files = listed.split_terminator('\0').filter(is_read);
    let sum = sum_of(files.map(|path| workspace.path(path)));
    Some(sha256(format!("{steps:?} {sum}").as_bytes()))
}

/// Whether the package is as it was made of these sources.
pub(super) fn is_made_of(sources: &str, places: &Places) -> bool {
    fs::read_to_string(&places.origin)
        .is_ok_and(|known| made(sources, &places.package).is_ok_and(|now| now == known))
}

pub(super) fn record(sources: &str, places: &Places) -> Result<()> {
    write(&places.origin, made(sources, &places.package)?)
}

/// What a package is, and of what.
fn made(sources: &str, package: &Path) -> Result<String> {
    let package = sum_of(files_in(package)?.into_iter());
    Ok(format!("{sources} {package}\n"))
}

/// Of files, by their paths and what they hold. One that was deleted holds nothing.
fn sum_of(files: impl Iterator<Item = PathBuf>) -> String {
    let mut lines = String::new();
    for file in files {
        let sum = fs::read(&file).map_or_else(|_| String::new(), |bytes| sha256(&bytes));
        lines.push_str(&format!("{sum} {}\n", file.display()));
    }
    sha256(lines.as_bytes())
}

fn files_in(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in sorted_entries(directory)? {
        if entry.is_dir() {
            files.extend(files_in(&entry)?);
        } else {
            files.push(entry);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::empty_directory;

    /// A package that a build has made, below a directory of its own.
    fn built(root: &Path) -> Result<Places> {
        let places = Places::of(&Workspace::other(root.to_owned()), "fresh");
        empty_directory(&places.package.join("docs"))?;
        write(&places.package.join("index.js"), "export {};")?;
        write(&places.package.join("docs/a.md"), "# A")?;
        record("the sources", &places)?;
        Ok(places)
    }

    fn root(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("downscope-{name}-{}", std::process::id()))
    }

    #[test]
    fn what_was_made_of_the_same_sources_and_is_as_it_was_is_up_to_date() -> Result<()> {
        let root = root("same");
        let places = built(&root)?;
        assert!(is_made_of("the sources", &places));
        assert!(!is_made_of("other sources", &places));
        Ok(fs::remove_dir_all(root)?)
    }

    #[test]
    fn what_somebody_has_changed_or_thrown_away_is_not_up_to_date() -> Result<()> {
        let root = root("changed");
        for (change, name) in [("# B", "docs/a.md"), ("", "index.js"), ("", "more.js")] {
            let places = built(&root)?;
            write(&places.package.join(name), change)?;
            assert!(!is_made_of("the sources", &places), "{name}");
            fs::remove_dir_all(&places.package)?;
            assert!(!is_made_of("the sources", &places));
        }
        Ok(fs::remove_dir_all(root)?)
    }
}
