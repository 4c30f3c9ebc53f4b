//! Programs that are not built here: where they may be, and what brings them.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::crates::Crate;
use super::debian;
use crate::workspace::Workspace;

pub(crate) struct Program {
    /// What sets its path, should it not be found by itself.
    pub(crate) variable: &'static str,
    /// Names on the search path, or whole paths; the first that is there is taken.
    pub(crate) names: &'static [&'static str],
    pub(crate) source: Source,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Source {
    /// A package of Debian and Ubuntu.
    Debian(&'static str),
    /// No package: compiled by cargo.
    Crate(Crate),
}

/// Finds the programs; installs those that are missing, if this machine is one
/// where that can be done. Gives their paths, in the same order.
pub(crate) fn find(workspace: &Workspace, programs: &[Program]) -> Result<Vec<PathBuf>> {
    let mut packages = Vec::new();
    for program in programs {
        if let (None, Source::Debian(package)) = (program.locate(workspace)?, program.source) {
            packages.push(package);
        }
    }
    if !packages.is_empty() && debian::can_install(workspace) {
        debian::install(workspace, &packages)?;
    }
    // First see that every package is there: compiling takes minutes, and would be in
    // vain.
    for program in programs {
        if let (None, Source::Debian(_)) = (program.locate(workspace)?, program.source) {
            bail!(program.way());
        }
    }
    programs
        .iter()
        .map(
            |program| match (program.locate(workspace)?, program.source) {
                (Some(file), _) => Ok(file),
                (None, Source::Debian(_)) => bail!(program.way()),
                (None, Source::Crate(it)) => it.compile(workspace).with_context(|| program.way()),
            },
        )
        .collect()
}

/// Where one is, if it is there already.
pub(crate) fn installed(workspace: &Workspace, program: &Program) -> Result<Option<PathBuf>> {
    program.locate(workspace)
}

impl Program {
    fn locate(&self, workspace: &Workspace) -> Result<Option<PathBuf>> {
        if let Some(named) = env::var_os(self.variable).filter(|named| !named.is_empty()) {
            let file = PathBuf::from(named);
            if !file.is_file() {
                bail!("{} is {}, which is no file", self.variable, file.display());
            }
            return Ok(Some(file));
        }
        let search = env::var_os("PATH").unwrap_or_default();
        let directories: Vec<PathBuf> = env::split_paths(&search).collect();
        let installed = self.names.iter().find_map(|name| first(&directories, name));
        Ok(installed.or_else(|| match self.source {
            Source::Debian(_) => None,
            Source::Crate(it) => it.compiled(workspace),
        }))
    }

    /// The one command that helps.
    pub(crate) fn way(&self) -> String {
        let name = self.names.first().copied().unwrap_or_default();
        let command = match self.source {
            Source::Debian(package) => format!("on Debian and Ubuntu `apt-get install {package}`"),
            Source::Crate(it) => format!("`{}`", it.command_line()),
        };
        let variable = self.variable;
        format!("{name} is needed: {command}; or install it otherwise and set {variable} to it")
    }
}

fn first(directories: &[PathBuf], name: &str) -> Option<PathBuf> {
    let name = Path::new(name);
    if name.is_absolute() {
        return Some(name.to_owned()).filter(|file| file.is_file());
    }
    let mut places = directories.iter().map(|directory| directory.join(name));
    places.find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_by_its_name_or_by_its_path() -> Result<()> {
        let this = env::current_exe()?;
        let directory = this.parent().context("it lies in a directory")?.to_owned();
        let name = this.file_name().context("it has a name")?;
        let found = Some(this.clone());

        assert_eq!(first(&[directory], &name.to_string_lossy()), found);
        assert_eq!(first(&[], &this.to_string_lossy()), found);
        assert_eq!(first(&[], &name.to_string_lossy()), None);
        Ok(())
    }

    #[test]
    fn what_is_missing_is_named_with_the_command_that_brings_it() {
        let program = Program {
            variable: "XVFB",
            names: &["Xvfb"],
            source: Source::Debian("xvfb"),
        };
        let way = program.way();

        assert!(way.contains("Xvfb") && way.contains("XVFB"));
        assert!(way.contains("`apt-get install xvfb`"));
    }
}
