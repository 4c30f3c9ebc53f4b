//! `cargo xtask <command>`: everything one does with this repository. Each
//! command sets up what it needs; `cargo xtask help` lists them.

mod bench;
mod build;
mod clock;
mod compiled;
mod conformance;
mod demo;
mod dependent;
mod digest;
mod display;
mod docs;
mod exits;
mod files;
mod lock;
mod mutants;
mod pack;
mod release;
mod server;
mod setup;
mod simulate;
mod size;
mod step;
mod test;
mod trials;
mod wasm_bindgen_cli;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::build::{Places, Steps};
use crate::workspace::Workspace;

const HELP: &str = "\
cargo xtask <command>

  build [--plain]       the npm package, into pkg/, unless it is up to date; plain, it
                        is not made smaller
  finish DIR [--plain]  the npm package out of what wasm-pack has built there
  pack                  build, then the tarball, checked with publint and attw
  build-backend         the npm package downscope-backend, into target/downscope-backend/pkg
  pack-backend          the same, then its tarball, into target/downscope-backend/package/
  size [--json]         what a page downloads; fails above the limit
                        (build, finish and size: --without STEP leaves out one
                        of the steps that make it smaller)
  docs                  the documents as a site, into target/site/
  demo [--port N] [--vault]
                        build, then the demo on a local server; with --vault its
                        tokens are held on an origin of their own
  test [stage...] [--engine NAME]...
                        every check, or only the named stages; those that need a
                        browser in chromium, firefox and webkit, or the named ones
  exits [-- argument...]
                        what is revoked however a page ends, measured in all three
  bench [isolation] [-- argument...]
                        what the package costs beside plain JavaScript and its peers;
                        isolation: a keeper and media, beside fetch by hand
  conformance argument...
                        holds any backend to the endpoint contract; --help has the arguments
  conformance --all [subject...]
                        holds everything of this repository to it: the service over each
                        store, with one and two instances, apps on the npm package, the
                        examples and the demo
  simulate [argument...]
                        a million pages against a modelled backend, in virtual time;
                        fails above the bounds of docs/scale.md
  release --dry-run [--twice]
                        puts a release together and publishes nothing; refuses where the
                        repository's address is not set. With --twice also out of two
                        clones, which must be the same byte by byte
  trials [name...] [--store NAME]... [--backend NAME] [--quick]
                        the service in several processes over real stores: killed, cut
                        off, flooded; with --backend npm an app on the package, with
                        both one of each; docs/backend.md has the figures
  mutants [-- argument...]
                        changes the core on purpose and looks for what no test sees
  wasm-test-runner      what cargo runs WebAssembly tests with
";

fn main() -> ExitCode {
    let mut arguments = std::env::args();
    let program = arguments.next().unwrap_or_default();
    let result = if let Some(called) = wasm_bindgen_cli::Called::by(&program) {
        called.run(arguments)
    } else {
        let command = arguments.next();
        dispatch(command.as_deref(), arguments.collect())
    };
    match result {
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
        return wasm_bindgen_cli::Called::TestRunner.run(arguments.into_iter());
    }
    let workspace = Workspace::locate()?;
    match (command, arguments.as_slice()) {
        (Some("build"), steps) => {
            let steps = Steps::parse(steps)?;
            let _lock = lock::lock(&workspace)?;
            build::build_if_changed(&workspace, &steps, &Places::published(&workspace))
        }
        (Some("finish"), [directory, steps @ ..]) => {
            let steps = Steps::parse(steps)?;
            let _lock = lock::lock(&workspace)?;
            build::finish(&workspace, &steps, &std::path::absolute(directory)?)
        }
        (Some("build-backend"), []) => {
            let _lock = lock::lock(&workspace)?;
            build::backend::build(&workspace).map(drop)
        }
        (Some("pack"), []) => {
            let _lock = lock::lock(&workspace)?;
            let packed = pack::pack(&workspace)?;
            packed.lint(&workspace)?;
            eprintln!("   {}", packed.tarball().display());
            Ok(())
        }
        (Some("size"), [flag, steps @ ..]) if flag == "--json" => {
            size::run(&workspace, size::Format::Json, &Steps::parse(steps)?)
        }
        (Some("size"), steps) => size::run(&workspace, size::Format::Table, &Steps::parse(steps)?),
        (Some("pack-backend"), []) => {
            let _lock = lock::lock(&workspace)?;
            let packed = pack::pack_backend(&workspace)?;
            eprintln!("   {}", packed.tarball().display());
            Ok(())
        }
        (Some("docs"), []) => {
            let _lock = lock::lock(&workspace)?;
            let site = docs::build(&workspace)?;
            eprintln!("   {}", site.join("index.html").display());
            Ok(())
        }
        (Some("demo"), rest) => demo::run(&workspace, &demo::Options::parse(rest)?),
        (Some("test"), chosen) => test::run(&workspace, chosen),
        (Some("release"), [flag, more @ ..]) if flag == "--dry-run" => {
            let _lock = lock::lock(&workspace)?;
            release::dry_run(&workspace, more)
        }
        (Some("exits"), rest) => exits::run(&workspace, rest),
        (Some("bench"), rest) => bench::run(&workspace, rest),
        (Some("conformance"), rest) => conformance::run(&workspace, rest),
        (Some("simulate"), rest) => simulate::run(&workspace, rest),
        (Some("trials"), rest) => trials::run(&workspace, rest),
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
