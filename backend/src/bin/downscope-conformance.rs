//! `downscope-conformance --help`

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    downscope_backend::conformance::main(std::env::args().skip(1)).await
}
