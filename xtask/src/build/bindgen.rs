//! wasm-bindgen, linked as a library: its version is that of `Cargo.lock`, and
//! there is nothing to install.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::files::empty_directory;

/// What wasm-bindgen made of a compiled module.
pub(crate) struct Bindings {
    pub(super) glue: PathBuf,
    pub(super) wasm: PathBuf,
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
        glue: directory.join(format!("{name}.js")),
        wasm: directory.join(format!("{name}_bg.wasm")),
    })
}
