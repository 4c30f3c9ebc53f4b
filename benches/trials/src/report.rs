//! What was seen, each with its bar.

use std::{env, fmt::Display, fs, io, path::PathBuf};

use serde_json::json;

use crate::{Failure, Kind};

/// Everything that was seen.
#[derive(Debug, Default)]
pub(crate) struct Report(Vec<Line>);

#[derive(Debug)]
struct Line {
    trial: String,
    store: &'static str,
    what: String,
    seen: String,
    bar: Option<String>,
    holds: bool,
}

/// What one trial over one store adds to.
pub(crate) struct Of<'a> {
    report: &'a mut Report,
    trial: &'static str,
    kind: Kind,
}

impl Report {
    pub(crate) const fn of(&mut self, trial: &'static str, kind: Kind) -> Of<'_> {
        Of {
            report: self,
            trial,
            kind,
        }
    }

    /// What was seen elsewhere.
    pub(crate) fn add(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// A trial that did not come to its end.
    pub(crate) fn failed(&mut self, trial: &'static str, kind: Kind, failure: &Failure) {
        self.of(trial, kind)
            .bar("it comes to its end", failure, "yes", false);
    }

    pub(crate) fn left_out(&mut self, kind: Kind, why: &str) {
        self.of("all", kind).figure("left out", why);
    }

    /// Whether every bar holds.
    pub(crate) fn holds(&self) -> bool {
        self.0.iter().all(|line| line.holds)
    }

    /// In Markdown.
    pub(crate) fn table(&self) -> String {
        let mut table =
            "| trial | store | what | seen | bar | |\n|---|---|---|---|---|---|\n".to_owned();
        for line in &self.0 {
            let bar = line.bar.as_deref().unwrap_or_default();
            let cells = [
                &*line.trial,
                line.store,
                &line.what,
                &line.seen,
                bar,
                line.mark(),
            ];
            table.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
        table
    }

    /// Leaves it in the directory that `DOWNSCOPE_OUT` names, if it does.
    pub(crate) fn write(&self, command: &str) -> io::Result<()> {
        let Some(out) = env::var_os("DOWNSCOPE_OUT") else {
            return Ok(());
        };
        let lines = self.0.iter().map(|line| {
            json!({
                "trial": line.trial, "store": line.store, "what": line.what, "seen": line.seen,
                "bar": line.bar, "holds": line.bar.is_some().then_some(line.holds),
            })
        });
        let all =
            json!({ "command": command, "holds": self.holds(), "seen": lines.collect::<Vec<_>>() });
        fs::write(PathBuf::from(out).join("trials.json"), format!("{all:#}\n"))
    }
}

impl Line {
    const fn mark(&self) -> &'static str {
        match (&self.bar, self.holds) {
            (None, _) => "",
            (Some(_), true) => "holds",
            (Some(_), false) => "FAILS",
        }
    }
}

impl Of<'_> {
    /// Something that is only told.
    pub(crate) fn figure(&mut self, what: &str, seen: impl Display) {
        self.line(what, seen, None, true);
    }

    /// Something that has a bar.
    pub(crate) fn bar(&mut self, what: &str, seen: impl Display, bar: &str, holds: bool) {
        self.line(what, seen, Some(bar.to_owned()), holds);
    }

    /// Something that must not be.
    pub(crate) fn none(&mut self, what: &str, count: usize) {
        self.bar(what, count, "0", count == 0);
    }

    fn line(&mut self, what: &str, seen: impl Display, bar: Option<String>, holds: bool) {
        let line = Line {
            trial: self.trial.to_owned(),
            store: self.kind.name(),
            what: what.to_owned(),
            seen: seen.to_string(),
            bar,
            holds,
        };
        let bar = line.bar.as_ref().map(|bar| format!(" (bar: {bar})"));
        println!(
            "{:5} {:12} {:8} {}: {}{}",
            line.mark(),
            line.trial,
            line.store,
            line.what,
            line.seen,
            bar.unwrap_or_default()
        );
        self.report.0.push(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bar_that_fails_is_enough() {
        let mut report = Report::default();
        report.of("kill", Kind::Redis).none("lost", 0);
        report.of("kill", Kind::Redis).figure("runs", 200);
        assert!(report.holds());
        report.of("kill", Kind::Redis).none("lost", 1);
        assert!(!report.holds());
        let table = report.table();
        assert!(
            table.contains("| kill | redis | lost | 1 | 0 | FAILS |"),
            "{table}"
        );
        assert!(
            table.contains("| kill | redis | runs | 200 |  |  |"),
            "{table}"
        );
    }
}
