//! A million pages, one backend and one clock.
//!
//! Pages meet at the backend alone, and there only while they ask for more than it can do.
//! So they are run one after the other, each for hours, which stays in the cache; and in
//! the order of their events for as long as there is a crowd.

use crate::agenda::Agenda;
use crate::backend::Backend;
use crate::event::{SECOND, Time};
use crate::page::Page;
use crate::random::Random;
use crate::scenario::Scenario;
use crate::series::Kind;
use crate::tally::Tally;

/// So often it is looked how many pages are not well, while there is a crowd.
const LOOKS_EVERY: Time = 5 * SECOND;

/// How a scenario is run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) pages: u32,
    pub(crate) seed: u64,
    pub(crate) lease: bool,
    /// Whether the backend holds lease requests for different times.
    pub(crate) spreads: bool,
}

/// What a page shares with all others.
pub(crate) struct Around<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) lease: bool,
    pub(crate) now: Time,
    pub(crate) backend: Backend,
    pub(crate) tally: Tally,
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Course {
    pub(crate) tally: Tally,
    /// How many pages were not well, at moments from when the crowd came.
    pub(crate) not_well: Vec<(Time, u32)>,
    /// Seconds in which more was asked than the backend can do though there was no crowd:
    /// it should have queued.
    pub(crate) overfull: usize,
}

/// Runs a scenario from its beginning to its end.
pub(crate) fn run(scenario: &Scenario, settings: Settings) -> Course {
    let mut around = Around::new(scenario, settings);
    let mut pages = open(scenario, settings);
    let end = scenario.end(settings.lease);
    let mut not_well = Vec::new();
    if let Some((from, to)) = scenario.crowded() {
        run_apart(&mut pages, from, &mut around);
        not_well = run_together(&mut pages, (from, to), &mut around);
    }
    run_apart(&mut pages, end, &mut around);
    for page in &pages {
        around.tally.count_page(page.asked_in_outage);
    }
    Course {
        overfull: around.overfull(end),
        tally: around.tally,
        not_well,
    }
}

/// All pages, each of which asks for its first token at some time.
fn open(scenario: &Scenario, settings: Settings) -> Vec<Page> {
    let mut random = Random::new(settings.seed);
    let numbers = 0..settings.pages;
    let pages = numbers.map(|number| {
        let mut page = Page::new(number, settings.lease, Random::new(random.next()));
        let most = u64::from(scenario.opens_within) - 1;
        let opens = page.random.between(0, most) as Time;
        scenario.plan(&mut page, opens);
        page
    });
    pages.collect()
}

/// Each page by itself, up to then.
fn run_apart(pages: &mut [Page], until: Time, around: &mut Around) {
    around.backend.queues = false;
    for page in pages {
        while page.next_at() < until {
            page.step(around);
        }
    }
    around.backend.queues = true;
}

/// All pages in the order of their events. Gives how many are not well, every now and then.
fn run_together(pages: &mut [Page], within: (Time, Time), around: &mut Around) -> Vec<(Time, u32)> {
    let mut agenda = Agenda::within(within);
    for (number, page) in (0..).zip(&*pages) {
        agenda.put(page.next_at(), number);
    }
    let mut not_well = Vec::new();
    let mut looks_at = within.0;
    while let Some((at, number)) = agenda.next()
        && at < within.1
    {
        while looks_at <= at {
            let count = pages.iter().filter(|page| !page.is_well(looks_at)).count();
            not_well.push((looks_at, count as u32));
            looks_at += LOOKS_EVERY;
        }
        let page = &mut pages[number as usize];
        page.step(around);
        agenda.put(page.next_at(), number);
    }
    not_well
}

impl<'a> Around<'a> {
    fn new(scenario: &'a Scenario, settings: Settings) -> Self {
        let capacity = scenario.capacity(settings.pages);
        Self {
            scenario,
            lease: settings.lease,
            now: 0,
            backend: Backend::new(capacity, scenario.outage(), settings.spreads),
            tally: Tally::until(scenario.end(settings.lease)),
        }
    }

    fn overfull(&self, end: Time) -> usize {
        let (from, to) = self.scenario.crowded().unwrap_or((0, 0));
        let seconds = (0..end / SECOND).map(|second| second * SECOND);
        let apart = seconds.filter(|at| !(from..to).contains(at) && !self.backend.is_down(*at));
        let capacity = self.backend.capacity;
        let is_overfull = |&at: &Time| {
            let asked = |kinds: &[Kind]| self.tally.series.at(kinds, at);
            asked(&[Kind::Token, Kind::Revoke]) > capacity.tokens
                || asked(&[Kind::Lease]) > capacity.leases
        };
        apart.filter(is_overfull).count()
    }
}
#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{HOUR, MINUTE};
    use crate::scenario::{ALL, CLOSING, OPENING};
    use crate::series::Kind;

    const FEW: u32 = 200;

    fn course(name: &str, lease: bool) -> Course {
        let scenario = ALL.iter().find(|one| one.name == name).unwrap();
        run(
            scenario,
            Settings {
                pages: FEW,
                seed: 7,
                lease,
                spreads: true,
            },
        )
    }

    fn asked(course: &Course, kind: Kind) -> f64 {
        let rates = course.tally.series.rates(&[kind], (0, Time::MAX), 1);
        rates.iter().sum()
    }

    #[test]
    fn the_same_seed_gives_the_same_course_of_events() {
        for lease in [false, true] {
            assert!(course("outage", lease) == course("outage", lease));
        }
    }

    #[test]
    fn on_a_steady_day_hardly_anybody_waits_and_pages_ask_as_often_as_their_tokens_last() {
        let day = course("steady", false);
        // So few pages have a backend that takes one request a second.
        let Tally { calls, waits, .. } = &day.tally;
        assert!(waits.long() * 20 < *calls, "{} of {calls}", waits.long());
        // Of an hour-long token at least half is used, and at most five sixths.
        let a_page_hour = asked(&day, Kind::Token) / f64::from(FEW) / 24.0;
        assert!((1.2..2.5).contains(&a_page_hour), "{a_page_hour}");
        assert_eq!(asked(&day, Kind::Lease), 0.0);
    }

    #[test]
    fn with_a_lease_a_page_asks_about_once_a_minute_for_it() {
        let day = course("steady", true);
        let a_page_minute = asked(&day, Kind::Lease) / f64::from(FEW) / 180.0;
        assert!((0.8..1.6).contains(&a_page_minute), "{a_page_minute}");
    }

    #[test]
    fn in_an_outage_pages_are_not_well_and_afterwards_they_all_are() {
        for lease in [false, true] {
            let outage = course("outage", lease);
            assert!(outage.tally.most_of_all > 1, "{:?}", outage.tally.most);
            assert_eq!(outage.not_well.last().map(|(_, pages)| *pages), Some(0));
        }
        assert!(course("outage", true).tally.told > 0, "leases lapse");
    }

    #[test]
    fn in_sleep_nothing_is_asked_and_after_it_everybody_asks() {
        let lunch = course("lunch", false);
        let asked = |within| lunch.tally.series.rates(&[Kind::Token], within, 1);
        let asleep = (2 * HOUR + CLOSING + SECOND, 3 * HOUR);
        assert!(asked(asleep).iter().all(|&rate| rate == 0.0));
        let awake = (3 * HOUR, 3 * HOUR + OPENING + MINUTE);
        let requests: f64 = asked(awake).iter().sum();
        assert!(requests > 0.9 * f64::from(FEW), "{requests}");
    }
}
