//! A key is turned in mid-run, and no handle fails. Afterwards tokens and secrets are
//! looked for wherever none may be.

use std::{fs, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use futures_util::future::try_join_all;
use tokio::time::{Duration, Instant, sleep, sleep_until};

use crate::{
    Failure, Kind,
    args::Options,
    authority::TOKEN,
    page::Page,
    report::Of,
    servers::Server,
    world::{CLIENT_SECRET, KEYS, World},
};

const ASKING: u64 = 8;
const LIFE: u64 = 3_600;
const SUBJECT: &str = "FAKE-subject-";

pub(crate) async fn run(
    kind: Kind,
    server: Option<&Server>,
    options: &Options,
    report: &mut Of<'_>,
) -> Result<(), Failure> {
    for handles in ["sealed", "short"] {
        turn(handles, kind, server, options, report).await?;
    }
    Ok(())
}

async fn turn(
    handles: &str,
    kind: Kind,
    server: Option<&Server>,
    options: &Options,
    report: &mut Of<'_>,
) -> Result<(), Failure> {
    let settings = [("tokens.handles", handles), ("log.level", "debug")];
    let world = Arc::new(World::new(kind, server, options, &settings).await?);
    let step = Duration::from_secs(options.either(1, 5));
    let begun = Instant::now();
    let asking = (0..ASKING).map(|number| {
        let world = Arc::clone(&world);
        tokio::spawn(async move { ask(&world, number, begun + step * 4).await })
    });
    let asking: Vec<_> = asking.collect();
    // First every instance can open what the new key seals, then it seals.
    let [old, new] = KEYS;
    for (turns, keys) in [
        (1, format!("{old}\n{new}\n")),
        (2, format!("{new}\n{old}\n")),
    ] {
        sleep_until(begun + step * turns).await;
        fs::write(&world.keys, keys)?;
        for instance in &world.instances {
            instance.turn().await?;
        }
    }
    let (mut used, mut failed) = (0, 0);
    for asked in try_join_all(asking).await? {
        let (all, bad) = asked?;
        used += all;
        failed += bad;
    }
    let alive = world.authority.book().alive();
    report.figure(&format!("{handles} handles used"), used);
    report.none(
        &format!("{handles} handles that were not answered with 204"),
        failed,
    );
    report.none("alive after their revoke", alive);
    // So that live ones are on record.
    for number in 0..20 {
        let page = Page::new("rotate-live", number);
        page.mint(world.client(), 1, LIFE, false).await?;
    }
    if let Some(server) = server {
        let dump = server.dump()?;
        report.figure("the store's dump", format!("{} KiB", dump.len() / 1_024));
        report.none("tokens and secrets found in it", count(&dump));
    }
    let (mut logs, mut metrics) = (Vec::new(), Vec::new());
    for instance in &world.instances {
        logs.extend(instance.log()?.into_bytes());
        metrics.extend(instance.metrics().await?);
    }
    if logs.is_empty() || metrics.is_empty() {
        return Err("there is nothing to search".into());
    }
    report.none("tokens and secrets found in the logs", count(&logs));
    report.none("tokens and secrets found in the metrics", count(&metrics));
    Ok(())
}

/// Handles are kept for a while, so that some are used after the turn.
async fn ask(world: &World, number: u64, until: Instant) -> Result<(usize, usize), Failure> {
    let mut kept = Vec::new();
    let (mut used, mut failed, mut life) = (0, 0, 0);
    while Instant::now() < until || !kept.is_empty() {
        if Instant::now() < until {
            life += 1;
            let page = Page::new("rotate", number * 1_000_000 + life);
            let minted = page.mint(world.client(), 1, LIFE, false).await?;
            let handle = minted.handle.ok_or("no handle")?;
            kept.push((page, handle, Instant::now()));
            sleep(Duration::from_millis(10)).await;
        }
        let is_old = kept
            .first()
            .is_some_and(|(_, _, at)| at.elapsed() > Duration::from_millis(900));
        if is_old || Instant::now() >= until {
            let (page, handle, _) = kept.remove(0);
            let status = page.revoke(world.client(), &[("handle", &handle)]).await?;
            used += 1;
            failed += usize::from(status != 204);
        }
    }
    Ok((used, failed))
}

/// How often anything secret is in it: plain, in hexadecimal, or in base64.
fn count(text: &[u8]) -> usize {
    let mut needles = Vec::new();
    for secret in [TOKEN, SUBJECT, CLIENT_SECRET, KEYS[0], KEYS[1]] {
        needles.push(secret.as_bytes().to_vec());
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        needles.push(hex.into_bytes());
        for offset in 0..3 {
            let padded = [&b"\0\0\0"[..offset], secret.as_bytes()].concat();
            let encoded = STANDARD_NO_PAD.encode(padded);
            // What its neighbours have a part in is left out.
            let first = (offset * 8).div_ceil(6);
            let inner = encoded.get(first..encoded.len() - 2).unwrap_or(&encoded);
            needles.push(inner.as_bytes().to_vec());
        }
    }
    let is_there = |needle: &Vec<u8>| {
        text.windows(needle.len())
            .filter(|part| part == needle)
            .count()
    };
    needles.iter().map(is_there).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_however_it_is_written() {
        let token = format!("{TOKEN}00000001");
        let hex: String = token.bytes().map(|byte| format!("{byte:02x}")).collect();
        for text in [
            format!("before {token} after"),
            format!("\\x{hex}"),
            STANDARD_NO_PAD.encode(&token),
            STANDARD_NO_PAD.encode(format!("a{token}b")),
            STANDARD_NO_PAD.encode(format!("ab{token}c")),
        ] {
            assert_eq!(count(text.as_bytes()), 1, "{text}");
        }
        assert_eq!(count(b"FAKE-made-up"), 0);
    }
}
