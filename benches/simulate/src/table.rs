//! The figures as tables.

use crate::memory::Memory;
use crate::report::Report;
use crate::series::Kind;

/// All tables, in Markdown. `line` is the command that made them.
pub(crate) fn markdown(reports: &[Report], weighed: Memory, line: &str) -> String {
    [
        head(reports, line),
        requests(reports),
        people(reports),
        bounds(reports),
        memory(weighed),
    ]
    .join("\n")
}

fn head(reports: &[Report], line: &str) -> String {
    let pages = reports.first().map_or(0, |one| one.settings.pages);
    let bucket = reports.iter().map(Report::bucket).max().unwrap_or(1);
    let took: f64 = reports.iter().map(|one| one.took).sum();
    format!(
        "`{line}`: {} pages, counted in buckets of {bucket} s{}. It took {:.1} minutes on one core.{}\n",
        grouped(pages.into()),
        if bucket > 1 { " or less" } else { "" },
        took / 60.0,
        overfull(reports),
    )
}

/// What the model has not seen to, if there is anything.
fn overfull(reports: &[Report]) -> String {
    let seconds: usize = reports.iter().map(|one| one.course.overfull).sum();
    if seconds == 0 {
        return String::new();
    }
    format!(" In {seconds} seconds more was asked than the backend can do, where none queued.")
}

fn requests(reports: &[Report]) -> String {
    let mut table = Table::new(
        "Requests a second, in the time that is measured; the last column: in the whole run",
        &[
            "scenario",
            "lease",
            "requests",
            "mean",
            "p99",
            "peak",
            "peak / mean",
            "highest",
        ],
        3,
    );
    for report in reports {
        for (title, kinds) in report.kinds() {
            let rate = report.rate(&kinds);
            table.row(&[
                report.scenario.title.to_owned(),
                report.lease().to_owned(),
                title.to_owned(),
                grouped(rate.mean),
                grouped(rate.p99),
                grouped(rate.peak),
                format!("{:.2}", rate.ratio()),
                grouped(report.highest(&kinds)),
            ]);
        }
    }
    table.text
}

fn people(reports: &[Report]) -> String {
    let mut table = Table::new(
        "Callers, of the whole run; and pages, from when the crowd came (the outage's end, the first lid)",
        &[
            "scenario",
            "lease",
            "calls",
            "not at once",
            "after 1 s or more",
            "99 % of those within",
            "longest",
            "told of a failure",
            "pages not well, at most",
            "all well after",
        ],
        2,
    );
    for report in reports {
        let tally = &report.course.tally;
        let well_after = report.well_after().map(|seconds| format!("{seconds} s"));
        table.row(&[
            report.scenario.title.to_owned(),
            report.lease().to_owned(),
            grouped(tally.calls as f64),
            grouped(tally.waits.number as f64),
            grouped(tally.waits.long() as f64),
            format!("{} s", tally.waits.p99() + 1),
            format!("{:.1} s", f64::from(tally.waits.longest) / 1_000.0),
            grouped(tally.told as f64),
            grouped(report.most_not_well().into()),
            well_after.unwrap_or_else(|| "–".to_owned()),
        ]);
    }
    table.text
}

fn bounds(reports: &[Report]) -> String {
    let mut table = Table::new(
        "Bounds",
        &["scenario", "lease", "bound", "at most", "measured", ""],
        3,
    );
    for report in reports {
        for bar in report.bars() {
            table.row(&[
                report.scenario.title.to_owned(),
                report.lease().to_owned(),
                bar.what.clone(),
                figure(bar.most),
                figure(bar.measured),
                if bar.holds() { "holds" } else { "**fails**" }.to_owned(),
            ]);
        }
        if report.scenario.outage().is_some() {
            let most = report.course.tally.most;
            let each = Kind::ALL.map(|kind| format!("{} {}", most[kind as usize], kind.title()));
            table.row(&[
                report.scenario.title.to_owned(),
                report.lease().to_owned(),
                "the most of each kind in the outage".to_owned(),
                String::new(),
                each.join(", "),
                String::new(),
            ]);
        }
    }
    table.text
}

fn memory(weighed: Memory) -> String {
    let mut table = Table::new(
        "Memory of a page: its machine with one grant that holds a token, on a 64-bit machine",
        &[
            "lease",
            "bytes, as the system counts",
            "of which the machine itself",
        ],
        1,
    );
    for (bytes, title) in weighed.whole.into_iter().zip(["without", "with"]) {
        table.row(&[
            title.to_owned(),
            bytes.map_or_else(|| "unknown".to_owned(), |bytes| grouped(bytes as f64)),
            grouped(weighed.machine as f64),
        ]);
    }
    table.text
}

struct Table {
    text: String,
}

impl Table {
    /// The first `words` columns hold words, the others figures.
    fn new(title: &str, columns: &[&str], words: usize) -> Self {
        let rules = (0..columns.len()).map(|column| if column < words { "---" } else { "--:" });
        let rules: Vec<_> = rules.collect();
        let mut table = Self {
            text: format!("### {title}\n\n"),
        };
        table.line(columns.iter().copied());
        table.line(rules.into_iter());
        table
    }

    fn row(&mut self, cells: &[String]) {
        self.line(cells.iter().map(String::as_str));
    }

    fn line<'a>(&mut self, cells: impl Iterator<Item = &'a str>) {
        for cell in cells {
            self.text.push_str("| ");
            self.text.push_str(cell);
            self.text.push(' ');
        }
        self.text.push_str("|\n");
    }
}

/// Up to two places behind the point, and none where there are none.
fn figure(value: f64) -> String {
    if value.fract() == 0.0 {
        grouped(value)
    } else {
        format!("{value:.2}")
    }
}

/// A whole number with commas, or one place where it is below ten.
pub(crate) fn grouped(value: f64) -> String {
    if value < 10.0 && value.fract() != 0.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let written = [0.0, 7.25, 999.4, 1_000.0, 1_234_567.0].map(grouped);
        assert_eq!(written, ["0", "7.2", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn a_table_has_a_rule_for_each_column() {
        let mut table = Table::new("t", &["a", "b"], 1);
        table.row(&["x".to_owned(), "1".to_owned()]);
        assert_eq!(table.text, "### t\n\n| a | b |\n| --- | --: |\n| x | 1 |\n");
    }
}
