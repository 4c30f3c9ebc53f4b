//! What the sections of a WebAssembly module take.

use anyhow::Result;
use wasmparser::{Parser, Payload};

/// The sections in their order with the bytes of their contents; last what is
/// around them.
pub(super) fn sections(wasm: &[u8]) -> Result<Vec<(String, u64)>> {
    let mut sections = Vec::new();
    let mut around = wasm.len() as u64;
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        let Some((id, range)) = payload.as_section() else {
            continue;
        };
        let bytes = range.len() as u64;
        around -= bytes;
        let name = if let Payload::CustomSection(custom) = &payload {
            format!("custom, {}", custom.name())
        } else {
            name(id).to_owned()
        };
        sections.push((name, bytes));
    }
    sections.push(("around them".to_owned(), around));
    Ok(sections)
}

/// WebAssembly core specification, section 5.5.2.
fn name(id: u8) -> &'static str {
    match id {
        1 => "types",
        2 => "imports",
        3 => "functions",
        4 => "tables",
        5 => "memories",
        6 => "globals",
        7 => "exports",
        8 => "start",
        9 => "elements",
        10 => "code",
        11 => "data",
        12 => "data count",
        13 => "tags",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_of_all_sections_and_around_them_are_those_of_the_module() -> Result<()> {
        // A memory of one page, then a custom section called "x".
        let wasm = b"\0asm\x01\0\0\0\x05\x03\x01\0\x01\0\x03\x01xy";

        let sections = sections(wasm)?;

        let expected = [("memories", 3), ("custom, x", 3), ("around them", 12)];
        assert_eq!(
            sections,
            expected.map(|(name, bytes)| (name.to_owned(), bytes))
        );
        Ok(())
    }
}
