//! Sizes of the bundles that `tests/package/support/measure.mjs` makes.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::setup;
use crate::step::{ask, step};
use crate::workspace::Workspace;

/// Bytes of all files that a page downloads, each compressed by itself.
#[derive(Clone, Copy, Deserialize, Serialize)]
pub(super) struct Size {
    pub(super) raw: u64,
    pub(super) gzip: u64,
    pub(super) brotli: u64,
}

/// One entry of the package, in one bundler's output.
#[derive(Deserialize)]
struct Bundle {
    entry: String,
    bundler: String,
    size: Size,
}

/// What `measure.mjs` prints.
#[derive(Deserialize)]
struct Answer {
    bundles: Vec<Bundle>,
    adapters: BTreeMap<String, Size>,
}

pub(super) struct Sizes {
    bundles: Vec<Bundle>,
    slim: Size,
    default: Size,
    wasm_raw: u64,
    /// By their subpath in the package; each by itself, without the client.
    adapters: BTreeMap<String, Size>,
}

pub(super) fn measure(workspace: &Workspace, package: &Path) -> Result<Sizes> {
    setup::npm(workspace)?;
    let Answer { bundles, adapters } = step("bundle an app and measure it", || {
        let answer = ask(workspace
            .node()
            .arg(workspace.path("tests/package/support/measure.mjs"))
            .env("DOWNSCOPE_PKG", package))?;
        serde_json::from_str(&answer).context("the measurement printed no sizes")
    })?;
    Ok(Sizes {
        slim: largest(&bundles, "slim")?,
        default: largest(&bundles, "default")?,
        wasm_raw: fs::metadata(package.join("downscope_bg.wasm"))?.len(),
        bundles,
        adapters,
    })
}

/// An entry is as large as the worst bundler makes it.
fn largest(bundles: &[Bundle], entry: &str) -> Result<Size> {
    bundles
        .iter()
        .filter(|bundle| bundle.entry == entry)
        .map(|bundle| bundle.size)
        .max_by_key(|size| size.brotli)
        .with_context(|| format!("the entry {entry} was not measured"))
}

impl Sizes {
    pub(super) fn slim(&self) -> Size {
        self.slim
    }

    pub(super) fn default(&self) -> Size {
        self.default
    }

    pub(super) fn wasm_raw(&self) -> u64 {
        self.wasm_raw
    }

    pub(super) fn to_json(&self) -> Result<String> {
        #[derive(Serialize)]
        struct Report<'a> {
            slim: Size,
            default: Size,
            wasm_raw: u64,
            adapters: &'a BTreeMap<String, Size>,
        }

        Ok(serde_json::to_string(&Report {
            slim: self.slim,
            default: self.default,
            wasm_raw: self.wasm_raw,
            adapters: &self.adapters,
        })?)
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "entry     bundler       raw    gzip  brotli")?;
        for Bundle {
            entry,
            bundler,
            size,
        } in &self.bundles
        {
            writeln!(f, "{entry:<9} {bundler:<9} {size}")?;
        }
        for (subpath, size) in &self.adapters {
            writeln!(f, "{subpath:<9} {:<9} {size}", "alone")?;
        }
        writeln!(f, "downscope_bg.wasm   {:>7}", self.wasm_raw)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { raw, gzip, brotli } = self;
        write!(f, "{raw:>7} {gzip:>7} {brotli:>7}")
    }
}
