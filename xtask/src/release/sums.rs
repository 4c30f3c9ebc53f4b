//! SHA-256 of files, as `sha256sum --check` reads it.

use std::path::Path;

use anyhow::Result;
use sha2::{Digest, Sha256};

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

pub(super) fn sha256(bytes: &[u8]) -> String {
    let digits = Sha256::digest(bytes);
    digits.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_written_in_lower_case_with_all_its_noughts() {
        let of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc"), of_abc);
    }
}
