//! The trials.

mod anonymous;
mod as_outage;
mod capacity;
mod frozen;
mod held;
mod kill;
mod lease;
mod leave;
mod rotate;
mod store_outage;
mod throughput;

use std::{fs, sync::Arc};

use crate::{Failure, Kind, args::Options, report::Report, servers::Server};

/// Those that mostly wait, in the order in which they are run.
pub(crate) const WAITING: [&str; 5] = ["lease", "store-outage", "as-outage", "kill", "frozen"];
/// Those that keep the machine busy, so that nothing else is to run beside them.
pub(crate) const BUSY: [&str; 6] = [
    "leave",
    "rotate",
    "throughput",
    "capacity",
    "held",
    "anonymous",
];

/// All of them.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    WAITING.into_iter().chain(BUSY)
}

/// Runs those of `names` that are wanted, over this store. The server is given back.
pub(crate) async fn run(
    names: &[&'static str],
    kind: Kind,
    server: Option<Server>,
    options: Arc<Options>,
) -> (Option<Server>, Report) {
    let (mut server, mut report) = (server, Report::default());
    for name in names {
        if !options.has(name, kind) {
            continue;
        }
        if let Ok(load) = fs::read_to_string("/proc/loadavg") {
            let load = load.split(' ').next().unwrap_or_default();
            report.of(name, kind).figure("load before it", load);
        }
        if let Err(failure) = one(name, kind, &mut server, &options, &mut report).await {
            report.failed(name, kind, &failure);
        }
    }
    (server, report)
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
        ("frozen", server) => frozen::run(kind, server.as_ref(), options, &mut report).await,
        ("lease", server) => lease::run(kind, server.as_ref(), options, &mut report).await,
        ("as-outage", server) => as_outage::run(kind, server.as_ref(), options, &mut report).await,
        ("store-outage", Some(server)) => {
            store_outage::run(kind, server, options, &mut report).await
        }
        ("leave", server) => leave::run(kind, server.as_ref(), options, &mut report).await,
        ("throughput", server) => {
            throughput::run(kind, server.as_ref(), options, &mut report).await
        }
        ("capacity", server) => capacity::run(kind, server.as_ref(), options, &mut report).await,
        ("held", server) => held::run(kind, server.as_ref(), options, &mut report).await,
        ("anonymous", server) => anonymous::run(kind, server.as_ref(), options, &mut report).await,
        ("rotate", server) => rotate::run(kind, server.as_ref(), options, &mut report).await,
        _ => Ok(()),
    }
}
