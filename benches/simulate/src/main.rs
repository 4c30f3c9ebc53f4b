//! A million pages against a modelled backend, in virtual time: `cargo xtask simulate`.
//!
//! Each page is a machine of the core and nothing else. What is modelled is the app that
//! calls it (`page`), the backend (`backend`) and the course of events (`scenario`);
//! `docs/scale.md` has the figures, and what they leave out.

#![expect(clippy::print_stdout, reason = "it is what the command is for")]

mod agenda;
mod answers;
mod args;
mod backend;
#[path = "../../../xtask/src/clock.rs"]
mod clock;
mod diary;
mod docs;
mod event;
mod memory;
mod page;
mod picture;
#[path = "../../../tests/simulation/random.rs"]
#[allow(dead_code, reason = "the tests have a use for all of it")]
mod random;
mod report;
mod scenario;
mod series;
mod table;
mod tally;
mod world;

use std::process::ExitCode;

use args::Options;
use report::Report;
use world::Settings;

fn main() -> ExitCode {
    let options = match Options::of(std::env::args()) {
        Ok(options) => options,
        Err(wrong) => {
            eprintln!("{wrong}");
            return ExitCode::FAILURE;
        }
    };
    let weighed = memory::Memory::measure();
    let reports = run(&options);
    let tables = table::markdown(&reports, weighed, &options.line);
    println!("{tables}");
    let picture = picture::picture(&reports);
    if let Err(error) = docs::write(&options, &tables, &picture) {
        eprintln!("error: {error}");
        return ExitCode::FAILURE;
    }
    let mut bars = reports.iter().flat_map(Report::bars);
    if bars.all(|bar| bar.holds()) {
        ExitCode::SUCCESS
    } else {
        eprintln!("error: not every bound holds");
        ExitCode::FAILURE
    }
}

fn run(options: &Options) -> Vec<Report> {
    let mut reports = Vec::new();
    let scenarios = scenario::ALL.iter().filter(|one| options.has(one.name));
    for scenario in scenarios {
        for &lease in &options.leases {
            let settings = Settings {
                pages: options.pages,
                seed: options.seed,
                lease,
                spreads: options.spreads,
            };
            let stopwatch = clock::Stopwatch::start();
            let course = world::run(scenario, settings);
            let took = stopwatch.seconds();
            let report = Report {
                scenario,
                settings,
                course,
                took,
            };
            let (title, lease) = (scenario.title, report.lease());
            eprintln!("   {:<44}{took:8.1} s", format!("{title}, {lease} a lease"));
            reports.push(report);
        }
    }
    reports
}
