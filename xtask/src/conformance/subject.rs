//! What of this repository is held to the contract, and how each of it is started.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::package::{self, Framework};
use super::{app, next, service};
use crate::server::{Log, Server, free_port};
use crate::workspace::Workspace;

/// What the user may have a token for: of these files, one.
pub(super) const FILE: &str = "https://api.box.com/2.0/files/123";
/// A recall, for a shell: followed by where it goes, what it needs, and what else it says.
pub(super) const RECALL: &str = "node -e 'const [url, token, more] = process.argv.slice(1); \
    fetch(url, { method: \"POST\", body: JSON.stringify({ session: process.env.SESSION, \
    ...JSON.parse(more) }), headers: { authorization: `Bearer ${token}`, \
    \"content-type\": \"application/json\" } }).then(({ ok }) => process.exit(ok ? 0 : 1))'";

/// A backend, in one or two instances.
pub(super) struct Subject {
    /// As it is asked for.
    pub(super) name: &'static str,
    /// As it is told.
    pub(super) title: &'static str,
    pub(super) instances: usize,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// The service, with these handles.
    Service(service::Store, &'static str),
    Example(Program),
    Demo,
    /// An app on the npm package.
    Package(Framework, service::Store),
    /// The example in Next.js.
    Next(service::Store),
    /// A worker on the npm package, which keeps nothing.
    Worker,
    /// The service and such an app, over one store.
    Both(service::Store),
}

/// An example.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Program {
    Rust,
    Node,
    Express,
    /// On the npm package.
    Npm,
    Python,
}

/// What is built, or found.
pub(super) struct Programs {
    pub(super) kit: PathBuf,
    pub(super) service: PathBuf,
    pub(super) demo: PathBuf,
    /// The directory of the npm package, installed; none where nothing looked at is on it.
    pub(super) package: Option<PathBuf>,
    /// The example in Next.js, built; none where nothing asks for it.
    pub(super) next: Option<PathBuf>,
    /// What starts a file in these; nothing where this machine has no such program.
    pub(super) bun: Vec<String>,
    pub(super) deno: Vec<String>,
    pub(super) rust: PathBuf,
    /// None where this machine has no such Python.
    pub(super) python: Option<PathBuf>,
    pub(super) redis: String,
    pub(super) postgres: String,
}

impl Programs {
    pub(super) fn package(&self) -> Result<&Path> {
        let package = self.package.as_deref();
        package.context("the npm package was not built")
    }
}

/// A backend that runs.
pub(super) struct Running {
    /// What the kit is to be told of it.
    pub(super) arguments: Vec<String>,
    /// Dropped, they end.
    pub(super) servers: Vec<Server>,
}

impl Subject {
    /// Names its files.
    pub(super) fn file(&self) -> String {
        let store = match self.kind {
            Kind::Package(_, store) | Kind::Next(store) | Kind::Both(store) => match store {
                service::Store::Memory => "-memory",
                service::Store::Postgres => "-postgres",
                service::Store::Redis => "-redis",
            },
            Kind::Service(..) | Kind::Example(_) | Kind::Demo | Kind::Worker => "",
        };
        format!("{}{store}-{}", self.name, self.instances)
    }

    /// Names what it keeps in a store.
    pub(super) fn prefix(&self) -> String {
        self.file().replace('-', "_")
    }

    /// Why it cannot be started here, if it cannot.
    pub(super) fn is_missing(&self, programs: &Programs) -> Option<&'static str> {
        let needs = |framework| matches!(self.kind, Kind::Package(one, _) if one == framework);
        let needs_python = matches!(self.kind, Kind::Example(Program::Python));
        if needs_python && programs.python.is_none() {
            return Some("there is no Python 3.11 here");
        }
        if needs(Framework::Deno) && programs.deno.is_empty() {
            return Some("the npm registry has no Deno for this machine");
        }
        let lacks_bun = needs(Framework::Bun) && programs.bun.is_empty();
        lacks_bun.then_some("the npm registry has no Bun for this machine")
    }

    /// Whether it takes the example in Next.js.
    pub(super) const fn is_next(&self) -> bool {
        matches!(self.kind, Kind::Next(_))
    }

    /// Starts it, with `authority` for its authorization server.
    pub(super) fn start(
        &self,
        workspace: &Workspace,
        programs: &Programs,
        authority: &str,
        log: &File,
    ) -> Result<Running> {
        match self.kind {
            Kind::Service(store, handles) => {
                let prefix = self.prefix();
                let settings = service::settings(store, programs, &prefix, handles, authority)?;
                start_service(workspace, programs, self.instances, &settings, log)
            }
            Kind::Example(program) => start_example(workspace, programs, program, authority, log),
            Kind::Demo => start_demo(workspace, programs, authority, log),
            Kind::Package(framework, store) => {
                let (app, kit) = ((framework, store), (authority, log));
                package::start(workspace, programs, self, app, kit)
            }
            Kind::Next(store) => next::start(workspace, programs, self, store, (authority, log)),
            Kind::Worker => package::start_worker(workspace, programs, self, (authority, log)),
            Kind::Both(store) => {
                let prefix = self.prefix();
                let settings = service::settings(store, programs, &prefix, "short", authority)?;
                let mut running = start_service(workspace, programs, 1, &settings, log)?;
                let app = (Framework::Node, store);
                let kit = (authority, log);
                let (server, port) = package::instance(workspace, programs, self, app, kit)?;
                running.servers.push(server);
                let second = words(&["--second-url", &origin(port)]);
                running.arguments.extend(second);
                Ok(running)
            }
        }
    }
}

fn start_service(
    workspace: &Workspace,
    programs: &Programs,
    instances: usize,
    settings: &[(&'static str, String)],
    log: &File,
) -> Result<Running> {
    let [one, other] = app::COOKIES;
    let mut arguments = words(&["--cookie", one, "--other-cookie", other]);
    arguments.extend(words(&["--origin", service::ORIGIN]));
    arguments.extend(words(&[
        "--cross-origin",
        service::SIBLING,
        "--lease",
        "on",
    ]));
    let lookups = service::LOOK_UPS.to_string();
    arguments.extend(words(&["--lookups-per-second", &lookups]));
    let mut servers = Vec::new();
    for number in 0..instances {
        let (port, admin) = (free_port()?, free_port()?);
        let mut command = without_settings(workspace, &programs.service);
        command
            .envs(settings.iter().map(|(name, value)| (*name, value)))
            .env("DOWNSCOPE_SERVER_LISTEN", format!("127.0.0.1:{port}"))
            .env("DOWNSCOPE_ADMIN_LISTEN", format!("127.0.0.1:{admin}"));
        servers.push(Server::start(command, port, Log::File(log.try_clone()?))?);
        let option = if number == 0 { "--url" } else { "--second-url" };
        arguments.extend(words(&[option, &origin(port)]));
        if number == 0 {
            let recall = format!("{}/recall", origin(admin));
            let recall = format!("{RECALL} {recall} {} '{{}}'", service::ADMIN_TOKEN);
            arguments.extend(words(&["--recall-command", &recall]));
        }
    }
    Ok(Running { arguments, servers })
}

fn start_example(
    workspace: &Workspace,
    programs: &Programs,
    program: Program,
    authority: &str,
    log: &File,
) -> Result<Running> {
    let port = free_port()?;
    let source = |file: &str| workspace.path(&format!("examples/backends/{file}"));
    let mut command = match (program, &programs.python) {
        (Program::Rust, _) => workspace.command(&programs.rust),
        (Program::Node, _) => with(workspace.node(), source("node/server.mjs")),
        (Program::Express, _) => with(workspace.node(), source("express.mjs")),
        (Program::Npm, _) => {
            let file = package::example(programs.package()?, &source("npm"))?;
            with(workspace.node(), file)
        }
        (Program::Python, Some(python)) => {
            with(workspace.command(python), source("python/main.py"))
        }
        (Program::Python, None) => bail!("there is no Python"),
    };
    command
        .env("PORT", port.to_string())
        .env("APP_ORIGIN", service::ORIGIN)
        .env("BOX_API", authority)
        .env("BOX_CLIENT_ID", "client")
        .env("BOX_CLIENT_SECRET", "FAKE-client-secret")
        .env("BOX_FILE_IDS", "123,124")
        .env("BOX_SUBJECT_TOKEN", "FAKE-subject")
        .env_remove("PARSERS");
    let server = Server::start(command, port, Log::File(log.try_clone()?))?;
    let own = format!("{}/", origin(port));
    let mut arguments = words(&["--url", &own, "--cookie-from", &own]);
    arguments.extend(words(&["--other-cookie-from", &own]));
    arguments.extend(words(&["--origin", service::ORIGIN]));
    arguments.extend(words(&["--cross-origin", service::ORIGIN]));
    let lookups = service::LOOK_UPS.to_string();
    arguments.extend(words(&["--lookups-per-second", &lookups]));
    Ok(Running {
        arguments,
        servers: vec![server],
    })
}

fn start_demo(
    workspace: &Workspace,
    programs: &Programs,
    authority: &str,
    log: &File,
) -> Result<Running> {
    let (port, api) = (free_port()?, free_port()?);
    let mut command = workspace.command(&programs.demo);
    let [hold, term] = [service::HOLD, service::TERM].map(|seconds| format!("{seconds}000"));
    command
        .args(["--port", &port.to_string(), "--api-port", &api.to_string()])
        .args(["--lease-hold", &hold, "--lease-term", &term])
        .args(["--www", "www"])
        .env("BOX_API_BASE", authority)
        .env("BOX_CLIENT_ID", "client")
        .env("BOX_CLIENT_SECRET", "FAKE-client-secret")
        .env("BOX_FILES", "123=file.pdf")
        .env("BOX_SUBJECT_TOKEN", "FAKE-subject");
    let server = Server::start(command, port, Log::File(log.try_clone()?))?;
    let own = origin(port);
    let resource = format!("{authority}/2.0/files/123");
    let recall = format!("{RECALL} {own}/control/recall none '{{\"revoke\":\"all\"}}'");
    let page = format!("{own}/");
    let mut arguments = words(&["--url", &own, "--origin", &own, "--resource", &resource]);
    arguments.extend(words(&[
        "--cookie-from",
        &page,
        "--other-cookie-from",
        &page,
    ]));
    arguments.extend(words(&[
        "--cross-origin",
        &own,
        "--recall-command",
        &recall,
    ]));
    arguments.extend(words(&["--lease", "on"]));
    Ok(Running {
        arguments,
        servers: vec![server],
    })
}

/// One that hears nothing of what is set for other programs of this repository: the
/// service refuses to start where it does not know a variable.
fn without_settings(workspace: &Workspace, program: &PathBuf) -> Command {
    let mut command = workspace.command(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("DOWNSCOPE_") {
            command.env_remove(name);
        }
    }
    command
}

fn with(mut command: Command, file: PathBuf) -> Command {
    command.arg(file);
    command
}

pub(super) fn origin(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

pub(super) fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}
