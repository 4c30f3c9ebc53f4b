//! What takes several processes to show: the service or an app on the npm package, in one or two
//! instances, over each store, beside an app and an authorization server that remembers what is alive.
//! `cargo xtask trials`; `docs/backend.md` has the figures, and what they leave out.

#![expect(clippy::print_stdout, reason = "it is what the command is for")]

mod app;
mod args;
mod authority;
mod backend;
mod http;
mod instance;
mod page;
mod processor;
mod random;
mod report;
mod servers;
mod statistics;
mod trials;
mod world;

use std::{
    error::Error,
    process::ExitCode,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use args::Options;
use backend::Backend;
use report::Report;
use servers::Server;

/// What a trial gives up with.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// The stores.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Memory,
    Redis,
    Postgres,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Memory, Self::Redis, Self::Postgres];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Redis => "redis",
            Self::Postgres => "postgres",
        }
    }

    /// As many instances can share it as are tried here.
    pub(crate) const fn instances(self) -> usize {
        match self {
            Self::Memory => 1,
            Self::Redis | Self::Postgres => 2,
        }
    }
}

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// First what mostly waits, over each store at a time; then what is measured, one by one.
async fn try_all(options: Arc<Options>) -> Report {
    let mut report = Report::default();
    let mut waiting = Vec::new();
    for kind in Kind::ALL {
        if !options.has_store(kind) {
            continue;
        }
        if options.backend != Backend::Npm && !world::is_built_in(kind) {
            report.left_out(kind, "this build of the service has no such store");
            continue;
        }
        match Server::start(kind) {
            Ok(server) => {
                let tried = trials::run(&trials::WAITING, kind, server, Arc::clone(&options));
                waiting.push((kind, tokio::spawn(tried)));
            }
            Err(failure) => report.failed("start", kind, &failure),
        }
    }
    let mut servers = Vec::new();
    for (kind, tried) in waiting {
        match tried.await {
            Ok((server, seen)) => {
                report.add(seen);
                servers.push((kind, server));
            }
            Err(panic) => report.failed("all", kind, &panic.into()),
        }
    }
    for (kind, server) in servers {
        let (_, seen) = trials::run(&trials::BUSY, kind, server, Arc::clone(&options)).await;
        report.add(seen);
    }
    report
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(wrong) => {
            eprintln!("{wrong}");
            return ExitCode::FAILURE;
        }
    };
    let options = Arc::new(options);
    let report = try_all(Arc::clone(&options)).await;
    println!("\n{}\n\n{}", options.line, report.table());
    if let Err(error) = report.write(&options.line) {
        eprintln!("error: {error}");
        return ExitCode::FAILURE;
    }
    if report.holds() {
        ExitCode::SUCCESS
    } else {
        eprintln!("error: not every bar holds");
        ExitCode::FAILURE
    }
}
