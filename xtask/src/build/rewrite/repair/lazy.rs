//! Nothing in the glue happens when it is imported.
//!
//! wasm-bindgen makes a `TextDecoder` and a `TextEncoder` as its module is
//! evaluated. Where one is missing (jsdom, as Jest has it) the import would
//! throw, in every test of an app that has this package somewhere below it.

use std::path::Path;

use anyhow::{Result, bail};

use crate::files::{read_text, write};

/// wasm-bindgen's polyfill of `encodeInto`, which every browser of this package has
/// (docs/reference/browsers.md) and which makes an encoder at import. It ends with the next line
/// that is a closing brace.
const STAND_IN: &str = "if (!('encodeInto' in cachedTextEncoder)) {\n";
const END: &str = "\n}\n";

/// Text of the glue, and what it becomes, so that decoder and encoder are made where
/// they are first used. The glue makes a new decoder after `MAX_SAFARI_DECODE_BYTES`;
/// counting from there, the first call makes the first one.
const DEFERRED: [(&str, &str); 6] = [
    (
        "let cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
cachedTextDecoder.decode();
const MAX_SAFARI_DECODE_BYTES",
        "let cachedTextDecoder;
const MAX_SAFARI_DECODE_BYTES",
    ),
    (
        "let numBytesDecoded = 0;\n",
        "let numBytesDecoded = MAX_SAFARI_DECODE_BYTES;\n",
    ),
    (
        "        cachedTextDecoder.decode();\n        numBytesDecoded",
        "        numBytesDecoded",
    ),
    ("const cachedTextEncoder = new TextEncoder();\n", ""),
    (
        "cachedTextEncoder.encodeInto(",
        "new TextEncoder().encodeInto(",
    ),
    (
        "cachedTextEncoder.encode(arg)",
        "new TextEncoder().encode(arg)",
    ),
];

/// Changes the glue in place.
pub(super) fn defer_in(glue: &Path) -> Result<()> {
    write(glue, deferred(&read_text(glue)?)?)
}

fn deferred(glue: &str) -> Result<String> {
    let parts = glue
        .split_once(STAND_IN)
        .and_then(|(before, from)| Some((before, from.split_once(END)?.1)));
    let Some((before, after)) = parts else {
        bail!("the glue has no stand-in for `encodeInto`");
    };
    let mut left = [before, after].concat();
    for (at_once, when_needed) in DEFERRED {
        if left.matches(at_once).count() != 1 {
            bail!("the glue of wasm-bindgen 0.2.130 says once: {at_once}");
        }
        left = left.replace(at_once, when_needed);
    }
    if left.contains("cachedTextEncoder") {
        bail!("the glue uses its encoder otherwise than that of wasm-bindgen 0.2.130");
    }
    Ok(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLUE: &str = "let cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
cachedTextDecoder.decode();
const MAX_SAFARI_DECODE_BYTES = 2146435072;
let numBytesDecoded = 0;
function decodeText(bytes) {
    numBytesDecoded += bytes.length;
    if (numBytesDecoded >= MAX_SAFARI_DECODE_BYTES) {
        cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
        cachedTextDecoder.decode();
        numBytesDecoded = bytes.length;
    }
    return cachedTextDecoder.decode(bytes);
}
const cachedTextEncoder = new TextEncoder();

if (!('encodeInto' in cachedTextEncoder)) {
    cachedTextEncoder.encodeInto = function (arg, view) {
        return cachedTextEncoder.encode(arg);
    };
}

const buf = cachedTextEncoder.encode(arg);
const ret = cachedTextEncoder.encodeInto(arg, view);
";

    #[test]
    fn the_decoder_is_made_by_who_decodes_first_and_the_encoder_by_who_encodes() -> Result<()> {
        assert_eq!(
            deferred(GLUE)?,
            "let cachedTextDecoder;
const MAX_SAFARI_DECODE_BYTES = 2146435072;
let numBytesDecoded = MAX_SAFARI_DECODE_BYTES;
function decodeText(bytes) {
    numBytesDecoded += bytes.length;
    if (numBytesDecoded >= MAX_SAFARI_DECODE_BYTES) {
        cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
        numBytesDecoded = bytes.length;
    }
    return cachedTextDecoder.decode(bytes);
}


const buf = new TextEncoder().encode(arg);
const ret = new TextEncoder().encodeInto(arg, view);
"
        );
        Ok(())
    }

    #[test]
    fn a_glue_that_makes_them_otherwise_is_an_error() {
        assert!(deferred("").is_err());
        for (at_once, _) in DEFERRED {
            assert!(deferred(&GLUE.replace(at_once, "")).is_err(), "{at_once}");
        }
        assert!(deferred(&GLUE.replace(STAND_IN, "{\n")).is_err());
        assert!(deferred(&format!("{GLUE}cachedTextEncoder.close();\n")).is_err());
    }
}
