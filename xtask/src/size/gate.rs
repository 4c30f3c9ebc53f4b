//! The limits. KB are 1000 bytes.

use std::fmt;

use anyhow::{Result, bail};

use super::measure::Sizes;

/// Of the `./slim` entry: all JavaScript and the WebAssembly, brotli: what it last
/// came to, and less than 2 %. docs/decisions.md, 40, has what it is spent on.
const SLIM_BROTLI: u64 = 35_400;

/// What the entry with the WebAssembly inlined should come to, brotli. Nothing
/// fails above it.
const INLINE_BROTLI: u64 = 25_000;

/// A size and what it is held against.
pub(super) struct Bound {
    what: &'static str,
    size: u64,
    most: u64,
    /// Whether the command fails above it.
    is_limit: bool,
}

/// The limit, then the goal.
pub(super) fn bounds(sizes: &Sizes) -> [Bound; 2] {
    [
        Bound {
            what: "downscope/slim",
            size: sizes.slim().brotli,
            most: SLIM_BROTLI,
            is_limit: true,
        },
        Bound {
            what: "downscope, inlined",
            size: sizes.default().brotli,
            most: INLINE_BROTLI,
            is_limit: false,
        },
    ]
}

pub(super) fn check(sizes: &Sizes) -> Result<()> {
    for bound in bounds(sizes) {
        if bound.is_limit && bound.size > bound.most {
            let Bound {
                what, size, most, ..
            } = bound;
            bail!("{what} is {size} bytes with brotli; the limit is {most}");
        }
    }
    Ok(())
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            what, size, most, ..
        } = self;
        let kind = if self.is_limit { "limit" } else { "goal" };
        let apart = size.abs_diff(*most);
        let side = if size > most { "above" } else { "below" };
        write!(
            f,
            "{kind:<6} {what:<19} {size:>7} of {most:>6}, {apart} {side}"
        )
    }
}
