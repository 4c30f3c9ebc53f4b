//! Serverless: each instance is frozen right behind each answer (SIGSTOP) and goes on with its next
//! request (SIGCONT); nothing keeps it awake. A schedule sweeps once a minute, and everything due is
//! dead soon after.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use futures_util::future::{join3, try_join_all};
use tokio::time::{Duration, Instant, sleep, sleep_until};

use crate::{
    Failure, Kind,
    args::Options,
    instance::Instance,
    locked,
    page::{Page, wanted},
    random,
    report::Of,
    servers::Server,
    world::World,
};

const LIFE: u64 = 3_600;
/// How much later than the sweep that comes next.
const ROOM: Duration = Duration::from_secs(10);
/// Page lives that begin within a second.
const PER_SECOND: u32 = 2;
/// Between two sweeps the authorization server is ill for this part of the time: what is revoked
/// then is taken over.
const ILL: [f64; 2] = [0.25, 0.75];
/// Pages with a lease, which fall silent at once.
const SILENT: u64 = 10;
/// In seconds: the shortest where only a sweep looks for them.
const LEASE: [(&str, &str); 2] = [("lease.hold_seconds", "1"), ("lease.term_seconds", "123")];
const TERM: Duration = Duration::from_secs(123);

/// What is to be dead, and since when.
#[derive(Clone)]
struct Due {
    wanted: String,
    at: Instant,
}

/// Instances that take one request at a time, and are frozen otherwise.
struct Frozen {
    instances: Vec<(Arc<Instance>, tokio::sync::Mutex<()>)>,
    next: AtomicUsize,
}

pub(crate) async fn run(
    kind: Kind,
    server: Option<&Server>,
    options: &Options,
    report: &mut Of<'_>,
) -> Result<(), Failure> {
    let period = Duration::from_secs(options.either(20, 60));
    let periods: u32 = options.either(3, 6);
    let settings = [[("frozen", "true")].as_slice(), &LEASE].concat();
    let world = World::new(kind, server, options, &settings).await?;
    let frozen = Frozen::of(&world.instances)?;
    let begun = Instant::now();
    let ends_at = begun + period * periods;
    let due = Mutex::new(Vec::new());
    let statuses = Mutex::new([0_usize; 3]);

    // Those that fall silent are due when their term is over.
    if !options.is_quick {
        for number in 0..SILENT {
            let page = Page::new("silent", number);
            let is_minted = frozen
                .ask(async |one: Arc<Instance>| page.mint(&one.public, 1, LIFE, true).await)
                .await?;
            is_minted.token.ok_or("not minted")?;
            locked(&due).push(Due {
                wanted: wanted(&page.session, 1, LIFE),
                at: Instant::now() + TERM,
            });
        }
    }
    let count = PER_SECOND * u32::try_from(period.as_secs())? * periods;
    let pages = try_join_all((0..count).map(async |number| {
        sleep_until(begun + Duration::from_secs(1) * number / PER_SECOND).await;
        live(number, &frozen, &due, &statuses).await
    }));
    let sweeps = try_join_all((1..=periods + 3).map(async |number| {
        sleep_until(begun + period * number).await;
        let swept = frozen
            .ask(async |one: Arc<Instance>| one.admin.ask("POST", "/sweep", "", "").await)
            .await?;
        Ok::<_, Failure>(swept.status)
    }));
    let illnesses = async {
        for number in 0..periods {
            for (part, is_ill) in ILL.into_iter().zip([true, false]) {
                sleep_until(begun + period * number + period.mul_f64(part)).await;
                world.authority.book().is_ill = is_ill;
            }
        }
        sleep_until(ends_at).await;
    };
    let (pages, sweeps, ()) = join3(pages, sweeps, illnesses).await;
    pages?;
    let failed = sweeps?.iter().filter(|status| **status != 200).count();
    let due = locked(&due).clone();
    let bar = period + ROOM;
    if let Some(last) = due.iter().map(|one| one.at).max() {
        sleep_until(last + bar).await;
    }

    let book = world.authority.book();
    let (mut late, mut slowest, mut minted) = (0, Duration::ZERO, 0);
    for one in &due {
        // Of what was never minted there is nothing to end.
        let Some(token) = book.tokens.get(&one.wanted) else {
            continue;
        };
        minted += 1;
        let since = begun + well_again((one.at - begun).div_duration_f64(period), period);
        let after = token
            .died_at
            .map(|at| at.saturating_duration_since(since.max(one.at)));
        slowest = slowest.max(after.unwrap_or(bar));
        late += usize::from(after.is_none_or(|after| after > bar));
    }
    let [dead, taken_over, refused] = *locked(&statuses);
    report.figure("sweeps", format!("{} s apart", period.as_secs()));
    report.figure("page lives", count);
    report.figure(
        "revokes and recalls answered with 204 or 200, with 202",
        format!("{dead}, {taken_over}"),
    );
    report.none("answered otherwise", refused);
    report.none("sweeps that failed", failed);
    report.figure("tokens that became due", minted);
    report.none(
        &format!(
            "alive {} s after they were due, and all was well",
            bar.as_secs()
        ),
        late,
    );
    report.bar(
        "the slowest death",
        format!("{:.1} s", slowest.as_secs_f64()),
        &format!("≤ {} s", bar.as_secs()),
        slowest <= bar,
    );
    report.none("alive in the end", book.alive());
    Ok(())
}

/// When the authorization server is well again that is ill after so many periods: what is due then
/// cannot end before.
fn well_again(periods: f64, period: Duration) -> Duration {
    let [begins, ends] = ILL;
    if (begins..ends).contains(&periods.fract()) {
        period.mul_f64(periods.trunc() + ends)
    } else {
        Duration::ZERO
    }
}

/// Mints, stays for a moment, and leaves: by its token, by its request, or because its user
/// signs out.
async fn live(
    number: u32,
    frozen: &Frozen,
    due: &Mutex<Vec<Due>>,
    statuses: &Mutex<[usize; 3]>,
) -> Result<(), Failure> {
    // A user of its own: a recall ends what it has, and nobody else's.
    let page = Page::new("frozen", u64::from(number) * 200);
    let minted = frozen
        .ask(async |one: Arc<Instance>| page.mint(&one.public, 1, LIFE, false).await)
        .await?;
    sleep(Duration::from_millis(random::below(2_000))).await;
    let named = wanted(&page.session, 1, LIFE);
    let (status, at) = if let Some(token) = minted.token
        && random::below(4) > 0
    {
        if random::below(4) == 0 {
            let user = format!(r#"{{"user":"{}"}}"#, page.user());
            let answer = frozen
                .ask(async |one: Arc<Instance>| one.admin.ask("POST", "/recall", "", &user).await)
                .await?;
            (answer.status, Instant::now())
        } else {
            let fields = [("token", &*token)];
            let status = frozen
                .ask(async |one: Arc<Instance>| page.revoke(&one.public, &fields).await)
                .await?;
            (status, Instant::now())
        }
    } else {
        let fields = [("pending", "1")];
        let status = frozen
            .ask(async |one: Arc<Instance>| page.revoke(&one.public, &fields).await)
            .await?;
        (status, Instant::now())
    };
    let place = match status {
        200 | 204 => 0,
        202 => 1,
        _ => 2,
    };
    locked(statuses)[place] += 1;
    locked(due).push(Due { wanted: named, at });
    Ok(())
}

impl Frozen {
    fn of(instances: &[Arc<Instance>]) -> Result<Self, Failure> {
        for instance in instances {
            instance.freeze()?;
        }
        let instances = instances
            .iter()
            .map(|one| (Arc::clone(one), tokio::sync::Mutex::default()));
        Ok(Self {
            instances: instances.collect(),
            next: AtomicUsize::new(0),
        })
    }

    /// Has the next one answer a request.
    async fn ask<T, F: Future<Output = Result<T, Failure>>>(
        &self,
        request: impl FnOnce(Arc<Instance>) -> F,
    ) -> Result<T, Failure> {
        let place = self.next.fetch_add(1, Ordering::Relaxed) % self.instances.len();
        let (instance, turn) = &self.instances[place];
        let _turn = turn.lock().await;
        instance.thaw()?;
        let answer = request(Arc::clone(instance)).await;
        instance.freeze()?;
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_in_an_illness_waits_for_its_end() {
        let minute = Duration::from_secs(60);
        assert_eq!(well_again(2.5, minute), Duration::from_secs(165));
        assert_eq!(well_again(2.9, minute), Duration::ZERO);
        assert_eq!(well_again(0.1, minute), Duration::ZERO);
    }
}
