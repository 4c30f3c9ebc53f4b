//! By what a page knows that its two files belong together.
//!
//! After a deployment, caches may give it the JavaScript of one build and the
//! WebAssembly of another, and the short names of `shrink` mean something else
//! in each. So both are told the same few letters, made from both: the module as
//! the name of an empty section, the glue as an export. `pkg-template/load.js`
//! compares them.

use std::path::Path;

use anyhow::Result;

use crate::files::{read, read_text, write};

/// Changes both in place; nothing may change either after it.
pub(crate) fn stamp(glue: &Path, wasm: &Path) -> Result<()> {
    let (mut script, mut module) = (read_text(glue)?, read(wasm)?);
    let name = fingerprint(&[script.as_bytes(), &module]);
    script.push_str(&format!("export const build=\"{name}\";\n"));
    module.extend(section(&name));
    write(glue, script)?;
    write(wasm, module)
}

/// FNV-1a, its 64 bits folded to 32: nobody has to be kept from finding another
/// pair with the same letters.
fn fingerprint(parts: &[&[u8]]) -> String {
    let hash = parts
        .iter()
        .copied()
        .flatten()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{:08x}", (hash >> 32) ^ (hash & 0xffff_ffff))
}

/// A custom section with nothing but its name (WebAssembly core specification,
/// section 5.5.3).
fn section(name: &str) -> Vec<u8> {
    // Neither number has more than seven bits.
    let length = name.len() as u8;
    [&[0, length + 1, length], name.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use anyhow::bail;
    use wasmparser::{Parser, Payload};

    use super::*;

    const EMPTY: &[u8] = b"\0asm\x01\0\0\0";

    #[test]
    fn a_module_with_the_section_is_a_module_still_and_has_it_by_its_name() -> Result<()> {
        let module = [EMPTY, &section("0123abcd")].concat();

        for payload in Parser::new(0).parse_all(&module) {
            if let Payload::CustomSection(section) = payload? {
                assert_eq!((section.name(), section.data()), ("0123abcd", &b""[..]));
                return Ok(());
            }
        }
        bail!("there is no such section");
    }

    #[test]
    fn the_same_build_has_the_same_letters_and_another_one_has_others() {
        let made = fingerprint(&[b"glue", EMPTY]);

        assert_eq!(made, fingerprint(&[b"glue", EMPTY]));
        assert_eq!(made.len(), 8);
        for other in [[b"gluf", EMPTY], [b"glue", b"\0asm"], [b"", EMPTY]] {
            assert_ne!(made, fingerprint(&other));
        }
    }

    #[test]
    fn both_files_are_told_the_same() -> Result<()> {
        let directory =
            std::env::temp_dir().join(format!("downscope-fingerprint-{}", std::process::id()));
        std::fs::create_dir_all(&directory)?;
        let (glue, wasm) = (directory.join("glue.js"), directory.join("a.wasm"));
        write(&glue, "export{a};\n")?;
        write(&wasm, EMPTY)?;

        stamp(&glue, &wasm)?;

        let name = fingerprint(&[b"export{a};\n", EMPTY]);
        assert_eq!(
            read_text(&glue)?,
            format!("export{{a}};\nexport const build=\"{name}\";\n")
        );
        assert!(read(&wasm)?.ends_with(name.as_bytes()));
        std::fs::remove_dir_all(directory)?;
        Ok(())
    }
}
