//! `cargo xtask wasm-test-runner`: runs a WebAssembly test binary, in the
//! version of wasm-bindgen that the library is built with.

use anyhow::Result;

pub(crate) fn run(arguments: Vec<String>) -> Result<()> {
    // `cargo test --quiet` hands its flag on, which the runner does not know.
    let arguments = arguments
        .into_iter()
        .filter(|argument| argument != "--quiet");
    let program = "wasm-bindgen-test-runner".to_owned();
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(
        std::iter::once(program).chain(arguments),
    )
}
