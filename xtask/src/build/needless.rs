//! Takes out of the glue what this package has no need of: what stands in for
//! a function that each of its browsers has (README, Browsers), what is never
//! asked for, and the finalizers of closures, since each closure is dropped by
//! hand (docs/decisions.md, 33).

use std::path::Path;

use anyhow::{Result, bail};

use crate::files::{read_text, write};

/// From this up to a line with nothing but a closing brace.
const STAND_IN: &str = "if (!('encodeInto' in cachedTextEncoder)) {\n";
const END: &str = "\n}\n";

const FINALIZERS: &str = "const CLOSURE_DTORS = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(state => wasm.__wbindgen_destroy_closure(state.a, state.b));\n";
const REGISTER: &str = "    CLOSURE_DTORS.register(real, state, state);\n";
const UNREGISTER: &str = "            CLOSURE_DTORS.unregister(state);\n";

/// How a string is copied by who cannot let memory grow.
const WITHOUT_GROWING: &str = "    if (realloc === undefined) {
        const buf = cachedTextEncoder.encode(arg);
        const ptr = malloc(buf.length, 1) >>> 0;
        getUint8ArrayMemory0().subarray(ptr, ptr + buf.length).set(buf);
        WASM_VECTOR_LEN = buf.length;
        return ptr;
    }\n";
const COPY: &str = "passStringToWasm0(";
const GROWING: &str = ", wasm.__wbindgen_malloc, wasm.__wbindgen_realloc)";

/// What else is said at more length than it takes, and what says as much: a
/// memory that has grown has another buffer.
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
    let parts = glue
        .split_once(STAND_IN)
        .and_then(|(before, from)| Some((before, from.split_once(END)?.1)));
    let Some((before, after)) = parts else {
        bail!("the glue has no stand-in for `encodeInto`");
    };
    let mut left = [FINALIZERS, REGISTER, UNREGISTER]
        .iter()
        .fold([before, after].concat(), |glue, part| {
            glue.replace(part, "")
        });
    if left.contains("CLOSURE_DTORS") {
        bail!("the glue has other finalizers than that of wasm-bindgen 0.2.130");
    }
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
    fn the_glue_keeps_no_stand_in_and_no_finalizer() -> Result<()> {
        let left = without(&glue())?;

        assert_eq!(
            left,
            format!(
                "let B = 0;
if (cachedDataViewMemory0?.buffer !== wasm.memory.buffer) {{}}
if (!cachedUint8ArrayMemory0?.byteLength) {{}}
{COPY}a{GROWING};
function {COPY}arg) {{
}}
function make() {{
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
            "CLOSURE_DTORS.add();\n".to_owned(),
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
            "{STAND_IN}    if (a) {{\n    }}\n}}\nlet B = 0;
if ({view}) {{}}
if ({bytes}) {{}}
{COPY}a{GROWING};
function {COPY}arg) {{
{WITHOUT_GROWING}}}
{FINALIZERS}function make() {{
{UNREGISTER}{REGISTER}}}
{lengthy}"
        )
    }
}
