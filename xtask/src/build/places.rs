//! Where a build puts what it makes.

use std::path::PathBuf;

use crate::workspace::Workspace;

pub(crate) struct Places {
    /// What wasm-bindgen made, repaired and not made smaller. Its declarations,
    /// which are not published, are what the facade is checked against.
    pub(crate) bindings: PathBuf,
    /// A copy of it, which is made smaller.
    pub(super) work: PathBuf,
    /// The same of the keeper's policy, made smaller in place.
    pub(crate) policy: PathBuf,
    /// What is generated for the package.
    pub(crate) made: PathBuf,
    /// What the package was made of, by a sum.
    pub(super) origin: PathBuf,
    /// The package.
    pub(crate) package: PathBuf,
}

impl Places {
    /// Those of the package that is published.
    pub(crate) fn published(workspace: &Workspace) -> Self {
        Self {
            package: workspace.path("pkg"),
            ..Self::of(workspace, "downscope")
        }
    }

    /// Those of another build, in a directory of cargo's target directory.
    pub(crate) fn of(workspace: &Workspace, name: &str) -> Self {
        let place = |what: &str| workspace.target(&format!("{name}/{what}"));
        Self {
            bindings: place("bindings"),
            work: place("work"),
            policy: place("policy"),
            made: place("made"),
            origin: place("made-of"),
            package: place("pkg"),
        }
    }
}
