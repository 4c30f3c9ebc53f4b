//! The authorization server is away, first refusing connections and then answering 503.
//! Once it is back, everything due is dead within a minute.

use futures_util::future::try_join_all;
use tokio::time::{Duration, Instant, sleep};

use crate::{Failure, Kind, args::Options, page::Page, report::Of, servers::Server, world::World};

const PAGES: u64 = 500;
const LIFE: u64 = 3_600;
const BAR: Duration = Duration::from_secs(60);

pub(crate) async fn run(
    kind: Kind,
    server: Option<&Server>,
    options: &Options,
    report: &mut Of<'_>,
) -> Result<(), Failure> {
    let outage = Duration::from_secs(options.either(30, 300));
    let mut world = World::new(kind, server, options, &[]).await?;
    let pages: Vec<_> = (0..PAGES)
        .map(|number| Page::new("outage", number))
        .collect();
    let mut tokens = Vec::new();
    for page in &pages {
        let minted = page.mint(world.client(), 1, LIFE, false).await?;
        tokens.push(minted.token.ok_or("not minted")?);
    }
    world.authority.leave().await;
    let begun = Instant::now();
    let revoking = pages
        .iter()
        .zip(&tokens)
        .map(async |(page, token)| page.revoke(world.client(), &[("token", token)]).await);
    let statuses = try_join_all(revoking).await?;
    let dead = world.authority.book().ended.len();
    sleep((outage / 2).saturating_sub(begun.elapsed())).await;
    world.authority.book().is_ill = true;
    world.authority.come_back().await?;
    sleep(outage.saturating_sub(begun.elapsed())).await;
    let tries = world.authority.book().revokes.len();
    let is_back_at = Instant::now();
    world.authority.book().is_ill = false;
    let accepted = statuses.iter().filter(|status| **status == 202).count();
    world.authority.until_dead(accepted, BAR * 2).await;
    let book = world.authority.book();
    let ends = book.tokens.values().filter_map(|token| token.died_at);
    let last = ends
        .max()
        .map_or(BAR * 2, |at| at.saturating_duration_since(is_back_at));
    report.figure(
        "away for",
        format!(
            "{} s, half of it refusing connections, half with 503",
            outage.as_secs()
        ),
    );
    report.bar(
        "revokes taken over meanwhile (202)",
        accepted,
        &PAGES.to_string(),
        accepted == pages.len(),
    );
    let said = statuses.iter().filter(|status| **status == 204).count();
    report.none("said to be dead, and alive", said.saturating_sub(dead));
    report.figure("calls to it while it answered 503", tries);
    report.none("alive in the end", book.alive());
    report.bar(
        "the last one died after its return",
        format!("{:.1} s", last.as_secs_f64()),
        "≤ 60 s",
        book.alive() == 0 && last <= BAR,
    );
    Ok(())
}
