//! `cargo xtask conformance --all`: everything of this repository, over real stores, with
//! the kit's stand-in for the authorization server. Beside the tests: it takes minutes.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use anyhow::{Context as _, Result, bail};

use super::catalogue::ALL;
use super::findings::{Findings, Outcome, Row, table};
use super::next;
use super::package;
use super::service::Store;
use super::subject::{Kind, Program, Programs, Subject};
use crate::clock::Stopwatch;
use crate::demo;
use crate::lock::lock;
use crate::pack;
use crate::server::free_port;
use crate::setup;
use crate::step;
use crate::test::{self, Stores};
use crate::workspace::Workspace;

/// Most of the time each of them waits, but what is not in time has failed.
const AT_ONCE: usize = 3;
/// In cargo's target directory: the table, and what each has printed.
const DIRECTORY: &str = "conformance";
/// The themes of which each check takes a moment, but for what one instance says of the other.
const SHORT: [&str; 8] = [
    "admission",
    "token",
    "errors",
    "authority",
    "lives",
    "twice",
    "revoke",
    "instances",
];
/// The service's program.
pub(crate) const SERVICE: &str = "downscope-backend";

/// Holds those that are named to the contract, or all.
pub(super) fn run(workspace: &Workspace, names: &[String]) -> Result<()> {
    let chosen = chosen(names)?;
    let lock = lock(workspace)?;
    let stores = Stores::start(workspace)?;
    let package = pack::backend(workspace)?;
    let programs = programs(workspace, &stores, &chosen, Some(package))?;
    drop(lock);
    let rows = look_at_all(workspace, &programs, &chosen, &[], tell)?;
    let table = table(&rows);
    fs::write(workspace.target(&format!("{DIRECTORY}/all.md")), &table)?;
    write!(io::stdout(), "{table}")?;
    judge(workspace, &rows)
}

/// Holds the service with two instances, over each store that they can share, to the rules
/// that take no long wait. The answer is how many checks have passed.
pub(crate) fn shortly(workspace: &Workspace, stores: &Stores) -> Result<usize> {
    let is_shared = |one: &Subject| matches!(one.kind, Kind::Service(..)) && one.instances > 1;
    let chosen: Vec<_> = ALL.into_iter().filter(is_shared).collect();
    let programs = programs(workspace, stores, &chosen, None)?;
    let name = "two instances, held to the contract";
    hold(workspace, &programs, &chosen, name)
}

/// The same for apps on the npm package over memory, in each framework and runtime but Next.js,
/// for one beside the service over each store that they can share, for a worker at the edge, and
/// for the example. `package` is where it is installed.
pub(crate) fn packages_shortly(
    workspace: &Workspace,
    stores: &Stores,
    package: &Path,
) -> Result<usize> {
    let is_own = |one: &Subject| {
        matches!(
            one.kind,
            Kind::Package(_, Store::Memory)
                | Kind::Both(_)
                | Kind::Worker
                | Kind::Example(Program::Npm)
        )
    };
    let chosen: Vec<_> = ALL.into_iter().filter(is_own).collect();
    let programs = programs(workspace, stores, &chosen, Some(package.to_owned()))?;
    let name = "the npm package in frameworks and runtimes, held to the contract";
    hold(workspace, &programs, &chosen, name)
}

/// The same for the example in Next.js, built and started, over memory and with two instances
/// over each store that they can share.
pub(crate) fn next_shortly(
    workspace: &Workspace,
    stores: &Stores,
    package: &Path,
) -> Result<usize> {
    let chosen: Vec<_> = ALL.into_iter().filter(Subject::is_next).collect();
    let programs = programs(workspace, stores, &chosen, Some(package.to_owned()))?;
    let name = "the example in Next.js, held to the contract";
    hold(workspace, &programs, &chosen, name)
}

fn hold(
    workspace: &Workspace,
    programs: &Programs,
    chosen: &[Subject],
    name: &str,
) -> Result<usize> {
    let rows = step::step(name, || {
        let rows = look_at_all(workspace, programs, chosen, &SHORT, |_| {})?;
        let Err(error) = judge(workspace, &rows) else {
            return Ok(rows);
        };
        if !setup::is_set("CI") {
            return Err(error);
        }
        // As tests in Node are where nobody is there to look: what is broken fails twice.
        eprintln!("   UNSTEADY, looked at again: {error:#}");
        let rows = look_at_all(workspace, programs, chosen, &SHORT, |_| {})?;
        judge(workspace, &rows)?;
        Ok(rows)
    })?;
    Ok(rows.iter().map(Row::passed).sum())
}

/// Gives a row for each, in their order. Of the themes, `only` these, or all.
fn look_at_all(
    workspace: &Workspace,
    programs: &Programs,
    chosen: &[Subject],
    only: &[&str],
    tell: impl Fn(&Row) + Sync,
) -> Result<Vec<Row>> {
    fs::create_dir_all(workspace.target(DIRECTORY))?;
    let next = Mutex::new(chosen.iter().enumerate());
    let rows = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                // The lock is not to be held while one is looked at.
                let take = || locked(&next).next();
                while let Some((place, subject)) = take() {
                    let row = look_at(workspace, programs, subject, only);
                    tell(&row);
                    locked(&rows).push((place, row));
                }
            });
        }
    });
    let mut rows = rows.into_inner().unwrap_or_else(PoisonError::into_inner);
    rows.sort_by_key(|(place, _)| *place);
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

fn judge(workspace: &Workspace, rows: &[Row]) -> Result<()> {
    let failed = rows.iter().filter(|row| !row.failures().is_empty());
    let failed: Vec<_> = failed
        .map(|row| format!("{}: {}", row.title, row.failures().join("; ")))
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    let directory = workspace.target(DIRECTORY);
    bail!("{}\nsee {}", failed.join("\n"), directory.display())
}

fn chosen(names: &[String]) -> Result<Vec<Subject>> {
    for name in names {
        if !ALL.iter().any(|subject| subject.name == name) {
            let mut known: Vec<_> = ALL.iter().map(|subject| subject.name).collect();
            known.dedup();
            bail!("there is no {name}, but {}", known.join(", "));
        }
    }
    let is_chosen =
        |subject: &Subject| names.is_empty() || names.iter().any(|name| name == subject.name);
    Ok(ALL.into_iter().filter(is_chosen).collect())
}

/// Builds and finds everything but the npm package, whatever is looked at; Next.js, which is large, only
/// where it is.
fn programs(
    workspace: &Workspace,
    stores: &Stores,
    chosen: &[Subject],
    package: Option<PathBuf>,
) -> Result<Programs> {
    let [kit, service] = [super::PROGRAM, SERVICE];
    let [demo, rust] = [demo::SERVER, test::RUST_EXAMPLE_BACKEND];
    let step = "compile the kit and what it looks at";
    test::build_programs(workspace, step, &[kit, service, demo, rust])?;
    setup::npm(workspace)?;
    setup::npm_in(workspace, package::DIRECTORY)?;
    let asks_for_next = chosen.iter().any(Subject::is_next);
    let next = package.as_ref().filter(|_| asks_for_next);
    let next = next
        .map(|package| next::build(workspace, package))
        .transpose()?;
    Ok(Programs {
        bun: package::runtime(workspace, "bun")?,
        deno: package::runtime(workspace, "deno")?,
        next,
        kit: workspace.program(kit),
        service: workspace.program(service),
        demo: workspace.program(demo),
        package,
        rust: workspace.program(rust),
        python: test::python(workspace)?,
        redis: stores.redis(),
        postgres: stores.postgres(),
    })
}

fn look_at(workspace: &Workspace, programs: &Programs, subject: &Subject, only: &[&str]) -> Row {
    let stopwatch = Stopwatch::start();
    let outcome = match subject.is_missing(programs) {
        Some(reason) => Outcome::Skipped(reason),
        None => ask_kit(workspace, programs, subject, only).map_or_else(
            |error| Outcome::Broken(format!("{error:#}")),
            Outcome::Found,
        ),
    };
    Row {
        title: subject.title,
        instances: subject.instances,
        seconds: stopwatch.seconds(),
        outcome,
    }
}

fn ask_kit(
    workspace: &Workspace,
    programs: &Programs,
    subject: &Subject,
    only: &[&str],
) -> Result<Findings> {
    let file = |kind: &str| workspace.target(&format!("{DIRECTORY}/{}.{kind}", subject.file()));
    let (log, progress) = (File::create(file("log"))?, File::create(file("txt"))?);
    let address = format!("127.0.0.1:{}", free_port()?);
    let running = subject.start(workspace, programs, &format!("http://{address}"), &log)?;
    let output = workspace
        .command(&programs.kit)
        .args(["--json", "--as-listen", &address])
        .args(&running.arguments)
        .args(only.iter().flat_map(|theme| ["--only", *theme]))
        .stdin(Stdio::null())
        .stderr(progress)
        .output()
        .context("could not start the kit")?;
    // Otherwise it could not begin, or had nothing to look at.
    if !matches!(output.status.code(), Some(0 | 1)) {
        let said = fs::read_to_string(file("txt")).unwrap_or_default();
        bail!("the kit ended: {}\n{}", output.status, said.trim_end());
    }
    serde_json::from_slice(&output.stdout).context("what the kit said cannot be read")
}

fn tell(row: &Row) {
    let Row {
        title,
        instances,
        seconds,
        ..
    } = row;
    eprintln!("   {title}, {instances}: {} ({seconds:.0} s)", row.outcome);
    for failure in row.failures() {
        eprintln!("      {failure}");
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
