//! The trials.

mod anonymous;
mod as_outage;
mod kill;
mod lease;
mod leave;
mod rotate;
mod store_outage;
mod throughput;

use crate::{Failure, Kind, args::Options, report::Report, servers::Server};

/// Their names, in the order in which they are run.
pub(crate) const NAMES: [&str; 8] = [
    "kill",
    "lease",
    "as-outage",
    "store-outage",
    "leave",
    "throughput",
    "anonymous",
    "rotate",
];

/// Runs those that are wanted, over this store.
pub(crate) async fn run(
    kind: Kind,
    server: Option<Server>,
    options: &Options,
    report: &mut Report,
) {
    let mut server = server;
    for name in NAMES {
        if !options.has(name) {
            continue;
        }
        if kind == Kind::Memory && matches!(name, "kill" | "store-outage") {
            continue;
        }
        if let Err(failure) = one(name, kind, &mut server, options, report).await {
            report.failed(name, kind, &failure);
        }
    }
}

async fn one(
    name: &'static str,
    kind: Kind,
    server: &mut Option<Server>,
    options: &Options,
    report: &mut Report,
) -> Result<(), Failure> {
    let mut report = report.of(name, kind);
    match (name, server) {
        ("kill", Some(server)) => kill::run(kind, server, options, &mut report).await,
        ("lease", server) => lease::run(kind, server.as_ref(), options, &mut report).await,
        ("as-outage", server) => as_outage::run(kind, server.as_ref(), options, &mut report).await,
        ("store-outage", Some(server)) => {
            store_outage::run(kind, server, options, &mut report).await
        }
        ("leave", server) => leave::run(kind, server.as_ref(), options, &mut report).await,
        ("throughput", server) => {
            throughput::run(kind, server.as_ref(), options, &mut report).await
        }
        ("anonymous", server) => anonymous::run(kind, server.as_ref(), options, &mut report).await,
        ("rotate", server) => rotate::run(kind, server.as_ref(), options, &mut report).await,
        _ => Ok(()),
    }
}
