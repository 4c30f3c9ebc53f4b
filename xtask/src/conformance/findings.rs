//! What the kit has found, and the table of it.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

/// What the kit says in JSON.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Findings {
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) skipped: usize,
    pub(super) checks: Vec<Check>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Check {
    name: String,
    #[serde(default)]
    expected: Option<String>,
    #[serde(default)]
    came: Option<String>,
    #[serde(default)]
    skipped_because: Option<String>,
}

/// A line of the table.
pub(super) struct Row {
    pub(super) title: &'static str,
    pub(super) instances: usize,
    pub(super) seconds: f64,
    pub(super) outcome: Outcome,
}

pub(super) enum Outcome {
    Found(Findings),
    /// For want of something that this machine may lack.
    Skipped(&'static str),
    /// It, or the kit, could not begin.
    Broken(String),
}

const HEAD: &str = "\
| | instances | passed | failed | not looked at | seconds |
|---|---|---|---|---|---|
";

/// The table, in Markdown.
pub(super) fn table(rows: &[Row]) -> String {
    let lines = rows.iter().map(|row| {
        let Row {
            title,
            instances,
            seconds,
            ..
        } = row;
        match &row.outcome {
            Outcome::Found(findings) => format!(
                "| {title} | {instances} | {} | {} | {} | {seconds:.0} |\n",
                findings.passed,
                findings.failed,
                findings.reasons()
            ),
            Outcome::Skipped(reason) => {
                format!("| {title} | {instances} | | | all: {reason} | |\n")
            }
            Outcome::Broken(_) => format!("| {title} | {instances} | | all | | |\n"),
        }
    });
    HEAD.to_owned() + &lines.collect::<String>()
}

impl Row {
    /// How many checks have passed.
    pub(super) const fn passed(&self) -> usize {
        match &self.outcome {
            Outcome::Found(findings) => findings.passed,
            Outcome::Skipped(_) | Outcome::Broken(_) => 0,
        }
    }

    /// What is wrong, a line each: rules that are broken, with what was expected and what
    /// came, or what kept it from beginning.
    pub(super) fn failures(&self) -> Vec<String> {
        match &self.outcome {
            Outcome::Found(findings) => findings.failures(),
            Outcome::Skipped(_) => Vec::new(),
            Outcome::Broken(why) => vec![why.clone()],
        }
    }
}

impl Findings {
    fn failures(&self) -> Vec<String> {
        let failures = self.checks.iter().filter_map(|check| {
            let (expected, came) = (check.expected.as_ref()?, check.came.as_ref()?);
            Some(format!("{}: {expected}, but {came}", check.name))
        });
        failures.collect()
    }

    /// How many checks were skipped, and why.
    fn reasons(&self) -> String {
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        for reason in self
            .checks
            .iter()
            .filter_map(|check| check.skipped_because.as_deref())
        {
            // What follows is what to do about it.
            let reason = reason.split_once(": ").map_or(reason, |(reason, _)| reason);
            *reasons.entry(reason).or_default() += 1;
        }
        let reasons: Vec<_> = reasons
            .iter()
            .map(|(reason, count)| format!("{count}: {reason}"))
            .collect();
        if reasons.is_empty() {
            return self.skipped.to_string();
        }
        reasons.join("; ")
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found(Findings {
                passed,
                failed,
                skipped,
                ..
            }) => {
                write!(f, "{passed} passed, {failed} failed, {skipped} skipped")
            }
            Self::Skipped(reason) => write!(f, "SKIPPED, {reason}"),
            Self::Broken(_) => f.write_str("FAILED"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(json: &str) -> Row {
        Row {
            title: "the service",
            instances: 2,
            seconds: 61.4,
            outcome: serde_json::from_str(json)
                .map_or_else(|error| Outcome::Broken(error.to_string()), Outcome::Found),
        }
    }

    #[test]
    fn a_row_says_what_was_found_and_why_not_more() {
        let rows = [row(
            r#"{ "passed": 1, "failed": 1, "skipped": 3, "checks": [
            { "name": "a", "outcome": "passed", "seconds": 0.1 },
            { "name": "b", "outcome": "failed", "expected": "204", "came": "500" },
            { "name": "c", "outcome": "skipped", "skipped_because": "needs b: --b" },
            { "name": "d", "outcome": "skipped", "skipped_because": "no lease" },
            { "name": "e", "outcome": "skipped", "skipped_because": "needs b: --b" } ] }"#,
        )];
        let expected = "| the service | 2 | 1 | 1 | 2: needs b; 1: no lease | 61 |";
        assert_eq!(table(&rows).lines().last(), Some(expected));
        assert_eq!(rows.map(|row| row.failures()), [["b: 204, but 500"]]);
    }

    #[test]
    fn what_could_not_be_started_has_a_row_too() {
        let mut row = row("{}");
        row.outcome = Outcome::Skipped("there is no Python");
        let expected = "| the service | 2 | | | all: there is no Python | |";
        assert_eq!(table(&[row]).lines().last(), Some(expected));
    }
}
