//! What is rewritten of what the compiler and wasm-bindgen write: the WebAssembly,
//! and the JavaScript that it is called through (the *glue*).
//!
//! Needed, in every build ([`repair`]):
//!
//! | | works on | without it |
//! |---|---|---|
//! | `finalizers` | glue | Chromium puts pages out of its back/forward cache (docs/decisions.md, 33) |
//! | `lazy` | glue | the import throws where `TextDecoder` is missing, as in Jest's jsdom |
//! | `loader` | glue | `pkg-template/load.js` finds nothing to start |
//! | `bundle` | glue | the package lacks `src/browser/io.js`, which lies in directories of its own |
//! | `start` | both | (it changes nothing: sees that the two files fit) |
//! | `fingerprint` | both | a page with two files of different builds fails anyhow, or goes wrong |
//!
//! Only for size, each to be left out ([`smaller`]): by how many bytes the page of
//! `downscope/slim` out of esbuild is larger without it, by `cargo xtask size
//! --without STEP`, Rust 1.95, wasm-bindgen 0.2.130, Binaryen 132:
//!
//! | step | works on | lines | raw | brotli |
//! |---|---|---|---|---|
//! | `panics`: no wording | WebAssembly, before wasm-bindgen | 730 | 7,754 | 3,083 |
//! | `compiler`: five options of LLVM (`compile.rs`) | | 10 | 14,433 | 2,386 |
//! | `names`: short ones (`one_module`, `names`) | both | 200 | 7,932 | 2,089 |
//! | `optimise`: Binaryen | WebAssembly | 30 | 12,949 | 1,864 |
//! | `needless`: what is never asked for (`needless`, `exports`) | both | 100 | 282 | 113 |
//! | `minify` (`bundle`) | glue | 5 | 13 | 16 |
//! | all of them: `--plain` | | | 76,620 | 17,767 |
//!
//! The last two are more to a page that takes the glue as it is, without a bundler
//! that minifies. Lines are without tests.

mod repair;
mod smaller;

pub(super) use repair::{Look, bundle, repair, repair_plain, stamp, start};
pub(super) use smaller::{drop_links, make_smaller, silence};
