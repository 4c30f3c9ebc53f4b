//! How an app on the npm package `downscope-backend` is started, to be held to the contract.

use std::fs::File;

use anyhow::Result;

use super::app;
use super::service::{self, Store};
use super::subject::{Programs, RECALL, Running, Subject, origin, words};
use crate::server::{Log, Server, free_port};
use crate::workspace::Workspace;

/// What the package is tested with, and the app.
pub(crate) const DIRECTORY: &str = "tests/backend-npm";

/// What it is mounted in; Redis is spoken to by another client from one to the next.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Framework {
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
    let [one, other] = app::COOKIES;
    let mut arguments = words(&["--cookie", one, "--other-cookie", other]);
    arguments.extend(words(&["--origin", service::ORIGIN]));
    arguments.extend(words(&["--cross-origin", service::SIBLING]));
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

/// Starts one instance; the answer has its port.
pub(super) fn instance(
    workspace: &Workspace,
    programs: &Programs,
    subject: &Subject,
    (framework, store): (Framework, Store),
    (authority, log): (&str, &File),
) -> Result<(Server, u16)> {
    let (name, client) = match framework {
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
    let mut command = workspace.node();
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
