//! Ten short terms over instances that are asked in turn: no page that lives loses a
//! token, and one that falls silent does.

use std::sync::Arc;

use futures_util::future::try_join_all;
use tokio::time::{Duration, Instant, sleep, sleep_until};

use crate::{
    Failure, Kind,
    args::Options,
    page::{Page, wanted},
    report::Of,
    servers::Server,
    world::World,
};

const LIVE: u64 = 40;
const SILENT: u64 = 10;
const TERMS: u32 = 10;
const LIFE: u64 = 3_600;

pub(crate) async fn run(
    kind: Kind,
    server: Option<&Server>,
    options: &Options,
    report: &mut Of<'_>,
) -> Result<(), Failure> {
    // Between the end of a hold and the end of the term a page has room for a stall of the
    // machine as long as the watch gap: a longer one the store takes for an outage.
    let (term, hold) = options.either((4, 1), (10, 5));
    let settings = [
        ("lease.term_seconds", term.to_string()),
        ("lease.hold_seconds", hold.to_string()),
        // The quick one is waited for.
        ("lease.out_of_contract", "true".to_owned()),
        ("lease.required", "true".to_owned()),
    ];
    let settings = settings.each_ref().map(|(name, value)| (*name, &**value));
    let world = Arc::new(World::new(kind, server, options, &settings).await?);
    let term = Duration::from_secs(term);
    let pages: Vec<_> = (0..LIVE + SILENT)
        .map(|number| Page::new("lease", number))
        .collect();
    for page in &pages {
        let minted = page.mint(world.client(), 1, LIFE, true).await?;
        minted.token.ok_or("not minted")?;
    }
    let (silent, live) = pages.split_at(usize::try_from(SILENT)?);
    for page in silent {
        page.renew(world.client()).await?;
    }
    let silent_since = Instant::now();
    let ends_at = silent_since + term * TERMS;
    let living = live.iter().cloned().map(|page| {
        let world = Arc::clone(&world);
        tokio::spawn(async move { live_on(&page, &world, ends_at).await })
    });
    let mut told = 0;
    for page in try_join_all(living).await? {
        told += page?;
    }
    sleep_until(ends_at).await;
    let book = world.authority.book();
    let wanted = |page: &Page| wanted(&page.session, 1, LIFE);
    let lost = live.iter().filter(|page| !book.is_alive(&wanted(page)));
    report.none("live pages that lost a token in ten terms", lost.count());
    report.none("answers that took one back", told);
    let left = silent.iter().filter(|page| book.is_alive(&wanted(page)));
    report.none("silent pages whose token lives", left.count());
    let ends = silent
        .iter()
        .filter_map(|page| book.tokens.get(&wanted(page))?.died_at);
    let last = ends.max().map_or(Duration::ZERO, |at| at - silent_since);
    report.figure(
        "the last of them died after",
        format!(
            "{:.1} s of a term of {} s",
            last.as_secs_f64(),
            term.as_secs()
        ),
    );
    Ok(())
}

/// Keeps its lease; the answer is how often it was told to drop something.
pub(super) async fn live_on(page: &Page, world: &World, until: Instant) -> Result<usize, Failure> {
    let mut told = 0;
    while Instant::now() < until {
        // What fails is asked again, as the SDK does.
        let Ok((200, answer)) = page.renew(world.client()).await else {
            sleep(Duration::from_millis(200)).await;
            continue;
        };
        told += usize::from(!answer["revoke"].is_null());
        let wait = answer["renew_in"].as_f64().unwrap_or_default();
        sleep(Duration::from_secs_f64(wait)).await;
    }
    Ok(told)
}
