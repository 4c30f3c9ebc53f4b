//! What several stages need, made once and only if one of them runs.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::programs;
use crate::demo;
use crate::display::Display;
use crate::pack::{self, App, Packed};
use crate::setup::{self, Engine, Found};
use crate::workspace::Workspace;

pub(super) struct Context<'a> {
    pub(super) workspace: &'a Workspace,
    engines: [Once<Found>; Engine::ALL.len()],
    display: Once<Display>,
    packed: Once<Packed>,
    app: Once<App>,
    server: Once<PathBuf>,
    backend_package: Once<PathBuf>,
    /// Whether the package has been built and installed by a run beside this one.
    pub(super) is_beside: bool,
}

impl<'a> Context<'a> {
    pub(super) fn new(workspace: &'a Workspace, is_beside: bool) -> Self {
        Self {
            workspace,
            engines: Engine::ALL.map(|_| Once::new("the engine was not found")),
            display: Once::new("the screen could not be started"),
            packed: Once::new("the package could not be built"),
            app: Once::new("the package could not be installed"),
            server: Once::new("the reference backend could not be built"),
            backend_package: Once::new("the backend's package could not be built"),
            is_beside,
        }
    }

    pub(super) fn engine(&self, engine: Engine) -> Result<&Found> {
        self.engines[engine as usize].get(|| setup::engine(self.workspace, engine))
    }

    /// Lets a command start the browser of an engine.
    pub(super) fn prepare(&self, command: &mut Command, found: &Found) -> Result<()> {
        command
            .envs(found.programs())
            .envs(found.settings().iter().copied());
        if let Ok(xvfb) = found.program("XVFB") {
            let display = self.display.get(|| Display::start(self.workspace, xvfb))?;
            command.env("DISPLAY", display.name());
        }
        Ok(())
    }

    pub(super) fn packed(&self) -> Result<&Packed> {
        self.packed.get(|| {
            if self.is_beside {
                pack::packed(self.workspace)
            } else {
                pack::pack(self.workspace)
            }
        })
    }

    /// An app that has the package installed.
    pub(super) fn app(&self) -> Result<&App> {
        self.app.get(|| {
            let packed = self.packed()?;
            if self.is_beside {
                Ok(packed.installed())
            } else {
                packed.install(self.workspace)
            }
        })
    }

    /// Where the package of the backend is installed.
    pub(super) fn backend_package(&self) -> Result<&Path> {
        let package = self.backend_package.get(|| {
            if self.is_beside {
                Ok(pack::installed_backend(self.workspace))
            } else {
                pack::backend(self.workspace)
            }
        });
        package.map(PathBuf::as_path)
    }

    /// Executable of the reference backend.
    pub(super) fn server(&self) -> Result<&Path> {
        let server = self.server.get(|| {
            let step = "compile the reference backend";
            programs::build(self.workspace, step, &[demo::SERVER])?;
            Ok(self.workspace.program(demo::SERVER))
        });
        server.map(PathBuf::as_path)
    }
}

/// Something made at most once. What went wrong is told the first time.
struct Once<T> {
    cell: OnceCell<Option<T>>,
    failure: &'static str,
}

impl<T> Once<T> {
    fn new(failure: &'static str) -> Self {
        Self {
            cell: OnceCell::new(),
            failure,
        }
    }

    fn get(&self, make: impl FnOnce() -> Result<T>) -> Result<&T> {
        let mut error = None;
        let made = self
            .cell
            .get_or_init(|| make().map_err(|reason| error = Some(reason)).ok());
        match error {
            Some(reason) => Err(reason),
            None => made
                .as_ref()
                .with_context(|| format!("{}, see above", self.failure)),
        }
    }
}
