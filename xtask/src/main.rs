//! `cargo xtask <command>`: everything one does with this repository. Each
//! command sets up what it needs; `cargo xtask help` lists them.

mod bench;
mod build;
mod clock;
mod demo;
mod dependent;
mod display;
mod exits;
mod files;
mod lock;
mod mutants;
mod pack;
mod setup;
mod size;
mod step;
mod test;
mod wasm_test_runner;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::workspace::Workspace;

const HELP: &str = "\
cargo xtask <command>

  build                 the npm package, into pkg/
  pack                  build, then the tarball, checked with publint and attw
  size [--json]         what a page downloads; fails above the limit
  demo [--port N]       build, then the demo on a local server
  test [stage...] [--engine NAME]...
                        every check, or only the named stages; those that need a
                        browser in chromium, firefox and webkit, or the named ones
  exits [-- argument...]
                        what is revoked however a page ends, measured in all three
  bench [-- argument...]
                        what the package costs beside plain JavaScript and its peers
  mutants [-- argument...]
                        changes the core on purpose and looks for what no test sees
  wasm-test-runner      what cargo runs WebAssembly tests with
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next();
    let rest: Vec<String> = arguments.collect();
    match dispatch(command.as_deref(), rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Option<&str>, arguments: Vec<String>) -> Result<()> {
    // Not of a workspace: cargo starts it in the package that it tests.
    if command == Some("wasm-test-runner") {
        return wasm_test_runner::run(arguments);
    }
    let workspace = Workspace::locate()?;
    match (command, arguments.as_slice()) {
        (Some("build"), []) => {
            let _lock = lock::lock(&workspace)?;
            build::build(&workspace)
        }
        (Some("pack"), []) => {
            let _lock = lock::lock(&workspace)?;
            pack::pack(&workspace)?.lint(&workspace)
        }
        (Some("size"), []) => size::run(&workspace, size::Format::Table),
        (Some("size"), [flag]) if flag == "--json" => size::run(&workspace, size::Format::Json),
        (Some("demo"), []) => demo::run(&workspace, demo::DEFAULT_PORT),
        (Some("demo"), [flag, port]) if flag == "--port" => demo::run(&workspace, port.parse()?),
        (Some("test"), chosen) => test::run(&workspace, chosen),
        (Some("exits"), rest) => exits::run(&workspace, rest),
        (Some("bench"), rest) => bench::run(&workspace, rest),
        (Some("mutants"), rest) => mutants::run(&workspace, rest),
        (None | Some("help" | "-h" | "--help"), _) => {
            eprint!("{HELP}");
            Ok(())
        }
        (Some(other), _) => {
            let line = arguments.join(" ");
            bail!("cannot make sense of `{other} {line}`\n\n{HELP}")
        }
    }
}
