//! How many tests passed and failed.

use std::fmt;
use std::ops::AddAssign;

use anyhow::{Error, Result, bail};

use crate::step::Failed;

#[derive(Debug, Default, PartialEq)]
pub(super) struct Tally {
    passed: u64,
    failed: u64,
}

impl Tally {
    /// Adds the tests of a command, which is there to run some.
    pub(super) fn count_tests(&mut self, output: &str) -> Result<()> {
        let before = self.passed;
        self.count(output);
        if self.passed == before {
            bail!("no test ran");
        }
        Ok(())
    }

    /// Adds checks that have passed.
    pub(super) fn add(&mut self, passed: usize) {
        self.passed += u64::try_from(passed).unwrap_or(u64::MAX);
    }

    /// Counts failures as passed: a second run has shown that they do.
    pub(super) fn take_back(&mut self, failures: usize) {
        self.failed = 0;
        self.add(failures);
    }

    /// Takes over the sum that a run of these stages prints as its result.
    pub(super) fn read_total(&mut self, output: &str) {
        for line in output.lines() {
            let counts = line.split_once(" passed, ");
            if let Some((passed, failed)) = counts
                && let Ok(passed) = passed.parse::<u64>()
                && let Some(Ok(failed)) = failed.strip_suffix(" failed").map(str::parse::<u64>)
            {
                self.passed = passed;
                self.failed = failed;
            }
        }
    }

    pub(super) fn fail_at_least(&mut self, failed: usize) {
        self.failed = self.failed.max(u64::try_from(failed).unwrap_or(u64::MAX));
    }

    /// Adds what the closing lines of cargo's and Node's test runners say.
    fn count(&mut self, output: &str) {
        for line in output.lines() {
            if let Some((_, counts)) = line.split_once("test result: ") {
                self.passed += number_before(counts, " passed");
                self.failed += number_before(counts, " failed");
            } else if let Some(count) = line.strip_prefix("ℹ pass ") {
                self.passed += count.parse().unwrap_or(0);
            } else if let Some(count) = line.strip_prefix("ℹ fail ") {
                self.failed += count.parse().unwrap_or(0);
            }
        }
    }

    /// Settles the count of a stage: one that counts no tests is one check, and
    /// one that failed has a failure to show for it.
    pub(super) fn close(&mut self, failure: Option<&Error>) {
        let Some(error) = failure else {
            if *self == Self::default() {
                self.passed = 1;
            }
            return;
        };
        if let Some(Failed { output, .. }) = error.downcast_ref() {
            self.count(output);
        }
        self.failed = self.failed.max(1);
    }
}

fn number_before(counts: &str, what: &str) -> u64 {
    let number = counts.split(what).next().unwrap_or_default();
    let digits = number.rsplit(' ').next().unwrap_or_default();
    digits.parse().unwrap_or(0)
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn the_closing_lines_of_cargo_are_added_up() {
        let mut tally = Tally::default();

        tally.count(
            "test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n\
             test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out\n",
        );

        assert_eq!(tally.to_string(), "16 passed, 3 failed");
    }

    #[test]
    fn the_closing_lines_of_node_are_added_up() {
        let mut tally = Tally::default();

        tally.count("ℹ tests 9\nℹ suites 0\nℹ pass 7\nℹ fail 2\nℹ cancelled 0\n");

        assert_eq!(tally.to_string(), "7 passed, 2 failed");
    }

    #[test]
    fn a_command_that_runs_no_test_has_not_passed() {
        let output = "test result: ok. 0 passed; 0 failed; 0 ignored";
        assert!(Tally::default().count_tests(output).is_err());
    }

    #[test]
    fn a_stage_without_tests_is_one_check() {
        let mut tally = Tally::default();
        tally.close(None);
        assert_eq!(tally.to_string(), "1 passed, 0 failed");
    }

    #[test]
    fn a_failed_stage_counts_as_a_failure_though_no_test_failed() {
        let mut tally = Tally::default();
        tally.count("test result: ok. 4 passed; 0 failed; 0 ignored");
        tally.close(Some(&anyhow!("it did not compile")));
        assert_eq!(tally.to_string(), "4 passed, 1 failed");
    }
}
