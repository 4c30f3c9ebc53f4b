//! How much of the processors the service and the store use.

use std::{fs, io, time::Duration};

use rustix::param::clock_ticks_per_second;

use crate::{Failure, report::Of, servers::Server, world::World};

/// What they had used when this was made.
pub(crate) struct Used {
    service: Duration,
    store: Duration,
}

impl Used {
    pub(crate) fn by(world: &World, server: Option<&Server>) -> Result<Self, Failure> {
        let instances = world.instances.iter();
        let store = server.and_then(Server::process);
        Ok(Self {
            service: instances
                .map(|one| of_process(one.process()))
                .sum::<Result<_, _>>()?,
            store: store.map(of_family).transpose()?.unwrap_or_default(),
        })
    }

    /// Says what each of so many `things` has cost since.
    pub(crate) fn report_since(
        &self,
        before: &Self,
        count: usize,
        thing: &str,
        report: &mut Of<'_>,
    ) -> Result<(), Failure> {
        let count = u32::try_from(count.max(1))?;
        let per = |after: Duration, before| after.saturating_sub(before) / count;
        let service = per(self.service, before.service).as_micros();
        let store = per(self.store, before.store).as_micros();
        report.figure(
            &format!("processor time of a {thing}, service and store"),
            format!("{service} µs, {store} µs"),
        );
        Ok(())
    }
}

/// What a process and its children have used, those that have ended included.
fn of_family(process: u32) -> Result<Duration, Failure> {
    let mut used = of_process(process)?;
    for entry in fs::read_dir("/proc")? {
        let Ok(child) = entry?.file_name().to_string_lossy().parse() else {
            continue;
        };
        match stat(child) {
            Ok(stat) if stat.parent == process => used += stat.used,
            // One that has ended meanwhile.
            _ => {}
        }
    }
    Ok(used)
}

fn of_process(process: u32) -> Result<Duration, Failure> {
    Ok(stat(process)?.used)
}

struct Stat {
    parent: u32,
    used: Duration,
}

/// See proc_pid_stat(5): what stands behind the name, which may have spaces.
fn stat(process: u32) -> Result<Stat, Failure> {
    let text = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, text) = text.rsplit_once(')').ok_or("no stat")?;
    let fields: Vec<_> = text.split_whitespace().collect();
    let field = |number: usize| {
        let text = fields.get(number - 3).ok_or(io::ErrorKind::InvalidData)?;
        text.parse::<u64>().map_err(|_| io::ErrorKind::InvalidData)
    };
    let mut ticks = 0;
    for number in 14..=17 {
        ticks += field(number).map_err(io::Error::from)?;
    }
    let milliseconds = ticks * 1_000 / clock_ticks_per_second();
    Ok(Stat {
        parent: u32::try_from(field(4).map_err(io::Error::from)?)?,
        used: Duration::from_millis(milliseconds),
    })
}
