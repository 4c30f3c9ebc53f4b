//! What came of it, for people and for machines.

use std::{fmt, time::Duration};

use serde_json::{Value, json};

use super::{Check, Fault, Need};

/// How much of what was sent is shown of a failure.
const MOST_LINES: usize = 4;

/// What came of one check.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The check.
    pub check: &'static Check,
    /// What it is about.
    pub theme: &'static str,
    /// What came of it.
    pub result: Result<(), Fault>,
    /// What was sent and what came, in order.
    pub sent: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

/// What came of all of them.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What came of each.
    pub outcomes: Vec<Outcome>,
}

impl Outcome {
    /// Whether the rule is broken.
    pub const fn has_failed(&self) -> bool {
        matches!(self.result, Err(Fault::Failed { .. }))
    }

    const fn word(&self) -> &'static str {
        match self.result {
            Ok(()) => "passed",
            Err(Fault::Failed { .. }) => "failed",
            Err(Fault::Skipped(_)) => "skipped",
        }
    }

    fn to_json(&self) -> Value {
        let mut value = json!({
            "name": self.check.name,
            "theme": self.theme,
            "rule": self.check.rule,
            "why": self.check.why,
            "outcome": self.word(),
            "seconds": (self.took.as_secs_f64() * 1_000.0).round() / 1_000.0,
        });
        match &self.result {
            Ok(()) => {}
            Err(Fault::Failed { expected, came }) => {
                value["expected"] = json!(expected);
                value["came"] = json!(came);
                value["sent"] = json!(self.sent);
            }
            Err(Fault::Skipped(why)) => value["skipped_because"] = json!(why),
        }
        value
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Check {
            name, rule, why, ..
        } = self.check;
        let seconds = self.took.as_secs_f64();
        match &self.result {
            Ok(()) => write!(f, "ok    {name} ({seconds:.1} s)"),
            Err(Fault::Skipped(reason)) => write!(f, "skip  {name}: {reason}"),
            Err(Fault::Failed { expected, came }) => {
                writeln!(f, "FAIL  {name} ({seconds:.1} s)")?;
                writeln!(f, "      rule:      {rule}")?;
                writeln!(f, "      why:       {why}")?;
                writeln!(f, "      expected:  {expected}")?;
                writeln!(f, "      came:      {came}")?;
                write!(f, "      sent:")?;
                let hidden = self.sent.len().saturating_sub(MOST_LINES);
                if hidden > 0 {
                    write!(f, "      ({hidden} more before)\n           ")?;
                }
                for (place, line) in self.sent.iter().skip(hidden).enumerate() {
                    let line = line.replace('\n', "\n               ");
                    let indent = if place == 0 {
                        "      "
                    } else {
                        "\n                 "
                    };
                    write!(f, "{indent}{line}")?;
                }
                Ok(())
            }
        }
    }
}

impl Report {
    /// The names of what has failed.
    pub fn failed(&self) -> Vec<&'static str> {
        let failed = self.outcomes.iter().filter(|one| one.has_failed());
        failed.map(|one| one.check.name).collect()
    }

    /// The names of what has passed.
    pub fn passed(&self) -> Vec<&'static str> {
        let passed = self.outcomes.iter().filter(|one| one.result.is_ok());
        passed.map(|one| one.check.name).collect()
    }

    /// The names of what was not looked at.
    pub fn skipped(&self) -> Vec<&'static str> {
        let is_skipped = |one: &&Outcome| matches!(one.result, Err(Fault::Skipped(_)));
        let skipped = self.outcomes.iter().filter(is_skipped);
        skipped.map(|one| one.check.name).collect()
    }

    /// All of it.
    pub fn to_json(&self) -> Value {
        let checks: Vec<_> = self.outcomes.iter().map(Outcome::to_json).collect();
        json!({
            "passed": self.passed().len(),
            "failed": self.failed().len(),
            "skipped": self.skipped().len(),
            "checks": checks,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (passed, failed, skipped) = (self.passed(), self.failed(), self.skipped());
        write!(
            f,
            "{} passed, {} failed, {} skipped",
            passed.len(),
            failed.len(),
            skipped.len()
        )?;
        if !failed.is_empty() {
            write!(f, "\nfailed: {}", failed.join(", "))?;
        }
        Ok(())
    }
}

/// A check in a list.
pub(super) fn listed(check: &Check) -> String {
    let needs = check.needs.iter().filter(|need| **need != Need::Cookie);
    let needs: Vec<_> = needs.map(|need| format!("{need:?}")).collect();
    let needs = if needs.is_empty() {
        String::new()
    } else {
        format!(" [{}]", needs.join(", "))
    };
    format!("{}{needs}\n    {}", check.name, check.rule)
}
