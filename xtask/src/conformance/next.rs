//! How the example in Next.js is built and started, to be held to the contract.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::service::{self, Store};
use super::subject::{Programs, RECALL, Running, Subject, origin, words};
use crate::files::{copy_directory, copy_file, empty_directory};
use crate::server::{Log, Server, free_port};
use crate::setup;
use crate::step::run;
use crate::workspace::Workspace;

/// What has Next.js installed, and builds its apps below itself.
const DIRECTORY: &str = "tests/toolchains-large";
const EXAMPLE: &str = "examples/backends/next";
/// What an operator proves themselves with.
const SECRET: &str = "FAKE-operator-secret";

/// Builds it with the package installed; the answer is its directory.
pub(super) fn build(workspace: &Workspace, package: &Path) -> Result<PathBuf> {
    setup::npm_in(workspace, DIRECTORY)?;
    let app = workspace.path(&format!("{DIRECTORY}/.apps/next-backend"));
    empty_directory(&app)?;
    copy_directory(&workspace.path(EXAMPLE), &app)?;
    let settings = "next.config.mjs";
    let from = workspace.path(&format!("{DIRECTORY}/apps/next/{settings}"));
    copy_file(&from, &app.join(settings))?;
    copy_directory(package, &app.join("node_modules/downscope-backend"))?;
    run(
        "build the example in Next.js",
        next(workspace, &app).arg("build"),
    )?;
    Ok(app)
}

/// Starts what was built, in as many instances as `subject` has.
pub(super) fn start(
    workspace: &Workspace,
    programs: &Programs,
    subject: &Subject,
    store: Store,
    (authority, log): (&str, &File),
) -> Result<Running> {
    let app = programs.next.as_deref().context("it was not built")?;
    let mut arguments = words(&["--origin", service::ORIGIN]);
    arguments.extend(words(&["--cross-origin", service::ORIGIN]));
    arguments.extend(words(&["--lease", "on"]));
    let lookups = service::LOOK_UPS.to_string();
    arguments.extend(words(&["--lookups-per-second", &lookups]));
    let mut servers = Vec::new();
    for number in 0..subject.instances {
        let port = free_port()?;
        let mut command = next(workspace, app);
        command
            .args(["start", "--hostname", "127.0.0.1", "--port"])
            .arg(port.to_string())
            .env("APP_ORIGIN", service::ORIGIN)
            .env("BOX_API", authority)
            .env("BOX_CLIENT_ID", "client")
            .env("BOX_CLIENT_SECRET", "FAKE-client-secret")
            .env("BOX_FILE_IDS", "123,124")
            .env("BOX_SUBJECT_TOKEN", "FAKE-subject")
            // Zeros, in base64url.
            .env("KEYS", "A".repeat(43))
            .env("LEASE_HOLD_SECONDS", service::HOLD.to_string())
            .env("LEASE_TERM_SECONDS", service::TERM.to_string())
            .env("OPERATOR_SECRET", SECRET)
            .env("STORE_PREFIX", subject.prefix())
            .env_remove("DATABASE_URL")
            .env_remove("REDIS_URL");
        match store {
            Store::Memory => {}
            Store::Postgres => {
                command.env("DATABASE_URL", &programs.postgres);
            }
            Store::Redis => {
                command.env("REDIS_URL", &programs.redis);
            }
        }
        servers.push(Server::start(command, port, Log::File(log.try_clone()?))?);
        let own = origin(port);
        if number == 0 {
            let page = format!("{own}/");
            arguments.extend(words(&["--url", &own, "--cookie-from", &page]));
            arguments.extend(words(&["--other-cookie-from", &page]));
            let recall = format!("{RECALL} {own}/operator/recall {SECRET} '{{}}'");
            arguments.extend(words(&["--recall-command", &recall]));
        } else {
            arguments.extend(words(&["--second-url", &own]));
        }
    }
    Ok(Running { arguments, servers })
}

/// Its program, in the directory of an app.
fn next(workspace: &Workspace, app: &Path) -> std::process::Command {
    let mut node = workspace.node();
    node.arg(workspace.path(&format!("{DIRECTORY}/node_modules/next/dist/bin/next")))
        .current_dir(app)
        .env("CI", "1")
        .env("NEXT_TELEMETRY_DISABLED", "1")
        .env_remove("NODE_ENV");
    node
}
