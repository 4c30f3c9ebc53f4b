//! The limits. KB are 1000 bytes.

use anyhow::{Result, bail};

use super::measure::Sizes;

/// Of the `./slim` entry: all JavaScript and the WebAssembly, brotli.
const SLIM_BROTLI: u64 = 33_900;

pub(super) fn check(sizes: &Sizes) -> Result<()> {
    let size = sizes.slim().brotli;
    if size > SLIM_BROTLI {
        bail!("downscope/slim is {size} bytes with brotli; the limit is {SLIM_BROTLI}");
    }
    Ok(())
}
