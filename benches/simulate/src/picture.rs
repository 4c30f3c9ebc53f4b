//! The figures as a picture: requests a second over time, a panel for each run.

use std::fmt::Write as _;

use crate::event::{HOUR, MINUTE, Time};
use crate::report::Report;
use crate::series::Kind;
use crate::table::grouped;

const WIDTH: usize = 1_080;
const TOP: usize = 76;
const LEFT: usize = 72;
const PANEL: Size = Size {
    width: 440,
    height: 120,
};
const ACROSS: usize = 524;
const DOWN: usize = 190;

/// Points of a line.
const POINTS: usize = 220;

/// The scale is of powers of ten, from 10 to a million requests a second.
const DECADES: (f64, f64) = (1.0, 6.0);

const STYLE: &str = "
  text { font: 12px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  .panel { font-weight: 600; }
  .end { text-anchor: end; }
  .middle { text-anchor: middle; }
  .faint { fill: #59636e; }
  .paper { fill: #ffffff; }
  .grid { stroke: #d1d9e0; }
  .away { fill: #ffe0a3; }
  .tokens { fill: #1f6feb; stroke: #1f6feb; }
  .leases { fill: #8250df; stroke: #8250df; }
  .revokes { fill: #9a6700; stroke: #9a6700; }
  polyline.line { fill: none; stroke-width: 1.2; }
  polygon.range { stroke: none; opacity: 0.3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .faint { fill: #9198a1; }
    .paper { fill: #0d1117; }
    .grid { stroke: #3d444d; }
    .away { fill: #5c3d00; }
    .tokens { fill: #4493f8; stroke: #4493f8; }
    .leases { fill: #ab7df8; stroke: #ab7df8; }
    .revokes { fill: #d29922; stroke: #d29922; }
  }
";

struct Size {
    width: usize,
    height: usize,
}

/// An SVG of its own, without scripts.
pub(crate) fn picture(reports: &[Report]) -> String {
    let mut panels = String::new();
    let mut titles: Vec<&str> = reports.iter().map(|one| one.scenario.title).collect();
    titles.dedup();
    for report in reports {
        let row = titles.iter().position(|one| *one == report.scenario.title);
        let x = LEFT + if report.settings.lease { ACROSS } else { 0 };
        let y = TOP + row.unwrap_or_default() * DOWN;
        panels.push_str(&panel(report, x, y));
    }
    let height = TOP + titles.len() * DOWN + 10;
    let pages = reports.first().map_or(0, |one| one.settings.pages);
    let title = format!(
        "Requests a second of {} pages, without a lease (left) and with one",
        grouped(pages.into())
    );
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" role=\"img\" aria-labelledby=\"title\">\n\
         <title id=\"title\">{title}</title>\n\
         <style>{STYLE}</style>\n\
         <rect class=\"paper\" width=\"{WIDTH}\" height=\"{height}\" rx=\"6\"/>\n\
         <text x=\"16\" y=\"28\" class=\"title\">{title}</text>\n\
         {legend}\n{panels}</svg>\n",
        legend = legend(),
    )
}

fn legend() -> String {
    let mut text = String::new();
    for (place, kind) in Kind::ALL.into_iter().enumerate() {
        let x = 16 + 110 * place;
        let name = kind.title();
        let _ = write!(
            text,
            "<rect class=\"{name}\" x=\"{x}\" y=\"40\" width=\"12\" height=\"12\" rx=\"2\"/>\
             <text x=\"{}\" y=\"50\">{name}</text>",
            x + 18
        );
    }
    text + "<text x=\"350\" y=\"50\" class=\"faint\">line: mean; band: from the least to the most of a second; each step of a scale is ten times the one before</text>"
}

fn panel(report: &Report, x: usize, y: usize) -> String {
    let end = report.end();
    let Size { width, height } = PANEL;
    let across = |at: Time| x as f64 + width as f64 * f64::from(at) / f64::from(end);
    let mut text = String::new();
    if let Some((from, to)) = report.scenario.outage() {
        let (left, right) = (across(from), across(to));
        let _ = writeln!(
            text,
            "<rect class=\"away\" x=\"{left:.1}\" y=\"{y}\" width=\"{:.1}\" height=\"{height}\"/>",
            right - left
        );
    }
    for decade in DECADES.0 as i32..=DECADES.1 as i32 {
        let at = place(10_f64.powi(decade), y);
        let _ = writeln!(
            text,
            "<line class=\"grid\" x1=\"{x}\" x2=\"{}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
             <text x=\"{}\" y=\"{:.1}\" class=\"end faint\">{}</text>",
            x + width,
            x - 6,
            at + 4.0,
            grouped(10_f64.powi(decade)),
        );
    }
    for kind in Kind::ALL {
        text.push_str(&drawn(report, kind, x, y));
    }
    let step = step_of(end);
    for at in (0..=end).step_by(step as usize) {
        let _ = write!(
            text,
            "<text x=\"{:.1}\" y=\"{}\" class=\"middle faint\">{}</text>",
            across(at),
            y + height + 16,
            if step < HOUR {
                format!("{} min", at / MINUTE)
            } else {
                format!("{} h", at / HOUR)
            }
        );
    }
    let name = report.scenario.title;
    let _ = writeln!(
        text,
        "<text x=\"{x}\" y=\"{}\" class=\"panel\">{name}, {} a lease</text>",
        y - 10,
        report.lease(),
    );
    text
}

/// The counts of one kind: a band from the least second to the one with most, and the mean.
fn drawn(report: &Report, kind: Kind, x: usize, y: usize) -> String {
    let within = (0, report.end());
    let rates = report
        .course
        .tally
        .series
        .rates(&[kind], within, report.bucket());
    if rates.iter().all(|&rate| rate == 0.0) {
        return String::new();
    }
    let each = rates.len().div_ceil(POINTS);
    let step = PANEL.width as f64 * each as f64 / rates.len() as f64;
    let (mut upper, mut lower, mut means) = (String::new(), String::new(), String::new());
    for (point, rates) in rates.chunks(each).enumerate() {
        let at = x as f64 + (point as f64 * step).min(PANEL.width as f64);
        let most = rates.iter().copied().fold(0.0, f64::max);
        let least = rates.iter().copied().fold(f64::MAX, f64::min);
        let mean = rates.iter().sum::<f64>() / rates.len() as f64;
        let _ = write!(upper, " {at:.1},{:.1}", place(most, y));
        lower = format!(" {at:.1},{:.1}{lower}", place(least, y));
        let _ = write!(means, " {at:.1},{:.1}", place(mean, y));
    }
    let name = kind.title();
    format!(
        "<polygon class=\"{name} range\" points=\"{}{lower}\"/>\n\
         <polyline class=\"{name} line\" points=\"{}\"/>\n",
        upper.trim_start(),
        means.trim_start(),
    )
}

/// Where a rate is on the scale; what is below it is at its foot.
fn place(rate: f64, y: usize) -> f64 {
    let (from, to) = DECADES;
    let share = ((rate.max(1e-9).log10() - from) / (to - from)).clamp(0.0, 1.0);
    (y + PANEL.height) as f64 - share * PANEL.height as f64
}

/// Between two marks of the time.
const fn step_of(end: Time) -> Time {
    match end / MINUTE {
        0..=29 => 5 * MINUTE,
        30..=479 => HOUR,
        _ => 4 * HOUR,
    }
}
