//! What the last release came to.

use anyhow::{Context, Result};
use serde::Deserialize;

use super::measure::Size;

/// `null` until there has been a release; written with each.
const RELEASED: &str = include_str!("released.json");

/// The figures of a release, as `cargo xtask size --json` printed them.
#[derive(Deserialize)]
pub(super) struct Released {
    pub(super) version: String,
    pub(super) slim: Size,
    pub(super) default: Size,
    pub(super) wasm_raw: u64,
}

pub(super) fn last() -> Result<Option<Released>> {
    read(RELEASED)
}

fn read(json: &str) -> Result<Option<Released>> {
    serde_json::from_str(json).context("released.json is neither null nor a release's figures")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_figures_can_be_read() -> Result<()> {
        last().map(drop)
    }

    #[test]
    fn a_release_is_what_the_command_prints_and_a_version() -> Result<()> {
        let size = r#"{"raw":3,"gzip":2,"brotli":1}"#;
        let json = format!(
            r#"{{"version":"0.1.0","slim":{size},"default":{size},"wasm_raw":4,"adapters":{{}}}}"#
        );

        let released = read(&json)?.context("there is one")?;

        assert_eq!(released.version, "0.1.0");
        assert_eq!(released.slim.brotli, 1);
        assert_eq!(released.wasm_raw, 4);
        Ok(())
    }
}
