//! How an app on the npm package `downscope-backend` is started, to be held to the contract.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::app;
use super::service::{self, Store};
use super::subject::{Programs, RECALL, Running, Subject, origin, words};
use crate::files::copy_directory;
use crate::server::{Log, Server, free_port};
use crate::step::ask;
use crate::workspace::Workspace;

/// What the package is tested with, and the app.
pub(crate) const DIRECTORY: &str = "tests/backend-npm";

/// What it is mounted in; Redis is spoken to by another client from one to the next.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Framework {
    Bun,
    Deno,
    Express,
    Fastify,
    Hono,
    Node,
}

/// Starts it in as many instances as `subject` has.
pub(super) fn start(
    workspace: &Workspace,
    programs: &Programs,
    subject: &Subject,
    (framework, store): (Framework, Store),
    (authority, log): (&str, &File),
) -> Result<Running> {
    let mut arguments = arguments();
    arguments.extend(words(&["--lease", "on"]));
    let lookups = service::LOOK_UPS.to_string();
    arguments.extend(words(&["--lookups-per-second", &lookups]));
    let mut servers = Vec::new();
    for number in 0..subject.instances {
        let app = (framework, store);
        let (server, port) = instance(workspace, programs, subject, app, (authority, log))?;
        servers.push(server);
        let option = if number == 0 { "--url" } else { "--second-url" };
        arguments.extend(words(&[option, &origin(port)]));
        if number == 0 {
            let recall = format!("{RECALL} {}/recall none '{{}}'", origin(port));
            arguments.extend(words(&["--recall-command", &recall]));
        }
    }
    Ok(Running { arguments, servers })
}

/// The same for the worker, in as many isolates.
pub(super) fn start_worker(
    workspace: &Workspace,
    programs: &Programs,
    subject: &Subject,
    (authority, log): (&str, &File),
) -> Result<Running> {
    let mut arguments = arguments();
    // Each isolate counts for itself what it looks up.
    let lookups = service::LOOK_UPS * u32::try_from(subject.instances)?;
    arguments.extend(words(&["--lookups-per-second", &lookups.to_string()]));
    arguments.extend(words(&["--lease", "off", "--stateless"]));
    let mut servers = Vec::new();
    for number in 0..subject.instances {
        let port = free_port()?;
        let mut command = workspace.node();
        command
            .arg(workspace.path(&format!("{DIRECTORY}/serve-worker.mjs")))
            .env("BOX_API", authority)
            .env("DOWNSCOPE_BACKEND_PKG", programs.package()?)
            .env("PORT", port.to_string());
        servers.push(Server::start(command, port, Log::File(log.try_clone()?))?);
        let option = if number == 0 { "--url" } else { "--second-url" };
        arguments.extend(words(&[option, &origin(port)]));
    }
    Ok(Running { arguments, servers })
}

/// What the kit is to be told of any of them.
fn arguments() -> Vec<String> {
    let [one, other] = app::COOKIES;
    let mut arguments = words(&["--cookie", one, "--other-cookie", other]);
    arguments.extend(words(&["--origin", service::ORIGIN]));
    arguments.extend(words(&["--cross-origin", service::SIBLING]));
    arguments
}

/// What starts a file in Bun or Deno; nothing where this machine has no such program.
pub(super) fn runtime(workspace: &Workspace, name: &str) -> Result<Vec<String>> {
    let mut node = workspace.node();
    node.arg(workspace.path(&format!("{DIRECTORY}/support/runtimes.mjs")));
    Ok(ask(node.arg(name))?.lines().map(str::to_owned).collect())
}

/// Starts one instance; the answer has its port.
pub(super) fn instance(
    workspace: &Workspace,
    programs: &Programs,
    subject: &Subject,
    (framework, store): (Framework, Store),
    (authority, log): (&str, &File),
) -> Result<(Server, u16)> {
    let (name, client) = match framework {
        Framework::Bun => ("bun", "redis"),
        Framework::Deno => ("deno", "redis"),
        Framework::Express => ("express", "ioredis"),
        Framework::Fastify => ("fastify", "redis"),
        Framework::Hono => ("hono", "ioredis"),
        Framework::Node => ("node", "redis"),
    };
    let store = match store {
        Store::Memory => "memory",
        Store::Postgres => &programs.postgres,
        Store::Redis => &programs.redis,
    };
    let port = free_port()?;
    let mut command = match framework {
        Framework::Bun => command(workspace, &programs.bun)?,
        Framework::Deno => command(workspace, &programs.deno)?,
        Framework::Express | Framework::Fastify | Framework::Hono | Framework::Node => {
            workspace.node()
        }
    };
    command
        .arg(workspace.path(&format!("{DIRECTORY}/app.mjs")))
        .env("BOX_API", authority)
        .env("DOWNSCOPE_BACKEND_PKG", programs.package()?)
        .env("FRAMEWORK", name)
        .env("PORT", port.to_string())
        .env("PREFIX", subject.prefix())
        .env("REDIS_CLIENT", client)
        .env("STORE", store);
    let server = Server::start(command, port, Log::File(log.try_clone()?))?;
    Ok((server, port))
}

/// The example on the package, copied to where the package is installed: the file to start.
pub(super) fn example(package: &Path, example: &Path) -> Result<PathBuf> {
    let app = package.ancestors().nth(2);
    let copy = app.context("it is not installed")?.join("example");
    copy_directory(example, &copy)?;
    Ok(copy.join("server.mjs"))
}

fn command(workspace: &Workspace, words: &[String]) -> Result<Command> {
    let (program, arguments) = words.split_first().context("there is no such program")?;
    let mut command = workspace.command(program);
    command.args(arguments);
    Ok(command)
}
