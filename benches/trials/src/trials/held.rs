//! What a lease request that is held weighs in the service's memory: nearly every open page
//! has one, and a connection with it.

use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::{
    task::JoinSet,
    time::{Duration, Instant, sleep},
};

use crate::{Failure, Kind, args::Options, page::Page, report::Of, servers::Server, world::World};

/// How many ask at a time for what is not held.
const ASKING: usize = 48;
/// In which all of them are held, or never.
const PATIENCE: Duration = Duration::from_secs(25);
const PAUSE: Duration = Duration::from_millis(100);

pub(crate) async fn run(
    kind: Kind,
    server: Option<&Server>,
    options: &Options,
    report: &mut Of<'_>,
) -> Result<(), Failure> {
    let world = Arc::new(World::new(kind, server, options, &[]).await?);
    // An instance holds 5,000 as it comes.
    let pages = options.either(400, 4_000);
    // The first lease request of a page life is answered at once.
    let first = stream::iter(0..pages).map(async |number| page(number).renew(world.client()).await);
    first
        .buffer_unordered(ASKING)
        .try_for_each(async |_| Ok(()))
        .await?;

    let before = resident(&world)?;
    let mut holding = JoinSet::new();
    for number in 0..pages {
        let world = Arc::clone(&world);
        holding.spawn(async move { page(number).renew(world.client()).await.is_ok() });
    }
    let held = until_held(&world, pages).await?;
    let grown = resident(&world)?.saturating_sub(before);
    report.figure(
        "a lease request that is held weighs",
        format!("{} bytes (from {held})", grown / held.max(1)),
    );
    let missing = usize::try_from(pages - held)?;
    report.none("pages whose lease request was not held", missing);
    Ok(())
}

/// Each of a sign-in of its own, of which the service holds no more than two.
fn page(number: u64) -> Page {
    Page::new(&format!("held-{number}"), 0)
}

/// How many are held: all of them, unless it takes too long.
async fn until_held(world: &World, wanted: u64) -> Result<u64, Failure> {
    let begun = Instant::now();
    loop {
        let mut held = 0;
        for instance in &world.instances {
            held += held_by(&String::from_utf8_lossy(&instance.metrics().await?));
        }
        if held >= wanted || begun.elapsed() > PATIENCE {
            return Ok(held.min(wanted));
        }
        sleep(PAUSE).await;
    }
}

fn held_by(metrics: &str) -> u64 {
    let mut lines = metrics.lines();
    let count = lines.find_map(|line| line.strip_prefix("downscope_held_requests "));
    count.and_then(|count| count.parse().ok()).unwrap_or(0)
}

fn resident(world: &World) -> Result<u64, Failure> {
    world.instances.iter().map(|one| one.resident()).sum()
}
