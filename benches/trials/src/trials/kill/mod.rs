//! One of two instances is killed while pages mint and revoke. What was admitted, and
//! named by a revoke that was accepted, is dead within seconds.

mod page_life;
mod seen;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use futures_util::future::try_join_all;
use tokio::time::{Duration, Instant, sleep, sleep_until};

use self::{
    page_life::{leave, live},
    seen::Seen,
};
use crate::{
    Failure, Kind, args::Options, instance::Instance, locked, page::Page, random, report::Of,
    servers::Server, world::World,
};

const PAGES: usize = 12;
const BAR: Duration = Duration::from_secs(10);
/// What is late has so long to show that it is not lost.
const LATE: Duration = Duration::from_secs(45);
/// How many milliseconds pages live before one of their instances is killed: at least so
/// many, and up to so many more.
const BEFORE: u64 = 200;
const AT_RANDOM: u64 = 1_800;

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
/// How often which answers came to revokes that were not accepted.
type Refused = BTreeMap<String, usize>;

/// Two instances, one of which is killed at a time, and what was seen of them.
struct Group {
    world: World,
    both: Both,
    named: Book,
    refused: Refused,
    /// Last revokes that nobody has accepted.
    lost: usize,
}

pub(crate) async fn run(
    kind: Kind,
    server: &Server,
    options: &Options,
    report: &mut Of<'_>,
) -> Result<(), Failure> {
    // They know nothing of each other: most of the time is spent waiting.
    let (groups, runs) = options.either((2, 5), (8, 25));
    let running = (0..groups).map(async |_| {
        let mut group = Group::new(kind, server, options).await?;
        for run in 0..runs {
            group.run(run).await?;
        }
        group.settle().await;
        Ok::<_, Failure>(group)
    });
    let mut seen = Seen::default();
    let all = try_join_all(running).await?;
    let dump = server.dump()?;
    for group in all {
        seen.add(&group, &dump)?;
    }
    let count = groups * runs;
    report.figure("runs", format!("{count}, {groups} at a time"));
    seen.tell(report);
    Ok(())
}

impl Group {
    async fn new(kind: Kind, server: &Server, options: &Options) -> Result<Self, Failure> {
        let world = World::new(kind, Some(server), options, &[]).await?;
        let [first, second] = world.instances.as_slice() else {
            return Err("there are two".into());
        };
        let both = [Arc::clone(first), Arc::clone(second)];
        Ok(Self {
            world,
            both: Arc::new(Mutex::new(both)),
            named: Book::default(),
            refused: Refused::new(),
            lost: 0,
        })
    }

    async fn run(&mut self, run: usize) -> Result<(), Failure> {
        let before = Duration::from_millis(BEFORE + random::below(AT_RANDOM));
        let ends_at = Instant::now() + before;
        let stops_at = ends_at + Duration::from_millis(40);
        let begins = locked(&self.named).len();
        let pages = (0..PAGES).map(|number| -> Result<_, Failure> {
            let page = Page::new("kill", u64::try_from(run * PAGES + number)?);
            let (both, named) = (Arc::clone(&self.both), Arc::clone(&self.named));
            Ok(tokio::spawn(async move {
                let left = live(&page, &both, stops_at, &named).await;
                // What is left of it goes as a page does: its tokens, and what it has no answer for.
                leave(&page, &both, left, &named).await
            }))
        });
        let pages = pages.collect::<Result<Vec<_>, _>>()?;
        sleep_until(ends_at).await;
        let place = usize::try_from(random::below(2))?;
        if let Some(instance) = self.world.instances.get(place) {
            instance.kill();
        }
        self.world.replace(place).await?;
        if let (Some(own), Some(new)) = (
            locked(&self.both).get_mut(place),
            self.world.instances.get(place),
        ) {
            *own = Arc::clone(new);
        }
        for (is_accepted, refused) in try_join_all(pages).await? {
            self.lost += usize::from(!is_accepted);
            for (what, times) in refused {
                *self.refused.entry(what).or_default() += times;
            }
        }
        // The next one is not to be killed over this one's.
        let since = Instant::now();
        while since.elapsed() < LATE && self.owes(begins) {
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// What is not admitted lives on; what is has until the bar.
    async fn settle(&self) {
        let last = locked(&self.named).iter().map(|one| one.accepted_at).max();
        if let Some(last) = last {
            sleep_until(last + BAR).await;
        }
    }

    /// Whether something is alive that a page had and has named since.
    fn owes(&self, begins: usize) -> bool {
        let named = locked(&self.named);
        let book = self.world.authority.book();
        let mut named = named.iter().skip(begins).filter(|one| one.is_given);
        named.any(|one| book.is_alive(&one.wanted))
    }
}
