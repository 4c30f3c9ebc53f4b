//! Takes out of the glue what is never asked for in this package, and what is
//! said at more length than it takes.

use std::path::Path;

use anyhow::{Result, bail};

use crate::files::{read_text, write};

/// What `passStringToWasm0` does for callers that give no `realloc`: all of ours do,
/// which `COPY` and `GROWING` are counted to see.
const WITHOUT_GROWING: &str = "    if (realloc === undefined) {
        const buf = new TextEncoder().encode(arg);
        const ptr = malloc(buf.length, 1) >>> 0;
        getUint8ArrayMemory0().subarray(ptr, ptr + buf.length).set(buf);
        WASM_VECTOR_LEN = buf.length;
        return ptr;
    }\n";
const COPY: &str = "passStringToWasm0(";
const GROWING: &str = ", wasm.__wbindgen_malloc, wasm.__wbindgen_realloc)";

/// Longer code of the glue, and shorter code that does the same, since memory that has
/// grown has another buffer.
const LENGTHY: [(&str, &str); 6] = [
    (
        "cachedDataViewMemory0 === null || cachedDataViewMemory0.buffer.detached === true || (cachedDataViewMemory0.buffer.detached === undefined && cachedDataViewMemory0.buffer !== wasm.memory.buffer)",
        "cachedDataViewMemory0?.buffer !== wasm.memory.buffer",
    ),
    (
        "cachedUint8ArrayMemory0 === null || cachedUint8ArrayMemory0.byteLength === 0",
        "!cachedUint8ArrayMemory0?.byteLength",
    ),
    ("let wasmModule, wasmInstance, wasm;\n", "let wasm;\n"),
    ("    wasmInstance = instance;\n", ""),
    ("    wasmModule = module;\n", ""),
    (
        "    cachedDataViewMemory0 = null;\n    cachedUint8ArrayMemory0 = null;\n",
        "",
    ),
];

/// Changes the glue in place.
pub(super) fn drop_from(glue: &Path) -> Result<()> {
    write(glue, without(&read_text(glue)?)?)
}

fn without(glue: &str) -> Result<String> {
    let mut left = glue.to_owned();
    // The function itself, and who calls it.
    if left.matches(COPY).count() != left.matches(GROWING).count() + 1 {
        bail!("the glue copies strings otherwise than that of wasm-bindgen 0.2.130");
    }
    for (part, instead) in [(WITHOUT_GROWING, "")].into_iter().chain(LENGTHY) {
        if left.matches(part).count() != 1 {
            bail!("the glue of wasm-bindgen 0.2.130 says once: {part}");
        }
        left = left.replace(part, instead);
    }
    Ok(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_glue_keeps_what_is_asked_for_and_says_it_in_short() -> Result<()> {
        let left = without(&glue())?;

        assert_eq!(
            left,
            format!(
                "if (cachedDataViewMemory0?.buffer !== wasm.memory.buffer) {{}}
if (!cachedUint8ArrayMemory0?.byteLength) {{}}
{COPY}a{GROWING};
function {COPY}arg) {{
}}
let wasm;
"
            )
        );
        Ok(())
    }

    #[test]
    fn a_glue_that_is_made_otherwise_is_an_error() {
        assert!(without("let B = 0;\n").is_err());
        let more = [
            format!("{COPY}a, wasm.__wbindgen_malloc);\n"),
            WITHOUT_GROWING.to_owned(),
        ];
        for one in more {
            assert!(without(&(glue() + &one)).is_err(), "{one}");
        }
        for (part, _) in LENGTHY {
            assert!(without(&glue().replace(part, "")).is_err(), "{part}");
        }
    }

    fn glue() -> String {
        let [(view, _), (bytes, _), lengthy @ ..] = LENGTHY;
        let lengthy = lengthy.map(|(part, _)| part).concat();
        format!(
            "if ({view}) {{}}
if ({bytes}) {{}}
{COPY}a{GROWING};
function {COPY}arg) {{
{WITHOUT_GROWING}}}
{lengthy}"
        )
    }
}
