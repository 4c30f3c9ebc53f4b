//! What pages that only stay open cost: how many lease requests a second are taken, and what
//! a page weighs in the store.

use std::sync::Arc;

use futures_util::future::try_join_all;
use tokio::time::{Duration, Instant};

use crate::{
    Failure, Kind, args::Options, page::Page, processor::Used, report::Of, servers::Server,
    statistics::quantile, world::World,
};

/// How many ask at a time.
const ASKING: u64 = 48;

pub(crate) async fn run(
    kind: Kind,
    server: Option<&Server>,
    options: &Options,
    report: &mut Of<'_>,
) -> Result<(), Failure> {
    let world = Arc::new(World::new(kind, server, options, &[]).await?);
    let pages = options.either(2_000, 20_000);
    let before = weight(&world, server)?;
    world.fill("capacity", 0..pages, 1, true).await?;
    let grown = weight(&world, server)?.saturating_sub(before);
    report.figure(
        "a page with a lease and a token weighs",
        format!("{} bytes (from {pages})", grown / pages),
    );

    let span = Duration::from_secs(options.either(5, 20));
    let used = Used::by(&world, server)?;
    let begun = Instant::now();
    let renewing = (0..ASKING).map(|place| {
        let world = Arc::clone(&world);
        tokio::spawn(async move { renew(&world, place, pages, begun + span).await })
    });
    let (mut times, mut failures) = (Vec::new(), 0);
    for renewed in try_join_all(renewing).await? {
        let (took, failed) = renewed?;
        times.extend(took);
        failures += failed;
    }
    let rate = f64::from(u32::try_from(times.len())?) / begun.elapsed().as_secs_f64();
    let (middle, late) = (quantile(&mut times, 0.5), quantile(&mut times, 0.99));
    report.figure("lease requests a second", format!("{rate:.0}"));
    Used::by(&world, server)?.report_since(&used, times.len(), "lease request", report)?;
    report.figure(
        "lease request, p50 and p99",
        format!("{middle:.1} ms, {late:.1} ms"),
    );
    report.none("answers that were not 200", failures);
    Ok(())
}

/// Begins the lease of one page life after the other, without a rest; how long each took, and how
/// many failed. The first request of a page life is the one that is not held: to be held costs a
/// connection, and no work.
async fn renew(
    world: &World,
    place: u64,
    pages: u64,
    until: Instant,
) -> Result<(Vec<Duration>, usize), Failure> {
    let (mut times, mut failures) = (Vec::new(), 0);
    let mut number = pages + place;
    while Instant::now() < until {
        let page = Page::new("capacity", number);
        let at = Instant::now();
        let (status, _) = page.renew(world.client()).await?;
        times.push(at.elapsed());
        failures += usize::from(status != 200);
        number += ASKING;
    }
    Ok((times, failures))
}

/// What the store takes, in bytes; where it is the service's own memory, all of that.
fn weight(world: &World, server: Option<&Server>) -> Result<u64, Failure> {
    match server {
        Some(server) => server.weight(),
        None => world.instances.first().ok_or("there is none")?.resident(),
    }
}
