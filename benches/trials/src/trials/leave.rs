//! Many pages leave within ten seconds, and the authorization server takes a hundred
//! revocations a second.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use futures_util::future::try_join_all;
use tokio::time::{Duration, Instant, sleep, sleep_until};

use crate::{
    Failure, Kind, args::Options, authority::most_in_a_second, page::Page, random, report::Of,
    servers::Server, world::World,
};

const LIMIT: usize = 100;
/// A page waits so long for the answer to a revoke.
const PATIENCE: Duration = Duration::from_secs(15);
const ASKING: usize = 48;
/// As many as are claimed at a time, by two instances: those are under way together.
const AT_ONCE: usize = 128;

pub(crate) async fn run(
    kind: Kind,
    server: Option<&Server>,
    options: &Options,
    report: &mut Of<'_>,
) -> Result<(), Failure> {
    let count: usize = options.either(1_000, 10_000);
    // Ten times as many a second as are taken.
    let span = Duration::from_secs(options.either(1, 10));
    let limit = LIMIT.to_string();
    let settings = [("limits.revocations_per_second", &*limit)];
    let world = Arc::new(World::new(kind, server, options, &settings).await?);
    world.authority.book().per_second = Some(LIMIT);
    let mut pages = Vec::new();
    for number in 0..count {
        // Their lives are mixed: an hour at the most, and longer than all of this takes.
        pages.push((
            Page::new("leave", u64::try_from(number)?),
            600 + random::below(3_000),
        ));
    }
    let next = AtomicUsize::new(0);
    let minting = (0..ASKING).map(async |_| {
        let mut minted = Vec::new();
        while let Some((page, life)) = pages.get(next.fetch_add(1, Ordering::Relaxed)) {
            let token = page.mint(world.client(), 1, *life, false).await?;
            minted.push((page, token.token.ok_or("not minted")?));
        }
        Ok::<_, Failure>(minted)
    });
    let tokens: Vec<_> = try_join_all(minting).await?.into_iter().flatten().collect();

    // Each goes when it goes, however many are waited for.
    let begun = Instant::now();
    let mut leaving = Vec::new();
    for (place, (page, token)) in tokens.into_iter().enumerate() {
        let share =
            span.mul_f64(f64::from(u32::try_from(place)?) / f64::from(u32::try_from(count)?));
        let (page, world) = (page.clone(), Arc::clone(&world));
        leaving.push(tokio::spawn(async move {
            sleep_until(begun + share).await;
            let status = page.revoke(world.client(), &[("token", &token)]).await;
            (status, begun.elapsed().saturating_sub(share))
        }));
    }
    let left = try_join_all(leaving).await?;
    let refused = left
        .iter()
        .filter(|(status, _)| !matches!(status, Ok(202 | 204)));
    let refused: Vec<_> = refused.map(|(status, _)| format!("{status:?}")).collect();
    let slowest = left.iter().map(|(_, answered_in)| *answered_in).max();
    let slowest = slowest.unwrap_or_default();
    let done = world.authority.book().ended.len();
    let patience = Duration::from_secs(60 + u64::try_from(count / LIMIT * 3)?);
    world.authority.until_dead(count, patience).await;
    let drained_in = begun.elapsed();
    // Whatever is still under way would be over the limit here.
    sleep(Duration::from_secs(1)).await;
    let book = world.authority.book();
    report.figure("pages left", format!("{count} in {} s", span.as_secs()));
    report.bar(
        "the slowest answer to one of them",
        format!("{:.1} s", slowest.as_secs_f64()),
        "≤ 15 s, as a page waits",
        slowest <= PATIENCE,
    );
    report.bar(
        "revokes that were not accepted",
        format!(
            "{} {}",
            refused.len(),
            refused.first().unwrap_or(&String::new())
        ),
        "0",
        refused.is_empty(),
    );
    report.none("alive in the end", book.alive());
    report.figure(
        "all dead after",
        format!("{:.1} s", drained_in.as_secs_f64()),
    );
    let most = most_in_a_second(&book.revokes);
    report.bar(
        "most revocations in any one second",
        most,
        "≤ 100",
        most <= LIMIT,
    );
    report.none("answered with 429", usize::try_from(book.limited)?);
    // In the order in which they died: how many with less life went before one with more.
    let ended = book.ended.get(done..).unwrap_or_default();
    let ends: Vec<_> = ended
        .iter()
        .filter_map(|wanted| Some(book.tokens.get(wanted)?.expires_at))
        .collect();
    let overtaken = ends.iter().enumerate().map(|(place, own)| {
        let before = ends.get(..place).unwrap_or_default();
        // Expiry is kept in whole milliseconds and counted from the answer.
        before
            .iter()
            .filter(|end| **end + Duration::from_secs(1) < *own)
            .count()
    });
    let most = overtaken.max().unwrap_or_default();
    report.bar(
        "longest-lived first: tokens with less life that went before one with more, at most",
        format!("{most} of {}", ends.len()),
        &format!("≤ {AT_ONCE}, which are under way together"),
        most <= AT_ONCE,
    );
    Ok(())
}
