//! The package once more as CommonJS, in `cjs/`, made of its own files: for Jest, and
//! for what else can only `require()`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::files::{copy_file, empty_directory, sorted_entries, write};
use crate::step::run;
use crate::workspace::Workspace;

const DIRECTORY: &str = "cjs";

/// What `import.meta.url` is there. Nothing can be fetched from it, which is what the
/// error of `downscope/slim` is about.
const ADDRESS: &str = r#"--define:import.meta.url="file:///downscope.js""#;

pub(super) fn commonjs(workspace: &Workspace, package: &Path) -> Result<()> {
    let directory = package.join(DIRECTORY);
    let files = sorted_entries(package)?;
    empty_directory(&directory)?;
    // Scripts in it, and declarations beside them, are CommonJS by this.
    write(
        &directory.join("package.json"),
        "{ \"type\": \"commonjs\", \"sideEffects\": false }\n",
    )?;
    for declarations in ending(&files, ".d.ts") {
        let name = declarations.file_name().context("it is a file")?;
        copy_file(declarations, &directory.join(name))?;
    }
    let mut esbuild = workspace.npm_tool("esbuild");
    esbuild
        .args(ending(&files, ".js"))
        .args(["--format=cjs", "--platform=node", "--charset=utf8", ADDRESS])
        .arg(format!("--outdir={}", directory.display()));
    run("the same for `require` (esbuild)", &mut esbuild)?;
    Ok(())
}

fn ending<'a>(files: &'a [PathBuf], end: &str) -> impl Iterator<Item = &'a PathBuf> {
    files
        .iter()
        .filter(move |file| file.to_string_lossy().ends_with(end))
}
