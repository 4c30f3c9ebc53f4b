//! The store is away for two terms. No live page is revoked for it, and nothing is minted
//! that is on no record.

use std::sync::Arc;

use futures_util::future::try_join_all;
use tokio::time::{Duration, Instant, sleep, sleep_until};

use crate::{
    Failure, Kind,
    args::Options,
    page::{Page, wanted},
    report::Of,
    servers::Server,
    trials::lease::live_on,
    world::World,
};

const PAGES: u64 = 30;
const LIFE: u64 = 3_600;

pub(crate) async fn run(
    kind: Kind,
    server: &mut Server,
    options: &Options,
    report: &mut Of<'_>,
) -> Result<(), Failure> {
    let (term, hold) = options.either((3, 1), (10, 5));
    let settings = [
        ("lease.term_seconds", term.to_string()),
        ("lease.hold_seconds", hold.to_string()),
        // It is waited for.
        ("lease.out_of_contract", "true".to_owned()),
    ];
    let settings = settings.each_ref().map(|(name, value)| (*name, &**value));
    let world = Arc::new(World::new(kind, Some(&*server), options, &settings).await?);
    let term = Duration::from_secs(term);
    let pages: Vec<_> = (0..PAGES)
        .map(|number| Page::new("store", number))
        .collect();
    for page in &pages {
        let minted = page.mint(world.client(), 1, LIFE, true).await?;
        minted.token.ok_or("not minted")?;
        page.renew(world.client()).await?;
    }
    // One term before, two without, three after.
    let begun = Instant::now();
    let living = pages.iter().cloned().map(|page| {
        let world = Arc::clone(&world);
        tokio::spawn(async move { live_on(&page, &world, begun + term * 6).await })
    });
    let living: Vec<_> = living.collect();
    sleep_until(begun + term).await;
    server.stop()?;
    // What had begun may still come to its end.
    sleep(Duration::from_millis(200)).await;
    let exchanges = world.authority.book().exchanges;
    let mut statuses = Vec::new();
    while Instant::now() < begun + term * 3 {
        let page = Page::new("store-new", u64::try_from(statuses.len())?);
        let minted = page.mint(world.client(), 1, LIFE, false).await;
        statuses.push(minted.map_or(0, |minted| minted.status));
        sleep(Duration::from_millis(100)).await;
    }
    let minted = world.authority.book().exchanges - exchanges;
    server.run()?;
    let mut told = 0;
    for page in try_join_all(living).await? {
        told += page?;
    }
    let lost = {
        let book = world.authority.book();
        let is_alive = |page: &&Page| book.is_alive(&wanted(&page.session, 1, LIFE));
        pages.len() - pages.iter().filter(is_alive).count()
    };
    report.figure("away for two terms of", format!("{} s", term.as_secs()));
    report.none("live pages that lost a token", lost);
    report.none("answers that took one back", told);
    let others = statuses.iter().filter(|status| **status != 503).count();
    report.figure("token requests meanwhile", statuses.len());
    report.none("of them answered otherwise than with 503", others);
    report.none("exchanges meanwhile", usize::try_from(minted)?);
    let after = Page::new("store-after", 0);
    let status = after.mint(world.client(), 1, LIFE, false).await?.status;
    report.bar("a token request afterwards", status, "200", status == 200);
    Ok(())
}
