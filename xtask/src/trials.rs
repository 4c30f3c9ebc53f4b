//! `cargo xtask trials`: the service, or an app on the npm package, in several real processes, over
//! a real Redis and a real PostgreSQL. Not part of the tests: it takes long.

use anyhow::{Context as _, Result, bail};

use crate::conformance;
use crate::lock::lock;
use crate::pack;
use crate::setup;
use crate::step;
use crate::test::store_programs;
use crate::workspace::{Workspace, without_separator};

/// What tries; it leaves what it found in the directory `DOWNSCOPE_OUT`.
const PACKAGE: &str = "downscope-trials";
const SERVICE: &str = "downscope-backend";
/// In the directory of what the package is tested with.
const APP: &str = "service.mjs";
/// As the service is released.
const PROFILE: &str = "service";

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let programs = setup::find(workspace, &store_programs())?;
    let [redis, postgres] = programs.as_slice() else {
        bail!("two programs were asked for");
    };
    let lock = lock(workspace)?;
    step::run(
        "compile the service and the trials",
        workspace
            .cargo()
            .args(["build", "--quiet", "--profile", PROFILE, "--all-features"])
            .args(["--package", SERVICE, "--package", PACKAGE])
            .args(["--bin", SERVICE, "--bin", PACKAGE]),
    )?;
    let mut package = None;
    if arguments
        .iter()
        .any(|word| matches!(&**word, "npm" | "both"))
    {
        setup::npm_in(workspace, conformance::package::DIRECTORY)?;
        package = Some(pack::backend(workspace)?);
    }
    drop(lock);

    let built =
        |name: &str| workspace.target(&format!("{PROFILE}/{name}{}", std::env::consts::EXE_SUFFIX));
    let mut trials = workspace.command(built(PACKAGE));
    if let Some(package) = package {
        let app = format!("{}/{APP}", conformance::package::DIRECTORY);
        trials
            .env("DOWNSCOPE_BACKEND_APP", workspace.path(&app))
            .env("DOWNSCOPE_BACKEND_PKG", package);
    }
    let status = trials
        .args(without_separator(arguments))
        .env("DOWNSCOPE_BACKEND", built(SERVICE))
        .env("DOWNSCOPE_OUT", workspace.target(""))
        .env("POSTGRES", postgres)
        .env("REDIS_SERVER", redis)
        .status()
        .context("could not start the trials")?;
    if !status.success() {
        bail!("{PACKAGE} ended: {status}");
    }
    Ok(())
}
