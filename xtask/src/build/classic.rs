//! The service worker half of `downscope/media` as a script, for `importScripts()`: made of the
//! module, so that there is one.

use std::path::Path;

use anyhow::Result;

use crate::step::run;
use crate::workspace::Workspace;

const MODULE: &str = "media-worker.js";
const SCRIPT: &str = "media-worker-classic.js";

/// What the script calls the module's exports.
const GLOBAL: &str = "--global-name=downscopeMedia";

pub(super) fn classic(workspace: &Workspace, package: &Path) -> Result<()> {
    let mut esbuild = workspace.npm_tool("esbuild");
    esbuild
        .arg(package.join(MODULE))
        .args(["--bundle", "--format=iife", "--charset=utf8", GLOBAL])
        .arg(format!("--outfile={}", package.join(SCRIPT).display()));
    run("the same for `importScripts` (esbuild)", &mut esbuild)?;
    Ok(())
}
