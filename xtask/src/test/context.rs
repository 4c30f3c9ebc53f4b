//! What several stages need, made once and only if one of them runs.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::demo;
use crate::pack::{self, App, Packed};
use crate::setup::{self, Browser};
use crate::workspace::Workspace;

pub(super) struct Context<'a> {
    pub(super) workspace: &'a Workspace,
    browser: Once<Browser>,
    packed: Once<Packed>,
    app: Once<App>,
    server: Once<PathBuf>,
}

impl<'a> Context<'a> {
    pub(super) fn new(workspace: &'a Workspace) -> Self {
        Self {
            workspace,
            browser: Once::new("no browser was found"),
            packed: Once::new("the package could not be built"),
            app: Once::new("the package could not be installed"),
            server: Once::new("the reference backend could not be built"),
        }
    }

    pub(super) fn browser(&self) -> Result<&Browser> {
        self.browser.get(|| setup::browser(self.workspace))
    }

    pub(super) fn packed(&self) -> Result<&Packed> {
        self.packed.get(|| pack::pack(self.workspace))
    }

    /// An app that has the package installed.
    pub(super) fn app(&self) -> Result<&App> {
        self.app.get(|| self.packed()?.install(self.workspace))
    }

    /// Executable of the reference backend.
    pub(super) fn server(&self) -> Result<&Path> {
        let server = self.server.get(|| demo::build_server(self.workspace));
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
