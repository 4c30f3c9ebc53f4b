//! Where things are, and how programs are started from there.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::step::ask;

/// The checkout that this program works on.
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
    /// Not that in which cargo started this program: cargo has to be told.
    is_other: bool,
}

impl Workspace {
    pub(crate) fn locate() -> Result<Self> {
        // What cargo says now, before what it said when it built this: a copy
        // of a checkout finds the executable of the original up to date.
        let package = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = package
            .parent()
            .context("xtask lies in the workspace's root")?
            .to_owned();
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(
            || root.join("target"),
            // A relative one is meant from where cargo was called.
            |dir| env::current_dir().unwrap_or_default().join(dir),
        );
        Ok(Self {
            root,
            target,
            is_other: false,
        })
    }

    /// Another checkout, with a target directory of its own.
    pub(crate) fn other(root: PathBuf) -> Self {
        Self {
            target: root.join("target"),
            root,
            is_other: true,
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A path in the checkout.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// A path in cargo's target directory, which holds everything made on the
    /// way to a result.
    pub(crate) fn target(&self, relative: &str) -> PathBuf {
        self.target.join(relative)
    }

    /// Where cargo puts a program that it builds without optimising it.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.target(&format!("debug/{name}{}", env::consts::EXE_SUFFIX))
    }

    /// A program, started in the workspace's root, with an environment that
    /// does not tell of the cargo which started this one: build scripts of
    /// dependencies watch it and would run again at every turn.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        for (name, _) in env::vars_os() {
            let told = name.to_string_lossy();
            if told.starts_with("CARGO_PKG_")
                || told.starts_with("CARGO_MANIFEST_")
                || matches!(&*told, "CARGO" | "CARGO_TERM_QUIET")
            {
                command.env_remove(&name);
            }
        }
        if self.is_other {
            command.env("CARGO_TARGET_DIR", &self.target);
        }
        command
    }

    pub(crate) fn cargo(&self) -> Command {
        self.command("cargo")
    }

    pub(crate) fn node(&self) -> Command {
        self.command("node")
    }

    pub(crate) fn npm(&self) -> Command {
        self.command(if cfg!(windows) { "npm.cmd" } else { "npm" })
    }

    /// A tool of the root `package.json`.
    pub(crate) fn npm_tool(&self, name: &str) -> Command {
        let file = if cfg!(windows) {
            format!("{name}.cmd")
        } else {
            name.to_owned()
        };
        self.command(self.path("node_modules/.bin").join(file))
    }

    /// The version of a crate of the workspace, which is that of the npm package by its name.
    pub(crate) fn version_of(&self, package: &str) -> Result<String> {
        Ok(self.package(package)?.version)
    }

    /// What the root `Cargo.toml` tells other programs than cargo.
    pub(crate) fn metadata(&self) -> Result<serde_json::Value> {
        Ok(self.package("downscope")?.metadata)
    }

    /// The repository's address, if it is settled: in the root `Cargo.toml`, and there alone.
    pub(crate) fn repository(&self) -> Result<Option<String>> {
        let address = self.package("downscope")?.repository;
        Ok(address.filter(|address| !address.is_empty()))
    }

    fn told(&self) -> Result<Metadata> {
        let arguments = ["metadata", "--no-deps", "--format-version", "1"];
        Ok(serde_json::from_str(&ask(self.cargo().args(arguments))?)?)
    }

    fn package(&self, name: &str) -> Result<Package> {
        self.told()?
            .packages
            .into_iter()
            .find(|package| package.name == name)
            .with_context(|| format!("the workspace has no package named {name}"))
    }
}

/// What cargo says of the workspace.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// What it says of the root `Cargo.toml`.
#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    repository: Option<String>,
    metadata: serde_json::Value,
}

/// The arguments behind `--`, should it have been written: those of the program
/// that a command starts.
pub(crate) fn without_separator(arguments: &[String]) -> &[String] {
    match arguments {
        [first, rest @ ..] if first == "--" => rest,
        all => all,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_handed_on_with_and_without_the_separator() {
        let words = ["--", "--runs", "3"].map(str::to_owned);
        assert_eq!(without_separator(&words), &words[1..]);
        assert_eq!(without_separator(&words[1..]), &words[1..]);
        assert!(without_separator(&[]).is_empty());
    }
}
