//! wasm-bindgen, linked as a library: its version is that of `Cargo.lock`, and
//! there is nothing to install.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::files::{empty_directory, read_text, sorted_entries};

/// What wasm-bindgen made of a compiled module.
pub(crate) struct Bindings {
    pub(super) directory: PathBuf,
    /// What its files are called, before what tells them apart.
    name: String,
    pub(super) shape: Shape,
}

/// wasm-bindgen's `--target`, as far as a package can be made of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shape {
    /// A script with a loader of its own.
    Web,
    /// A script for a bundler that knows WebAssembly modules; wasm-pack's default.
    Bundler,
}

/// Writes `name.js`, `name_bg.wasm` and their declarations into a directory.
pub(crate) fn bindgen(compiled: &Path, directory: &Path, name: &str) -> Result<Bindings> {
    empty_directory(directory)?;
    let mut arguments = vec![OsString::from("wasm-bindgen"), compiled.into()];
    arguments.extend(["--out-dir".into(), directory.into()]);
    arguments.extend(["--out-name".into(), name.into()]);
    arguments.extend(["--target".into(), "web".into()]);
    // Bundlers must not meet a `new URL` of the glue's own: the entries say
    // where the module comes from.
    arguments.push("--omit-default-module-path".into());
    arguments.push("--remove-producers-section".into());
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(arguments)?;
    Ok(Bindings {
        directory: directory.to_owned(),
        name: name.to_owned(),
        shape: Shape::Web,
    })
}

impl Bindings {
    /// Finds out what a directory holds, and as what it was made.
    pub(super) fn found_in(directory: &Path) -> Result<Self> {
        let mut names = sorted_entries(directory)?.into_iter().filter_map(|file| {
            let name = file.file_name()?.to_string_lossy().into_owned();
            Some(name.strip_suffix("_bg.wasm")?.to_owned())
        });
        let name = names.next().context("it holds no WebAssembly")?;
        let mut found = Self {
            directory: directory.to_owned(),
            name,
            shape: Shape::Bundler,
        };
        if !found.script().exists() {
            found.shape = Shape::Web;
            let entry = found.entry();
            if !entry.exists() || !read_text(&entry)?.contains("__wbg_get_imports") {
                bail!("it is neither of `--target web` nor of `--target bundler`");
            }
        }
        Ok(found)
    }

    /// The same files in another directory.
    pub(super) fn moved_to(&self, directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
            name: self.name.clone(),
            shape: self.shape,
        }
    }

    pub(super) fn wasm(&self) -> PathBuf {
        self.file("_bg.wasm")
    }

    /// What is imported to get at everything.
    pub(super) fn entry(&self) -> PathBuf {
        self.file(".js")
    }

    pub(super) fn declarations(&self) -> PathBuf {
        self.file(".d.ts")
    }

    /// The glue itself.
    pub(super) fn script(&self) -> PathBuf {
        match self.shape {
            Shape::Web => self.entry(),
            Shape::Bundler => self.file("_bg.js"),
        }
    }

    /// As what the WebAssembly imports its glue.
    pub(super) fn module(&self) -> String {
        format!("./{}_bg.js", self.name)
    }

    fn file(&self, end: &str) -> PathBuf {
        self.directory.join(format!("{}{end}", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::write;

    #[test]
    fn a_directory_tells_for_what_its_bindings_were_made() -> Result<()> {
        let directory =
            std::env::temp_dir().join(format!("downscope-bindings-{}", std::process::id()));
        empty_directory(&directory)?;
        assert!(Bindings::found_in(&directory).is_err(), "nothing is there");
        write(&directory.join("some_bg.wasm"), "")?;
        write(&directory.join("some.js"), "exports.acquire = acquire;")?;
        assert!(Bindings::found_in(&directory).is_err(), "made for Node");

        write(
            &directory.join("some.js"),
            "function __wbg_get_imports() {}",
        )?;
        let web = Bindings::found_in(&directory)?;
        assert_eq!((web.shape, web.script()), (Shape::Web, web.entry()));

        write(&directory.join("some_bg.js"), "")?;
        let bundler = Bindings::found_in(&directory)?;
        assert_eq!(bundler.shape, Shape::Bundler);
        assert_eq!(bundler.script(), directory.join("some_bg.js"));
        std::fs::remove_dir_all(directory)?;
        Ok(())
    }
}
