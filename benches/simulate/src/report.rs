//! The figures of a run, and whether they keep within the bounds.

use crate::event::{MINUTE, SECOND, Time};
use crate::scenario::{Crowd, Scenario, bars};
use crate::series::{Kind, Rate};
use crate::world::{Course, Settings};

/// The mean before an outage is that of so long.
const BEFORE: Time = 20 * MINUTE;

/// A run and what it was of.
pub(crate) struct Report {
    pub(crate) scenario: &'static Scenario,
    pub(crate) settings: Settings,
    pub(crate) course: Course,
    /// Seconds that it took.
    pub(crate) took: f64,
}

/// A bound, and what was measured.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bar {
    pub(crate) what: String,
    pub(crate) most: f64,
    pub(crate) measured: f64,
}

impl Bar {
    pub(crate) fn holds(&self) -> bool {
        self.measured <= self.most
    }
}

impl Report {
    pub(crate) fn lease(&self) -> &'static str {
        if self.settings.lease {
            "with"
        } else {
            "without"
        }
    }

    pub(crate) fn bucket(&self) -> usize {
        self.scenario.bucket_seconds(self.settings.pages)
    }

    /// Which kinds of requests there were, each by itself, and all where there are several.
    pub(crate) fn kinds(&self) -> Vec<(&'static str, Vec<Kind>)> {
        let within = (0, self.end());
        let series = &self.course.tally.series;
        let seen = Kind::ALL.into_iter();
        let seen = seen.filter(|&kind| series.rate(&[kind], within, 1).peak > 0.0);
        let mut kinds: Vec<_> = seen.map(|kind| (kind.title(), vec![kind])).collect();
        if kinds.len() > 1 {
            kinds.push(("all", Kind::ALL.to_vec()));
        }
        kinds
    }

    /// Requests a second in the time that is measured.
    pub(crate) fn rate(&self, kinds: &[Kind]) -> Rate {
        self.rate_of(kinds, self.measured())
    }

    /// The mean that a peak is held against: in an outage that of the time before.
    pub(crate) fn usual(&self, kinds: &[Kind]) -> f64 {
        let within = match self.scenario.outage() {
            Some((from, _)) => (from - BEFORE, from),
            None => self.measured(),
        };
        self.rate_of(kinds, within).mean
    }

    /// The highest peak of the run, and not only of the time that is measured.
    pub(crate) fn highest(&self, kinds: &[Kind]) -> f64 {
        self.rate_of(kinds, (0, self.end())).peak
    }

    /// Seconds from when the crowd came until the last page was well; those of the whole
    /// time in which it was looked, where that was not seen.
    pub(crate) fn well_after(&self) -> Option<Time> {
        let (from, _) = self.scenario.crowded()?;
        let looks = &self.course.not_well;
        let well = looks.iter().rev().take_while(|(_, pages)| *pages == 0);
        let well = well.last().or_else(|| looks.last())?;
        Some((well.0 - from) / SECOND)
    }

    /// The most pages that were not well at a time.
    pub(crate) fn most_not_well(&self) -> u32 {
        let looks = self.course.not_well.iter();
        looks.map(|(_, pages)| *pages).max().unwrap_or_default()
    }

    /// The bounds that the issue sets for this scenario.
    pub(crate) fn bars(&self) -> Vec<Bar> {
        let mut bars = Vec::new();
        let mut hold = |what: String, most: f64, measured: f64| {
            bars.push(Bar {
                what,
                most,
                measured,
            });
        };
        match self.scenario.crowd {
            Crowd::None | Crowd::Lids(..) => {}
            Crowd::Opened => {
                for (title, kinds) in self.kinds() {
                    let rate = self.rate(&kinds);
                    if rate.mean > 0.0 {
                        let what = format!("{title}: peak by mean after three lifetimes");
                        hold(what, bars::STARTED_TOGETHER, rate.ratio());
                    }
                }
            }
            Crowd::Outage(..) => {
                let all = &Kind::ALL;
                let peak = self.rate(all).peak / self.usual(all);
                let what = "peak afterwards by the mean before".to_owned();
                hold(what, bars::AFTER_OUTAGE, peak);
                let well = self.well_after().unwrap_or_default();
                let what = "seconds until every page was well".to_owned();
                hold(what, f64::from(bars::WELL_AGAIN), well.into());
                let what = "requests of a page in the outage".to_owned();
                let most = self.course.tally.most_of_all;
                hold(what, f64::from(bars::IN_OUTAGE), most.into());
            }
        }
        bars
    }

    pub(crate) const fn end(&self) -> Time {
        self.scenario.end(self.settings.lease)
    }

    const fn measured(&self) -> (Time, Time) {
        (self.scenario.measured_from, self.end())
    }

    fn rate_of(&self, kinds: &[Kind], within: (Time, Time)) -> Rate {
        let series = &self.course.tally.series;
        series.rate(kinds, within, self.bucket())
    }
}
