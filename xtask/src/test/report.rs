//! What is told of the stages, while they run and in the end.

use std::io::{self, Write};

use anyhow::{Error, Result, bail};

use super::beside::Finished;
use super::tally::Tally;
use crate::clock::Stopwatch;

pub(super) enum Outcome {
    Ran,
    /// For want of something that this machine may lack.
    Skipped(Error),
}

pub(super) struct Report {
    stopwatch: Stopwatch,
    total: Tally,
    failed: Vec<String>,
    skipped: Vec<String>,
}

impl Report {
    pub(super) fn start() -> Self {
        Self {
            stopwatch: Stopwatch::start(),
            total: Tally::default(),
            failed: Vec::new(),
            skipped: Vec::new(),
        }
    }

    pub(super) fn stage(&mut self, name: &str, work: impl FnOnce(&mut Tally) -> Result<Outcome>) {
        eprintln!("{name}");
        let stopwatch = Stopwatch::start();
        let mut tally = Tally::default();
        let result = work(&mut tally);
        let seconds = stopwatch.seconds();
        match result {
            Ok(Outcome::Ran) => {
                tally.close(None);
                eprintln!("ok {name}, {tally}, {seconds:.1} s\n");
            }
            Ok(Outcome::Skipped(reason)) => {
                eprintln!("SKIPPED {name}: {reason:#}\n");
                self.skipped.push(name.to_owned());
            }
            Err(error) => {
                tally.close(Some(&error));
                eprintln!("{error:#}");
                eprintln!("FAILED {name}, {tally}, {seconds:.1} s\n");
                self.failed.push(name.to_owned());
            }
        }
        self.total += tally;
    }

    /// What ran beside other stages, which is told only now: in between it would be read
    /// as part of them.
    pub(super) fn beside(&mut self, finished: Result<Finished>) {
        match finished {
            Ok(finished) => {
                for line in finished.output.lines() {
                    eprintln!("beside: {line}");
                }
                self.total += finished.tally;
                self.failed.extend(finished.failed);
            }
            Err(error) => {
                eprintln!("{error:#}");
                self.failed.push("the stages beside".to_owned());
            }
        }
    }

    pub(super) fn close(self) -> Result<()> {
        eprintln!("{:.0} s in all", self.stopwatch.seconds());
        if !self.skipped.is_empty() {
            eprintln!("skipped: {}", self.skipped.join(", "));
        }
        writeln!(io::stdout(), "{}", self.total)?;
        if !self.failed.is_empty() {
            bail!("failed: {}", self.failed.join(", "));
        }
        Ok(())
    }
}
