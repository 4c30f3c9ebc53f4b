//! How many tokens a second are minted and revoked, how long that takes, and what a token
//! on record weighs.

use std::sync::Arc;

use futures_util::future::try_join_all;
use tokio::time::{Duration, Instant};

use crate::{
    Failure, Kind, args::Options, backend::Backend, page::Page, processor::Used, report::Of,
    servers::Server, statistics::quantile, world::World,
};

/// How many ask at a time.
const ASKING: u64 = 48;
const LIFE: u64 = 3_600;

pub(crate) async fn run(
    kind: Kind,
    server: Option<&Server>,
    options: &Options,
    report: &mut Of<'_>,
) -> Result<(), Failure> {
    let world = Arc::new(World::new(kind, server, options, &[]).await?);
    let span = Duration::from_secs(options.either(5, 60));
    let used = Used::by(&world, server)?;
    let begun = Instant::now();
    let asking = (0..ASKING).map(|number| {
        let world = Arc::clone(&world);
        tokio::spawn(async move { ask(&world, number, begun + span).await })
    });
    let (mut mints, mut revokes, mut failures) = (Vec::new(), Vec::new(), 0);
    for asked in try_join_all(asking).await? {
        let asked = asked?;
        mints.extend(asked.mints);
        revokes.extend(asked.revokes);
        failures += asked.failures;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let pairs = f64::from(u32::try_from(revokes.len())?) / seconds;
    let goal = if kind == Kind::Memory { 2_000 } else { 500 };
    report.figure("instances", kind.instances());
    let what = "pairs of mint and revoke a second";
    let seen = format!("{pairs:.0}");
    match options.backend {
        Backend::Service => report.bar(what, seen, &format!("≥ {goal}"), pairs >= f64::from(goal)),
        // Told beside the service's.
        Backend::Npm | Backend::Both => report.figure(what, seen),
    }
    Used::by(&world, server)?.report_since(&used, revokes.len(), "pair", report)?;
    for (what, times) in [("mint", &mut mints), ("revoke", &mut revokes)] {
        let (middle, late) = (quantile(times, 0.5), quantile(times, 0.99));
        report.figure(
            &format!("{what}, p50 and p99"),
            format!("{middle:.1} ms, {late:.1} ms"),
        );
    }
    report.none("answers that were neither 200 nor 204", failures);
    report.none("alive at the end", world.authority.book().alive());
    drop(world);
    if kind == Kind::Memory {
        weigh(options, report).await?;
    }
    Ok(())
}

#[derive(Default)]
struct Asked {
    mints: Vec<Duration>,
    revokes: Vec<Duration>,
    failures: usize,
}

async fn ask(world: &World, number: u64, until: Instant) -> Result<Asked, Failure> {
    let mut asked = Asked::default();
    let mut life = 0;
    while Instant::now() < until {
        // A page life asks for a few.
        life += 1;
        let page = Page::new("throughput", number * 1_000_000 + life);
        for id in 0..4 {
            let at = Instant::now();
            let minted = page.mint(world.client(), id, LIFE, false).await?;
            asked.mints.push(at.elapsed());
            let Some(token) = minted.token else {
                asked.failures += 1;
                continue;
            };
            let at = Instant::now();
            let status = page.revoke(world.client(), &[("token", &token)]).await?;
            asked.revokes.push(at.elapsed());
            asked.failures += usize::from(status != 204);
        }
    }
    Ok(asked)
}

/// What so many tokens weigh in the instance that has them in its memory.
async fn weigh(options: &Options, report: &mut Of<'_>) -> Result<(), Failure> {
    let count = options.either(20_000, 100_000);
    let world = World::new(Kind::Memory, None, options, &[]).await?;
    let instance = world.instances.first().ok_or("there is none")?;
    // Connections and buffers are not what is weighed.
    world.fill("weight", 0..1_000, 4, false).await?;
    let before = instance.resident()?;
    world.fill("weight", 1_000..count + 1_000, 4, false).await?;
    let grown = instance.resident()?.saturating_sub(before);
    let mib = grown * 100_000 / count / 1_024 / 1_024;
    report.figure(
        "resident memory for 100,000 live records",
        format!("{mib} MiB (from {count})"),
    );
    Ok(())
}
