//! Runs tests by Node. Where nobody is there to look, a few that failed are tried once more.
//!
//! There are thousands of tests in real browsers here, and one that a busy machine upset
//! would refuse all the others. What is broken fails twice; what passes the second time is
//! told by its name, as a fault to be mended.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
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
    let Some(mut again) = only(node, &files) else {
        return Err(error);
    };
    let others = match step::run(&format!("{name}, again"), &mut again) {
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

/// What failed the second time, if that is a few, and each that failed the first time has passed.
fn others(before: &[Failure], output: &str) -> Option<Vec<Failure>> {
    let others = failures(output);
    let has_passed = |failure: &Failure| {
        let mark = format!("✔ {} (", failure.name());
        let is_its = |line: &str| line.trim_start().starts_with(&mark);
        let has_failed = others.iter().any(|other| other.name() == failure.name());
        !has_failed && output.lines().any(is_its)
    };
    // A file that ends before its tests is named as a test.
    let is_test = |other: &Failure| !other.name().ends_with(&other.file);
    let is_accident = !others.is_empty()
        && others.len() <= MOST
        && others.iter().all(is_test)
        && before.iter().all(has_passed);
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

/// The same command for these files only, if there are any.
fn only(node: &Command, files: &BTreeSet<&str>) -> Option<Command> {
    let (tests, others): (Vec<_>, Vec<_>) = node.get_args().partition(|word| is_test(word));
    let tests: Vec<_> = tests
        .into_iter()
        .filter(|test| files.iter().any(|file| concerns(Path::new(test), file)))
        .collect();
    if tests.is_empty() {
        return None;
    }
    let mut again = Command::new(node.get_program());
    again.args(others).args(tests);
    for (name, value) in node.get_envs() {
        match value {
            Some(value) => again.env(name, value),
            None => again.env_remove(name),
        };
    }
    if let Some(directory) = node.get_current_dir() {
        again.current_dir(directory);
    }
    Some(again)
}

fn is_test(argument: &OsStr) -> bool {
    argument.to_string_lossy().ends_with(".test.mjs")
}

/// Whether this is the file that the reporter names, from the directory in which it runs, or imports
/// it: a test that a helper makes is reported at the helper's place.
fn concerns(test: &Path, file: &str) -> bool {
    if is_test(OsStr::new(file)) {
        return test.ends_with(file);
    }
    let name = Path::new(file).file_name().unwrap_or_default();
    let import = format!("/{}'", name.to_string_lossy());
    fs::read_to_string(test).is_ok_and(|text| text.contains(&import))
}

#[cfg(test)]
mod tests {
    use std::{env, process};

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
        let passed = format!("  ✔ it waits: long (3.0ms)\n{another}");
        assert_eq!(others(&before, &passed).unwrap()[0].name(), "it ends");

        // It may not have run.
        assert_eq!(others(&before, &another), None);
        let cut_short = passed.replace("✖ it ends", "✖ /repo/tests/e2e/wait.test.mjs");
        assert_eq!(others(&before, &cut_short), None);
        assert_eq!(others(&before, ""), None);
    }

    #[test]
    fn a_test_that_a_helper_has_made_runs_again_with_the_files_that_import_it() {
        let directory = env::temp_dir().join(format!("downscope-again-{}", process::id()));
        fs::create_dir_all(&directory).unwrap();
        let write = |name: &str, text: &str| {
            let path = directory.join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let with = write("a.test.mjs", "import { testOn } from './support/kept.mjs';");
        let without = write("b.test.mjs", "import { setUp } from './support/page.mjs';");
        let mut node = Command::new("node");
        node.arg("--test").args([&with, &without]);

        let again = only(&node, &BTreeSet::from(["tests/e2e/support/kept.mjs"])).unwrap();
        let arguments: Vec<_> = again.get_args().collect();
        assert_eq!(arguments, [OsStr::new("--test"), with.as_os_str()]);

        let unknown = only(&node, &BTreeSet::from(["tests/e2e/support/other.mjs"]));
        assert!(unknown.is_none());
        fs::remove_dir_all(directory).unwrap();
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

        let again = only(&node, &BTreeSet::from(["tests/e2e/wait.test.mjs"])).unwrap();

        let arguments: Vec<_> = again.get_args().collect();
        assert_eq!(arguments, ["--test", "/repo/tests/e2e/wait.test.mjs"]);
        assert_eq!(again.get_envs().count(), 1);
        assert_eq!(again.get_current_dir(), Some(Path::new("/repo")));
    }
}
