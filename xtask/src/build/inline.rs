//! The WebAssembly as a JavaScript module, for the entry that works in every
//! bundler without configuration.

use std::path::Path;

use anyhow::Result;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zopfli::{Format, Options};

use crate::files::{read, write};

/// Compressed first: base64 makes bytes a third longer, and nothing can
/// compress them after it. A page undoes it with `DecompressionStream`, which
/// does not say beforehand how much there will be.
pub(super) fn inline(wasm: &Path, module: &Path) -> Result<()> {
    let bytes = read(wasm)?;
    let mut compressed = Vec::new();
    zopfli::compress(
        Options::default(),
        Format::Gzip,
        bytes.as_slice(),
        &mut compressed,
    )?;
    let text = STANDARD.encode(compressed);
    let size = bytes.len();
    write(
        module,
        format!("export const size = {size};\nexport const packed = \"{text}\";\n"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_exports_the_base64_of_a_gzip_file_and_its_size_before() -> Result<()> {
        let directory =
            std::env::temp_dir().join(format!("downscope-inline-{}", std::process::id()));
        std::fs::create_dir_all(&directory)?;
        let (wasm, module) = (directory.join("a.wasm"), directory.join("inline.js"));
        write(&wasm, b"\0asm\x01\0\0\0")?;

        inline(&wasm, &module)?;

        let text = crate::files::read_text(&module)?;
        let encoded = text
            .trim_start_matches("export const size = 8;\nexport const packed = \"")
            .trim_end_matches("\";\n");
        let bytes = STANDARD.decode(encoded)?;
        assert_eq!(
            bytes.get(..3),
            Some(&[0x1f, 0x8b, 8][..]),
            "the mark of gzip with deflate"
        );
        std::fs::remove_dir_all(directory)?;
        Ok(())
    }
}
