//! SHA-256 of files, as `sha256sum --check` reads it.

use std::path::Path;

use anyhow::Result;

use crate::digest::sha256;
use crate::files::{read, sorted_entries, write};

/// Where they are, beside the files.
pub(super) const FILE: &str = "SHA256SUMS";

/// Writes those of all files in a directory.
pub(super) fn sum(directory: &Path) -> Result<()> {
    let mut lines = String::new();
    for file in sorted_entries(directory)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        lines.push_str(&format!("{}  {name}\n", sha256(&read(&file)?)));
    }
    write(&directory.join(FILE), lines)
}
