//! The stages, in the order in which they run.

use anyhow::{Context as _, Result};

use super::context::Context;
use super::node_run::run_tests;
use super::stores::Stores;
use super::wasm_pack::WasmPack;
use super::{
    docs_rs, examples, node_tests, programs, purity, skips, tally::Tally, types, web_tests,
};
use crate::build::{self, Places, Steps, bindgen};
use crate::conformance;
use crate::demo;
use crate::docs;
use crate::files::copy_file;
use crate::pack::{self, App};
use crate::setup::{self, Engine, Found, WASM_TARGET};
use crate::simulate;
use crate::size;
use crate::step::{run, step};

pub(super) fn fmt(context: &Context<'_>, _: &mut Tally) -> Result<()> {
    let mut cargo = context.workspace.cargo();
    run("rustfmt", cargo.args(["fmt", "--all", "--check"]))?;
    Ok(())
}

pub(super) fn lint(context: &Context<'_>, _: &mut Tally) -> Result<()> {
    setup::wasm_target(context.workspace)?;
    let clippy = |name: &str, arguments: &[&str]| {
        let mut cargo = context.workspace.cargo();
        let cargo = cargo.args(["clippy", "--quiet"]).args(arguments);
        run(name, cargo.args(["--", "-D", "warnings"]))
    };
    clippy(
        "clippy, native",
        &["--workspace", "--all-targets", "--all-features"],
    )?;
    let library = ["--package", "downscope", "--target", WASM_TARGET];
    clippy(
        "clippy, wasm32",
        &[&library[..], &["--lib", "--tests"]].concat(),
    )?;
    // As a Rust front end uses the library: without its JavaScript handle.
    let example = [
        "--package",
        "downscope-rust-example",
        "--target",
        WASM_TARGET,
    ];
    clippy("clippy, wasm32, the Rust example", &example)?;
    let backend = [
        "--package",
        "downscope-backend-wasm",
        "--target",
        WASM_TARGET,
    ];
    clippy("clippy, wasm32, the backend", &backend)?;
    alone(context)
}

/// The programs, each with the features that it names itself: for tests they are compiled
/// together, and any of them then has the features of all.
fn alone(context: &Context<'_>) -> Result<()> {
    let kit = ["downscope-backend", "--features", "conformance", "--bins"];
    for (name, package) in [
        ("the conformance kit, alone", &kit[..]),
        ("the example backend in Rust, alone", &[examples::RUST]),
        ("the reference backend, alone", &[demo::SERVER]),
    ] {
        let mut cargo = context.workspace.cargo();
        cargo.args(["check", "--quiet", "--package"]);
        run(name, cargo.args(package))?;
    }
    Ok(())
}

pub(super) fn doc(context: &Context<'_>, _: &mut Tally) -> Result<()> {
    setup::wasm_target(context.workspace)?;
    let rustdoc = |name: &str, arguments: &[&str]| {
        let mut cargo = context.workspace.cargo();
        cargo.env("RUSTDOCFLAGS", "-D warnings");
        cargo.args(["doc", "--quiet", "--no-deps"]);
        run(name, cargo.args(arguments))
    };
    let library = ["--package", "downscope"];
    rustdoc("rustdoc, native", &library)?;
    rustdoc(
        "rustdoc, wasm32",
        &[&library[..], &["--target", WASM_TARGET]].concat(),
    )?;
    rustdoc(
        "rustdoc, the backend",
        &["--package", "downscope-backend", "--all-features"],
    )?;
    docs_rs::check(context.workspace)
}

pub(super) fn purity(context: &Context<'_>, _: &mut Tally) -> Result<()> {
    step("what the core and the exports must not say", || {
        purity::check(&context.workspace.path("src"))?;
        purity::check_backend(&context.workspace.path("backend/src"))
    })?;
    // What decides in the backend is to be used from JavaScript too.
    setup::wasm_target(context.workspace)?;
    let mut cargo = context.workspace.cargo();
    cargo.args([
        "check",
        "--quiet",
        "--package",
        "downscope-backend",
        "--lib",
    ]);
    cargo.args(["--no-default-features", "--target", WASM_TARGET]);
    run("the backend's core, wasm32", &mut cargo)?;
    Ok(())
}

pub(super) fn unit(context: &Context<'_>, tally: &mut Tally) -> Result<()> {
    let mut test = |name: &str, packages: &[&str]| {
        let mut cargo = context.workspace.cargo();
        cargo.args(["test", "--no-fail-fast"]);
        tally.count_tests(&run(name, cargo.args(packages))?)
    };
    test("native tests", &programs::TOGETHER)?;
    test("tests of xtask", &["--package", "xtask"])
}

/// Twenty thousand pages: what they ask for keeps within the bounds.
pub(super) fn simulate(context: &Context<'_>, _: &mut Tally) -> Result<()> {
    let program = simulate::build(context.workspace)?;
    let mut quick = context.workspace.command(program);
    run("twenty thousand pages", quick.arg("--quick"))?;
    Ok(())
}

pub(super) fn browser(context: &Context<'_>, found: &Found, tally: &mut Tally) -> Result<()> {
    setup::wasm_target(context.workspace)?;
    let mut cargo = web_tests::web_tests(context, found)?;
    let name = format!("tests in {}", found.engine);
    count(tally, &run(&name, &mut cargo)?)
}

pub(super) fn pack(context: &Context<'_>, _: &mut Tally) -> Result<()> {
    context.packed()?.lint(context.workspace)
}

pub(super) fn types(context: &Context<'_>, tally: &mut Tally) -> Result<()> {
    types::check_facade(context)?;
    types::check_apps(context)?;
    let directory = "tests/typescript";
    setup::npm_in(context.workspace, directory)?;
    let mut node = node_tests::plain_node_tests(context, directory)?;
    node.env("DOWNSCOPE_PKG", context.app()?.package());
    run_tests("apps in each version of TypeScript", &mut node, tally)
}

pub(super) fn package(context: &Context<'_>, tally: &mut Tally) -> Result<()> {
    let chromium = context.engine(Engine::Chromium)?;
    let step = "compile the service";
    programs::build(context.workspace, step, &[conformance::SERVICE])?;
    let mut node = node_tests::node_tests(context, chromium, "tests/package")?;
    let service = context.workspace.program(conformance::SERVICE);
    node.env("DOWNSCOPE_SERVICE", service);
    run_tests("the tarball in Node and four bundlers", &mut node, tally)?;
    built(context, context.app()?, tally)
}

/// The documents as a site, in Chromium.
pub(super) fn docs(context: &Context<'_>, tally: &mut Tally) -> Result<()> {
    let site = docs::build(context.workspace)?;
    setup::npm(context.workspace)?;
    let mut node = node_tests::plain_node_tests(context, "tests/site")?;
    context.prepare(&mut node, context.engine(Engine::Chromium)?)?;
    node.env("DOWNSCOPE_SITE", site);
    run_tests("the site in Chromium", &mut node, tally)
}

/// The adapters, with the clients that they are for.
pub(super) fn clients(context: &Context<'_>, tally: &mut Tally) -> Result<()> {
    let mut node = node_tests::project_tests(context, "tests/clients")?;
    run_tests("the adapters with their clients", &mut node, tally)
}

/// `downscope/react` and the recipes, with the frameworks that they are for.
pub(super) fn frameworks(context: &Context<'_>, tally: &mut Tally) -> Result<()> {
    let mut node = node_tests::project_tests(context, "tests/frameworks")?;
    node.env("DOWNSCOPE_SERVER", context.server()?);
    run_tests("the package in frameworks", &mut node, tally)
}

/// The tarball in bundlers and their development servers.
pub(super) fn toolchains(context: &Context<'_>, tally: &mut Tally) -> Result<()> {
    let mut node = node_tests::project_tests(context, "tests/toolchains")?;
    run_tests("the tarball in toolchains", &mut node, tally)
}

/// Unit tests of apps, with the runners and environments that they have.
pub(super) fn runners(context: &Context<'_>, tally: &mut Tally) -> Result<()> {
    let directory = "tests/runners";
    setup::npm_in(context.workspace, directory)?;
    let mut node = node_tests::plain_node_tests(context, directory)?;
    node.env("DOWNSCOPE_PKG", context.app()?.package());
    run_tests("the package in runners of unit tests", &mut node, tally)
}

/// The same in those that take as long as all of the others.
pub(super) fn toolchains_large(context: &Context<'_>, tally: &mut Tally) -> Result<()> {
    let mut node = node_tests::project_tests(context, "tests/toolchains-large")?;
    run_tests("the tarball in Next.js and Angular", &mut node, tally)?;
    let stores = Stores::start(context.workspace)?;
    let package = context.backend_package()?;
    tally.add(conformance::next_shortly(
        context.workspace,
        &stores,
        package,
    )?);
    Ok(())
}

/// The package without what only makes it smaller. That follows closely what the
/// compiler and wasm-bindgen write; where it cannot follow, this says whether the
/// package works, and that only bytes are in the way.
pub(super) fn plain(context: &Context<'_>, tally: &mut Tally) -> Result<()> {
    let places = Places::of(context.workspace, "plain");
    build::build(context.workspace, &Steps::plain(), &places)?;
    let packed = pack::pack_directory(context.workspace, &places.package, "plain")?;
    built(context, &packed.install(context.workspace)?, tally)
}

pub(super) fn wasm_pack(context: &Context<'_>, tally: &mut Tally) -> Result<()> {
    let wasm_pack = WasmPack::find(context.workspace)?;
    for (target, steps) in [("web", Steps::all()), ("bundler", Steps::plain())] {
        let packed = wasm_pack.package(target, &steps)?;
        built(context, &packed.install(context.workspace)?, tally)?;
    }
    let mut tests = wasm_pack.tests(context)?;
    count(tally, &run("wasm-pack test", &mut tests)?)
}

/// What holds for the package however it was built.
fn built(context: &Context<'_>, app: &App, tally: &mut Tally) -> Result<()> {
    let mut node = node_tests::built_tests(context, &app.package())?;
    let name = "a token, and what ends with WebAssembly";
    run_tests(name, &mut node, tally)
}

/// What needs no browser.
pub(super) fn backends(context: &Context<'_>, tally: &mut Tally) -> Result<()> {
    over_stores(context, tally)?;
    let mut examples = examples::tests(context.workspace)?;
    let name = "the example backends, and the guide's copies";
    run_tests(name, &mut examples, tally)?;
    let mut node = node_tests::plain_node_tests(context, "benches/exits")?;
    run_tests("how the exit matrix counts and prints", &mut node, tally)
}

/// The npm package of the backend: its own tests, and the contract in each framework.
pub(super) fn backend_npm(context: &Context<'_>, tally: &mut Tally) -> Result<()> {
    let workspace = context.workspace;
    setup::npm_in(workspace, conformance::package::DIRECTORY)?;
    let package = context.backend_package()?;
    let stores = Stores::start(workspace)?;
    let chromium = context.engine(Engine::Chromium)?;
    let mut node = node_tests::node_tests(context, chromium, conformance::package::DIRECTORY)?;
    node.env("DOWNSCOPE_BACKEND_PKG", package);
    stores.name_to(&mut node);
    // One of their own is ended by the tests of what is behind a Sentinel.
    node.env("REDIS_SERVER", stores.redis_program());
    run_tests("the package of the backend", &mut node, tally)?;
    tally.add(conformance::packages_shortly(workspace, &stores, package)?);
    Ok(())
}

/// The stores that several instances share, and two instances of the service that do. What
/// else there is of the backend is tested in `unit`.
fn over_stores(context: &Context<'_>, tally: &mut Tally) -> Result<()> {
    let stores = Stores::start(context.workspace)?;
    let mut cargo = context.workspace.cargo();
    cargo
        .args(["test", "--no-fail-fast"])
        .args(programs::TOGETHER);
    stores.name_to(cargo.args(["--test", "store"]));
    let name = "the stores, in Redis and PostgreSQL";
    tally.count_tests(&run(name, &mut cargo)?)?;
    tally.add(conformance::shortly(context.workspace, &stores)?);
    Ok(())
}

pub(super) fn size(context: &Context<'_>, _: &mut Tally) -> Result<()> {
    size::check(context.workspace, &context.app()?.package())
}

/// Beside plain JavaScript, in one engine: that the plain client and the package
/// do the same, and what the package may cost more.
pub(super) fn ratios(context: &Context<'_>, tally: &mut Tally) -> Result<()> {
    let chromium = context.engine(Engine::Chromium)?;
    let mut test = |name: &str, directory: &str| {
        let mut node = node_tests::node_tests(context, chromium, directory)?;
        run_tests(name, &mut node, tally)
    };
    test("the same in plain JavaScript", "benches/plain")?;
    test("requests, and waiting for them", "benches/behaviour")?;
    test("a held token, and plain JavaScript", "benches/measure")
}

/// Builds the example app; the end-to-end tests run it.
pub(super) fn example(context: &Context<'_>, _: &mut Tally) -> Result<()> {
    setup::wasm_target(context.workspace)?;
    let mut cargo = context.workspace.cargo();
    cargo.args(["build", "--quiet", "--package", "downscope-rust-example"]);
    run(
        "compile the Rust example",
        cargo.args(["--target", WASM_TARGET]),
    )?;
    let compiled = context
        .workspace
        .target("wasm32-unknown-unknown/debug/downscope_rust_example.wasm");
    step("generate its JavaScript glue (wasm-bindgen)", || {
        let directory = context.workspace.target(node_tests::RUST_EXAMPLE);
        bindgen::bindgen(&compiled, &directory, "rust_example")
            .context("the Rust example cannot be bound")?;
        let page = context.workspace.path("examples/rust/index.html");
        copy_file(&page, &directory.join("index.html"))
    })
}

pub(super) fn e2e(context: &Context<'_>, found: &Found, tally: &mut Tally) -> Result<()> {
    let mut node = node_tests::node_tests(context, found, "tests/e2e")?;
    node.env("DOWNSCOPE_SERVER", context.server()?);
    let name = format!("the package and its backend, in {}", found.engine);
    run_tests(&name, &mut node, tally)
}

/// Counts the tests of a command, and names those that it skipped.
fn count(tally: &mut Tally, output: &str) -> Result<()> {
    skips::tell(output);
    tally.count_tests(output)
}
