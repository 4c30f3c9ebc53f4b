//! One file of glue.
//!
//! wasm-bindgen copies the SDK's own JavaScript (`src/browser/io.js`) into
//! directories below its output; a package is one directory of files, and has no
//! use for the loader that the facade stands in for.

use std::path::Path;

use anyhow::Result;

use crate::step::run;
use crate::workspace::Workspace;

/// How the glue is written.
#[derive(Clone, Copy)]
pub(crate) enum Look {
    Readable,
    Minified,
}

pub(crate) fn bundle(workspace: &Workspace, entry: &Path, glue: &Path, look: Look) -> Result<()> {
    let mut esbuild = workspace.npm_tool("esbuild");
    esbuild
        .arg(entry)
        .args(["--bundle", "--format=esm", "--charset=utf8"])
        .args(["--legal-comments=none"])
        .arg(format!("--outfile={}", glue.display()));
    let name = match look {
        Look::Readable => "one file of glue (esbuild)",
        Look::Minified => {
            esbuild.arg("--minify");
            "one file of glue, minified (esbuild)"
        }
    };
    run(name, &mut esbuild)?;
    Ok(())
}
