//! A million pages, one backend and one clock.

use crate::agenda::{Agenda, Answer, Entry, Event, MINUTE, SECOND, Time};
use crate::backend::Backend;
use crate::page::Page;
use crate::random::Random;
use crate::scenario::{BETWEEN_CALLS, CLOSING, Crowd, OPENING, Scenario};
use crate::tally::Tally;

/// So often it is looked how many pages are not well.
const LOOKS_EVERY: Time = 5 * SECOND;

/// For so long, from when the crowd comes.
const LOOKS_FOR: Time = 60 * MINUTE;

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
    pub(crate) random: Random,
    pub(crate) backend: Backend,
    pub(crate) tally: Tally,
    agenda: Agenda,
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Course {
    pub(crate) tally: Tally,
    /// How many pages were not well, at moments from when the crowd came.
    pub(crate) not_well: Vec<(Time, u32)>,
}

/// Runs a scenario from its beginning to its end.
pub(crate) fn run(scenario: &Scenario, settings: Settings) -> Course {
    let mut around = Around::new(scenario, settings);
    let mut pages = around.open(settings);
    let crowd_at = scenario.crowd_at().unwrap_or(Time::MAX);
    let mut cuts = scenario.outage().map(|(from, _)| from);
    let mut looks_at = crowd_at;
    let mut not_well = Vec::new();
    let end = scenario.end(settings.lease);
    while let Some(Entry { at, page, event }) = around.agenda.next()
        && at < end
    {
        if let Some(from) = cuts.take_if(|from| *from <= at) {
            around.now = from;
            for (number, page) in (0..).zip(&pages) {
                page.lose_lease(number, &mut around);
            }
        }
        if looks_at <= at {
            let count = pages.iter().filter(|page| !page.is_well(looks_at)).count();
            not_well.push((looks_at, count as u32));
            looks_at = if looks_at < crowd_at.saturating_add(LOOKS_FOR) {
                looks_at + LOOKS_EVERY
            } else {
                Time::MAX
            };
        }
        around.now = at;
        pages[page as usize].happen(event, page, &mut around);
    }
    for page in &pages {
        around.tally.count_page(page.asked_in_outage);
    }
    Course {
        tally: around.tally,
        not_well,
    }
}

impl<'a> Around<'a> {
    fn new(scenario: &'a Scenario, settings: Settings) -> Self {
        let end = scenario.end(settings.lease);
        let capacity = scenario.capacity(settings.pages);
        Self {
            scenario,
            lease: settings.lease,
            now: 0,
            random: Random::new(settings.seed),
            backend: Backend::new(capacity, scenario.outage(), settings.spreads),
            tally: Tally::until(end),
            agenda: Agenda::until(end),
        }
    }

    /// All pages, each of which asks for its first token at some time.
    fn open(&mut self, settings: Settings) -> Vec<Page> {
        let mut pages = Vec::with_capacity(settings.pages as usize);
        for number in 0..settings.pages {
            pages.push(Page::new(number, settings.lease, self.random.next()));
            let most = u64::from(self.scenario.opens_within) - 1;
            self.now = self.random.between(0, most) as Time;
            self.put(self.now, number, Event::Call);
            self.put_end_of_page(number);
            if let Crowd::Lids(closed, _) = self.scenario.crowd {
                let after = self.random.between(0, CLOSING.into()) as Time;
                self.put(closed + after, number, Event::Sleep);
            }
        }
        pages
    }

    /// Lets something happen to a page.
    pub(crate) fn put(&mut self, at: Time, page: u32, event: Event) {
        self.agenda.put(Entry { at, page, event });
    }

    pub(crate) fn put_next_call(&mut self, page: u32) {
        let at = self.now + self.pause();
        self.put(at, page, Event::Call);
    }

    pub(crate) fn put_end_of_page(&mut self, page: u32) {
        if let Some(mean) = self.scenario.page_life {
            let at = self.now + self.exponential(mean);
            self.put(at, page, Event::Leave);
        }
    }

    /// Between two calls of an app.
    pub(crate) fn pause(&mut self) -> Time {
        self.exponential(BETWEEN_CALLS)
    }

    /// When a lid that is closed now is opened.
    pub(crate) fn wakes_at(&mut self) -> Time {
        let opened = match self.scenario.crowd {
            Crowd::Lids(_, opened) => opened,
            Crowd::None | Crowd::Opened | Crowd::Outage(..) => self.now,
        };
        opened + self.random.between(0, OPENING.into()) as Time
    }

    /// A request for a token or to revoke some: what is answered, and after how long.
    pub(crate) fn ask(&mut self) -> (Answer, Time) {
        self.backend.ask(&mut self.random, self.now)
    }

    /// A lease request: the same.
    pub(crate) fn ask_for_lease(&mut self, is_first: bool) -> (Answer, Time) {
        self.backend
            .ask_for_lease(is_first, &mut self.random, self.now)
    }

    /// As the times between events that know nothing of each other.
    fn exponential(&mut self, mean: Time) -> Time {
        // Never 0, whose logarithm is none.
        let share = (self.random.between(1, 1 << 32) as f64) / (1_u64 << 32) as f64;
        (-share.ln() * f64::from(mean)) as Time
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agenda::HOUR;
    use crate::scenario::ALL;
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
