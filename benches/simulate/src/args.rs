//! The command line.

use std::env::Args;

use crate::scenario;

pub(crate) const USAGE: &str = "\
A million pages against a modelled backend, in virtual time. Fails above the bounds.

  --pages N         how many (default 1,000,000)
  --scenario NAME   steady, nine, outage, lunch, minute; can be repeated
  --lease on|off    only with the lease, or only without it
  --seed N          another course of events (default 7009)
  --even            the backend holds every lease request for equally long
  --quick           20,000 pages
  --write-docs      docs/scale.md and docs/scale.svg, too
";

const MILLION: u32 = 1_000_000;
const FEW: u32 = 20_000;
const SEED: u64 = 7_009;

/// What is to be run.
#[derive(Debug, PartialEq)]
pub(crate) struct Options {
    pub(crate) pages: u32,
    pub(crate) scenarios: Vec<String>,
    pub(crate) leases: Vec<bool>,
    pub(crate) seed: u64,
    pub(crate) spreads: bool,
    pub(crate) writes_docs: bool,
    /// As it was called, for the reader of a table.
    pub(crate) line: String,
}

impl Options {
    /// Whether a scenario is to be run.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.scenarios.is_empty() || self.scenarios.iter().any(|one| one == name)
    }

    /// Reads the process's arguments.
    pub(crate) fn of(mut arguments: Args) -> Result<Self, String> {
        arguments.next();
        Self::parse(arguments)
    }

    fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            pages: MILLION,
            scenarios: Vec::new(),
            leases: vec![false, true],
            seed: SEED,
            spreads: true,
            writes_docs: false,
            line: "cargo xtask simulate".to_owned(),
        };
        let mut arguments = arguments;
        while let Some(name) = arguments.next() {
            options.line = format!("{} {name}", options.line);
            match name.as_str() {
                "--even" => options.spreads = false,
                "--quick" => options.pages = FEW,
                "--write-docs" => options.writes_docs = true,
                _ => {
                    let value = arguments.next().ok_or_else(|| wrong(&name))?;
                    options.line = format!("{} {value}", options.line);
                    options.set(&name, value)?;
                }
            }
        }
        Ok(options)
    }

    fn set(&mut self, name: &str, value: String) -> Result<(), String> {
        match name {
            "--pages" => {
                let pages = value.parse().ok().filter(|&pages| pages > 0);
                self.pages = pages.ok_or_else(|| wrong(&value))?;
            }
            "--seed" => self.seed = value.parse().map_err(|_| wrong(&value))?,
            "--lease" if value == "on" => self.leases = vec![true],
            "--lease" if value == "off" => self.leases = vec![false],
            "--scenario" if scenario::ALL.iter().any(|one| one.name == value) => {
                self.scenarios.push(value);
            }
            _ => return Err(wrong(&format!("{name} {value}"))),
        }
        Ok(())
    }
}

fn wrong(what: &str) -> String {
    format!("cannot make sense of `{what}`\n\n{USAGE}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn without_arguments_a_million_pages_run_everything() {
        let options = parse("").unwrap();
        assert_eq!((options.pages, options.leases.len()), (MILLION, 2));
        assert!(scenario::ALL.iter().all(|one| options.has(one.name)));
    }

    #[test]
    fn what_is_named_is_run_and_nothing_else() {
        let options = parse("--quick --scenario nine --scenario lunch --lease on").unwrap();
        assert_eq!((options.pages, &options.leases[..]), (FEW, &[true][..]));
        assert!(options.has("nine") && options.has("lunch") && !options.has("steady"));
    }

    #[test]
    fn what_makes_no_sense_is_an_error() {
        for line in [
            "--pages",
            "--pages 0",
            "--pages many",
            "--scenario noon",
            "--lease perhaps",
            "--fast",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
