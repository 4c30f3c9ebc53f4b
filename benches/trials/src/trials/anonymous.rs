//! A thousand made-up revokes a second keep no authentic one waiting, and the
//! authorization server is asked about few of them.

use futures_util::future::{join, try_join_all};
use tokio::time::{Duration, Instant, sleep_until};

use crate::{
    Failure, Kind, args::Options, authority::most_in_a_second, page::Page, report::Of,
    servers::Server, statistics::quantile, world::World,
};

const STRANGERS: u32 = 20;
/// By each of them.
const PER_SECOND: u32 = 50;
const AUTHENTIC_PER_SECOND: u32 = 40;
const BUDGET: usize = 20;
const LIFE: u64 = 3_600;
const BAR: f64 = 200.0;

pub(crate) async fn run(
    kind: Kind,
    server: Option<&Server>,
    options: &Options,
    report: &mut Of<'_>,
) -> Result<(), Failure> {
    let seconds: u32 = options.either(5, 30);
    let world = World::new(kind, server, options, &[]).await?;
    let begun = Instant::now();
    let strangers = (0..STRANGERS).map(async |number| {
        let page = Page::new("stranger", u64::from(number));
        let mut statuses = Vec::new();
        for place in 0..PER_SECOND * seconds {
            sleep_until(begun + Duration::from_secs(1) * place / PER_SECOND).await;
            let token = format!("FAKE-made-up-{number}-{place}");
            let client = world.client();
            statuses.push(page.revoke(client, &[("token", &token)]).await?);
        }
        Ok::<_, Failure>(statuses)
    });
    let authentic = (0..AUTHENTIC_PER_SECOND * seconds).map(async |place| {
        sleep_until(begun + Duration::from_secs(1) * place / AUTHENTIC_PER_SECOND).await;
        let page = Page::new("authentic", u64::from(place));
        let minted = page.mint(world.client(), 1, LIFE, false).await?;
        let token = minted.token.ok_or("not minted")?;
        let at = Instant::now();
        let status = page.revoke(world.client(), &[("token", &token)]).await?;
        Ok::<_, Failure>((status, at.elapsed()))
    });
    let (strangers, authentic) = join(try_join_all(strangers), try_join_all(authentic)).await;
    let took = begun.elapsed().as_secs_f64();
    let statuses: Vec<_> = strangers?.into_iter().flatten().collect();
    let authentic = authentic?;
    let mut times: Vec<_> = authentic.iter().map(|(_, time)| *time).collect();
    let (middle, late) = (quantile(&mut times, 0.5), quantile(&mut times, 0.99));
    let count = |status| statuses.iter().filter(|one| **one == status).count();
    report.figure(
        "made-up revokes a second",
        format!(
            "{:.0} ({} × 204, {} × 202, {} × 503)",
            f64::from(u32::try_from(statuses.len())?) / took,
            count(204),
            count(202),
            count(503)
        ),
    );
    report.bar(
        "an authentic revoke, p50 and p99",
        format!("{middle:.1} ms, {late:.1} ms"),
        "p99 < 200 ms",
        late < BAR,
    );
    let failed = authentic
        .iter()
        .filter(|(status, _)| *status != 204)
        .count();
    report.none("authentic revokes that were not answered with 204", failed);
    let book = world.authority.book();
    let most = most_in_a_second(&book.look_ups);
    report.figure("look-ups at the authorization server", book.look_ups.len());
    report.bar(
        "most of them in any one second",
        most,
        "≤ 20",
        most <= BUDGET,
    );
    report.none("authentic tokens alive in the end", book.alive());
    Ok(())
}
