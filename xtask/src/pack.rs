//! `cargo xtask pack`: the tarball that would be published.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::build::{self, Places, Steps};
use crate::files::{empty_directory, sorted_entries, write};
use crate::step::run;
use crate::workspace::Workspace;

pub(crate) struct Packed {
    tarball: PathBuf,
    /// Where it is installed.
    app: PathBuf,
    resolves: Resolves,
}

/// For whom its types are to resolve.
#[derive(Clone, Copy)]
enum Resolves {
    Everywhere,
    AsModules,
}

impl Resolves {
    /// As attw calls it.
    const fn profile(self) -> &'static str {
        match self {
            Self::Everywhere => "strict",
            Self::AsModules => "esm-only",
        }
    }
}

/// An app that has the package installed, and nothing else.
pub(crate) struct App {
    directory: PathBuf,
}

/// What would be published.
pub(crate) fn pack(workspace: &Workspace) -> Result<Packed> {
    pack_with(workspace, &Steps::all())
}

/// The package of the backend, checked and installed: the directory that it is in then.
pub(crate) fn backend(workspace: &Workspace) -> Result<PathBuf> {
    pack_backend(workspace)?.install(workspace)?;
    Ok(installed_backend(workspace))
}

/// The directory that [`backend`] has installed it in.
pub(crate) fn installed_backend(workspace: &Workspace) -> PathBuf {
    app_of(&workspace.target(build::backend::NAME)).join("node_modules/downscope-backend")
}

/// The same, checked and not installed.
pub(crate) fn pack_backend(workspace: &Workspace) -> Result<Packed> {
    let package = build::backend::build(workspace)?;
    let packed = pack_directory(workspace, &package, build::backend::NAME)?;
    let packed = Packed {
        // Node requires modules, from 20.19 on; before, it is `import()` that there is.
        resolves: Resolves::AsModules,
        ..packed
    };
    packed.lint(workspace)?;
    Ok(packed)
}

/// The same, should steps that make it smaller be left out.
pub(crate) fn pack_with(workspace: &Workspace, steps: &Steps) -> Result<Packed> {
    let places = Places::published(workspace);
    build::build(workspace, steps, &places)?;
    pack_directory(workspace, &places.package, "")
}

/// A package that was made otherwise. What is made of it lies in `name` below
/// cargo's target directory.
pub(crate) fn pack_directory(workspace: &Workspace, package: &Path, name: &str) -> Result<Packed> {
    let target = workspace.target(name);
    let directory = target.join("package");
    empty_directory(&directory)?;
    run(
        "pack (npm pack)",
        workspace
            .npm()
            .arg("pack")
            .arg(package)
            .args(["--ignore-scripts", "--pack-destination"])
            .arg(&directory),
    )?;
    Packed::find(&target)
}

/// What [`pack`] has made before.
pub(crate) fn packed(workspace: &Workspace) -> Result<Packed> {
    Packed::find(&workspace.target(""))
}

impl Packed {
    fn find(target: &Path) -> Result<Self> {
        let tarball = sorted_entries(&target.join("package"))?
            .pop()
            .context("npm pack wrote no tarball")?;
        Ok(Self {
            tarball,
            app: app_of(target),
            resolves: Resolves::Everywhere,
        })
    }

    pub(crate) fn tarball(&self) -> &Path {
        &self.tarball
    }

    /// What bundlers, Node and TypeScript would complain about.
    pub(crate) fn lint(&self, workspace: &Workspace) -> Result<()> {
        run(
            "check the package (publint)",
            workspace
                .npm_tool("publint")
                .args(["run", "--strict"])
                .arg(&self.tarball),
        )?;
        run(
            "check how its types resolve (attw)",
            workspace
                .npm_tool("attw")
                .arg(&self.tarball)
                .arg("--exclude-entrypoints")
                .args(["./downscope_bg.wasm", "./media-worker-classic.js"])
                .args(["--profile", self.resolves.profile()]),
        )?;
        Ok(())
    }

    /// Installs the tarball in an app that has nothing else.
    pub(crate) fn install(&self, workspace: &Workspace) -> Result<App> {
        let directory = &self.app;
        empty_directory(directory)?;
        write(
            &directory.join("package.json"),
            "{ \"private\": true, \"type\": \"module\" }\n",
        )?;
        run(
            "install the tarball in an app",
            workspace
                .npm()
                .current_dir(directory)
                // Without dependencies there is nothing to ask a registry for.
                .args([
                    "install",
                    "--offline",
                    "--no-save",
                    "--no-audit",
                    "--no-fund",
                ])
                .arg(&self.tarball),
        )?;
        Ok(self.installed())
    }

    /// The app in which [`Self::install`] has installed it.
    pub(crate) fn installed(&self) -> App {
        App {
            directory: self.app.clone(),
        }
    }
}

fn app_of(target: &Path) -> PathBuf {
    target.join("app")
}

impl App {
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Directory of the package in it.
    pub(crate) fn package(&self) -> PathBuf {
        self.directory.join("node_modules").join("downscope")
    }
}
