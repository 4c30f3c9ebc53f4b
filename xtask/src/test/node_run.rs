//! Runs tests by Node. Where nobody is there to look, a few that failed are tried once more.
//!
//! There are thousands of tests in real browsers here, and one that a busy machine upset
//! would refuse all the others. What is broken fails twice; what passes the second time is
//! told by its name, as a fault to be mended.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use anyhow::{Error, Result};

use super::{skips, tally::Tally};
use crate::setup::is_set;
use crate::step::{self, Failed};

/// More that fail at once are no accident.
const MOST: usize = 3;

/// Runs the tests of a command as one step, and counts them.
pub(super) fn run_tests(name: &str, node: &mut Command, tally: &mut Tally) -> Result<()> {
    let output = match step::run(name, node) {
        Ok(output) => output,
        Err(error) if is_set("CI") => return try_again(name, node, error, tally),
        Err(error) => return Err(error),
    };
    skips::tell(&output);
    tally.count_tests(&output)
}

fn try_again(name: &str, node: &Command, error: Error, tally: &mut Tally) -> Result<()> {
    let Some(Failed { output, .. }) = error.downcast_ref() else {
        return Err(error);
    };
    let failures = failures(output);
    if failures.is_empty() || failures.len() > MOST {
        return Err(error);
    }
    let files = failures.iter().map(|failure| &*failure.file).collect();
    let others = match step::run(&format!("{name}, again"), &mut only(node, &files)) {
        Ok(_) => Vec::new(),
        Err(second) => match others(&failures, output_of(&second)) {
            Some(others) => others,
            // It is what failed the first time that counts and is shown.
            None => return Err(error),
        },
    };
    for Failure { file, test } in &failures {
        eprintln!("   UNSTEADY, passed only the second time: {file}: {test}");
    }
    for Failure { file, test } in &others {
        eprintln!("   UNSTEADY, passed only the first time: {file}: {test}");
    }
    skips::tell(output);
    tally.count_tests(output)?;
    tally.take_back(failures.len());
    Ok(())
}

fn output_of(error: &Error) -> &str {
    error
        .downcast_ref()
        .map_or("", |Failed { output, .. }| output)
}

/// What failed the second time, if that is known, a few, and nothing that failed the first time.
fn others(failures_before: &[Failure], output: &str) -> Option<Vec<Failure>> {
    let others = failures(output);
    let is_new = |other: &Failure| {
        let is_same = |one: &Failure| one.file == other.file && one.name() == other.name();
        !failures_before.iter().any(is_same)
    };
    let is_accident = !others.is_empty() && others.len() <= MOST && others.iter().all(is_new);
    is_accident.then_some(others)
}

#[derive(Debug, PartialEq)]
struct Failure {
    file: String,
    test: String,
}

impl Failure {
    /// Without the time that it took.
    fn name(&self) -> &str {
        self.test
            .rsplit_once(" (")
            .map_or(&self.test, |(name, _)| name)
    }
}

/// What the reporter names at the end of its output.
fn failures(output: &str) -> Vec<Failure> {
    let (_, summary) = output.split_once("✖ failing tests:").unwrap_or_default();
    let mut lines = summary.lines();
    let mut failures = Vec::new();
    while let Some(line) = lines.next() {
        let Some(place) = line.strip_prefix("test at ") else {
            continue;
        };
        // Behind the path, the line and the column.
        let file = place.rsplitn(3, ':').last().unwrap_or(place);
        let test = lines.next().unwrap_or_default();
        failures.push(Failure {
            file: file.to_owned(),
            test: test.trim_start_matches("✖ ").to_owned(),
        });
    }
    failures
}

/// The same command for these files only.
fn only(node: &Command, files: &BTreeSet<&str>) -> Command {
    let mut again = Command::new(node.get_program());
    again.args(
        node.get_args().filter(|argument| {
            !is_test(argument) || files.iter().any(|file| is_at(argument, file))
        }),
    );
    for (name, value) in node.get_envs() {
        match value {
            Some(value) => again.env(name, value),
            None => again.env_remove(name),
        };
    }
    if let Some(directory) = node.get_current_dir() {
        again.current_dir(directory);
    }
    again
}

fn is_test(argument: &OsStr) -> bool {
    argument.to_string_lossy().ends_with(".test.mjs")
}

/// The reporter names files from the directory in which it runs.
fn is_at(argument: &OsStr, file: &str) -> bool {
    Path::new(argument).ends_with(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "✔ ok (0.1ms)\n✖ it waits: long (1.0ms)\nℹ tests 3\nℹ pass 2\nℹ fail 1\n\n\
        ✖ failing tests:\n\ntest at tests/e2e/wait.test.mjs:21:1\n✖ it waits: long (1.0ms)\n  Error: x\n";

    #[test]
    fn what_failed_is_read_with_its_file() {
        let expected = Failure {
            file: "tests/e2e/wait.test.mjs".to_owned(),
            test: "it waits: long (1.0ms)".to_owned(),
        };
        assert_eq!(failures(OUTPUT), [expected]);
        assert_eq!(failures("✔ ok (0.1ms)\nℹ pass 1\n"), []);
    }

    #[test]
    fn what_failed_another_time_is_told_from_what_failed_twice() {
        let before = failures(OUTPUT);

        let twice = OUTPUT.replace("(1.0ms)", "(2.5ms)");
        assert_eq!(others(&before, &twice), None);

        let another = OUTPUT.replace("it waits: long", "it ends");
        let found = others(&before, &another).unwrap();
        assert_eq!(found[0].name(), "it ends");

        assert_eq!(others(&before, ""), None);
    }

    #[test]
    fn only_the_files_that_failed_run_again() {
        let mut node = Command::new("node");
        node.args([
            "--test",
            "/repo/tests/e2e/wait.test.mjs",
            "/repo/tests/e2e/await.test.mjs",
        ])
        .env("CI", "1")
        .current_dir("/repo");

        let again = only(&node, &BTreeSet::from(["tests/e2e/wait.test.mjs"]));

        let arguments: Vec<_> = again.get_args().collect();
        assert_eq!(arguments, ["--test", "/repo/tests/e2e/wait.test.mjs"]);
        assert_eq!(again.get_envs().count(), 1);
        assert_eq!(again.get_current_dir(), Some(Path::new("/repo")));
    }
}
