//! The service: see the README of the crate.

use std::process::ExitCode;

fn main() -> ExitCode {
    downscope_backend::service::main()
}
