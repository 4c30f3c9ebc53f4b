//! One of two instances is killed while pages mint and revoke. What was admitted, and
//! named by a revoke that was accepted, is dead within seconds.

use std::sync::{Arc, Mutex};

use futures_util::future::try_join_all;
use sha2::{Digest, Sha256};
use tokio::{
    task::JoinHandle,
    time::{Duration, Instant, sleep, sleep_until},
};

use crate::{
    Failure, Kind,
    args::Options,
    authority::Token,
    instance::Instance,
    locked,
    page::{Page, wanted},
    random,
    report::Of,
    servers::Server,
    world::World,
};

const PAGES: u64 = 12;
const LIFE: u64 = 3_600;
const BAR: Duration = Duration::from_secs(10);
/// What is late has so long to show that it is not lost.
const LATE: Duration = Duration::from_secs(45);
/// A page tries again so often, and so long apart.
const TRIES: usize = 20;
const BETWEEN: Duration = Duration::from_millis(100);

/// What a page named in a revoke that was accepted.
struct Named {
    wanted: String,
    /// Whether the page had its token.
    is_given: bool,
    accepted_at: Instant,
}

type Book = Arc<Mutex<Vec<Named>>>;
/// The instances that are there.
type Both = Arc<Mutex<[Arc<Instance>; 2]>>;
/// Last revokes under way; whether each was accepted.
type Leaving = Vec<JoinHandle<bool>>;

pub(crate) async fn run(
    kind: Kind,
    server: &Server,
    options: &Options,
    report: &mut Of<'_>,
) -> Result<(), Failure> {
    let runs = options.either(10, 200);
    let mut world = World::new(kind, Some(server), &[]).await?;
    let named = Book::default();
    let (Some(first), Some(second)) = (world.instances.first(), world.instances.get(1)) else {
        return Err("there are two".into());
    };
    let both = Arc::new(Mutex::new([Arc::clone(first), Arc::clone(second)]));
    let mut leaving = Leaving::new();
    for run in 0..runs {
        one(&mut world, run, &both, &named, &mut leaving).await?;
    }
    let leaving = try_join_all(leaving).await?;
    let refused = leaving.iter().filter(|is_accepted| !**is_accepted).count();
    let named = std::mem::take(&mut *locked(&named));
    // What is not admitted lives on; what is has until the bar.
    let last = named.iter().map(|one| one.accepted_at).max();
    let last = last.unwrap_or_else(Instant::now);
    while Instant::now() < last + BAR && named.iter().any(|one| is_alive(&world, one)) {
        sleep(Duration::from_millis(50)).await;
    }
    let is_due = |one: &Named| one.is_given && is_alive(&world, one);
    while Instant::now() < last + LATE && named.iter().any(is_due) {
        sleep(Duration::from_millis(50)).await;
    }
    let late: Vec<_> = named.iter().filter(|one| is_late(&world, one)).collect();
    let dump = server.dump()?;
    let (mut on_record, mut not_admitted) = (0, 0);
    for one in late.iter().filter(|one| !one.is_given) {
        let token = world.authority.book().tokens.get(&one.wanted).cloned();
        let token = token.ok_or("it was minted")?;
        // What died late was on record for that.
        if token.died_at.is_some() || is_in(&dump, &token) {
            on_record += 1;
        } else {
            not_admitted += 1;
        }
    }
    let given = named.iter().filter(|one| one.is_given).count();
    let exchanges = world.authority.book().exchanges;
    report.figure("runs", runs);
    report.figure("tokens minted", exchanges);
    report.figure("named by accepted revokes, by token", given);
    report.figure("named by accepted revokes, by request", named.len() - given);
    report.figure("final revokes that nobody accepted in time", refused);
    let lost = late.iter().filter(|one| one.is_given).count();
    report.none("given, and alive 10 s after the revoke", lost);
    let alive = late.iter().filter(|one| is_due(one)).count();
    report.none("given, and alive 45 s after the last revoke", alive);
    report.none("on record, and alive 10 s after the revoke", on_record);
    report.figure(
        "minted, and not admitted: the instance died in between",
        not_admitted,
    );
    let slowest = named.iter().filter_map(|one| after(&world, one)).max();
    let slowest = slowest.unwrap_or_default().as_secs_f64();
    report.figure(
        "the slowest death after its revoke",
        format!("{slowest:.1} s"),
    );
    Ok(())
}

fn after(world: &World, named: &Named) -> Option<Duration> {
    let book = world.authority.book();
    let died_at = book.tokens.get(&named.wanted)?.died_at?;
    Some(died_at.saturating_duration_since(named.accepted_at))
}

fn is_alive(world: &World, named: &Named) -> bool {
    world.authority.book().is_alive(&named.wanted)
}

fn is_late(world: &World, named: &Named) -> bool {
    is_alive(world, named) || after(world, named).is_some_and(|after| after > BAR)
}

/// Whether a dump has the token's fingerprint, in bytes or in hexadecimal.
fn is_in(dump: &[u8], token: &Token) -> bool {
    let fingerprint: [u8; 32] = Sha256::digest(token.text.as_bytes()).into();
    let hex: String = fingerprint
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let has = |needle: &[u8]| dump.windows(needle.len()).any(|part| part == needle);
    has(&fingerprint) || has(hex.as_bytes())
}

/// Leaves the last revokes under way: the next run begins beside them.
async fn one(
    world: &mut World,
    run: u64,
    both: &Both,
    named: &Book,
    leaving: &mut Leaving,
) -> Result<(), Failure> {
    let ends_at = Instant::now() + Duration::from_millis(40 + random::below(200));
    let stops_at = ends_at + Duration::from_millis(40);
    let instances = locked(both).clone();
    for number in 0..PAGES {
        let page = Page::new("kill", run * PAGES + number);
        let (instances, both, named) = (instances.clone(), Arc::clone(both), Arc::clone(named));
        leaving.push(tokio::spawn(async move {
            let (tokens, pending) = live(&page, instances, stops_at, &named).await;
            // What is left of it goes as a page does: its tokens, and what it has no answer for.
            leave(&page, &both, &tokens, &pending, &named).await
        }));
    }
    sleep_until(ends_at).await;
    let place = usize::try_from(random::below(2))?;
    if let Some(instance) = world.instances.get(place) {
        instance.kill();
    }
    world.replace(place).await?;
    if let (Some(own), Some(new)) = (locked(both).get_mut(place), world.instances.get(place)) {
        *own = Arc::clone(new);
    }
    sleep_until(stops_at).await;
    Ok(())
}

type Left = (Vec<(u64, String)>, Vec<u64>);

/// Mints and revokes, now here, now there.
async fn live(page: &Page, instances: [Arc<Instance>; 2], until: Instant, named: &Book) -> Left {
    let (mut tokens, mut pending, mut id) = (Vec::new(), Vec::new(), 0);
    let any = || {
        let [first, second] = &instances;
        let instance = if random::below(2) == 0 { first } else { second };
        &instance.public
    };
    while Instant::now() < until {
        id += 1;
        match page.mint(any(), id, LIFE, false).await {
            Ok(minted) => match minted.token {
                Some(token) => tokens.push((id, token)),
                None => pending.push(id),
            },
            Err(_) => pending.push(id),
        }
        if random::below(2) == 0
            && let Some((id, token)) = tokens.pop()
        {
            match page.revoke(any(), &[("token", &token)]).await {
                Ok(202 | 204) => note(named, page, id, true),
                Ok(_) | Err(_) => tokens.push((id, token)),
            }
        }
        if !pending.is_empty() {
            // It notices, and waits a little.
            sleep(BETWEEN / 5).await;
        }
    }
    (tokens, pending)
}

async fn leave(
    page: &Page,
    both: &Both,
    tokens: &[(u64, String)],
    pending: &[u64],
    named: &Book,
) -> bool {
    let names: Vec<_> = pending.iter().map(ToString::to_string).collect();
    let mut fields: Vec<_> = tokens
        .iter()
        .map(|(_, token)| ("token", &**token))
        .collect();
    fields.extend(names.iter().map(|name| ("pending", &**name)));
    if fields.is_empty() {
        return true;
    }
    for _ in 0..TRIES {
        let [first, second] = locked(both).clone();
        let instance = if random::below(2) == 0 { first } else { second };
        if let Ok(202 | 204) = page.revoke(&instance.public, &fields).await {
            for (id, _) in tokens {
                note(named, page, *id, true);
            }
            for id in pending {
                note(named, page, *id, false);
            }
            return true;
        }
        sleep(BETWEEN).await;
    }
    false
}

fn note(named: &Book, page: &Page, id: u64, is_given: bool) {
    locked(named).push(Named {
        wanted: wanted(&page.session, id, LIFE),
        is_given,
        accepted_at: Instant::now(),
    });
}
