//! The order of events: one clock, one agenda, pages that come and go.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use downscope::core::Endpoints;

use crate::random::Random;
use crate::tally::Tally;
use crate::visit::{Event, Visit};
use crate::weather::Weather;

/// Pages open about a second apart, so that a million of them need no more
/// memory at a time than ten thousand.
const MOST_BETWEEN_PAGES: u64 = 2_000;

/// What a page shares with all others.
pub(crate) struct World {
    /// True time, in milliseconds.
    pub(crate) now: u64,
    pub(crate) weather: Weather,
    /// Of each page.
    pub(crate) endpoints: Endpoints,
    pub(crate) random: Random,
    pub(crate) tally: Tally,
    agenda: BinaryHeap<Reverse<Entry>>,
    entries: u64,
}

/// Something that happens to a page; sorted by time, then by order of entry.
struct Entry {
    at: u64,
    serial: u64,
    page: u64,
    event: Event,
}

impl World {
    pub(crate) fn new(seed: u64, weather: Weather, endpoints: Endpoints) -> Self {
        Self {
            now: 0,
            weather,
            endpoints,
            random: Random::new(seed),
            tally: Tally::default(),
            agenda: BinaryHeap::new(),
            entries: 0,
        }
    }

    pub(crate) fn run(mut self, pages: u64) -> Result<Tally, String> {
        let mut visits = BTreeMap::new();
        self.put(0, 0, Event::Open);
        while let Some(Reverse(entry)) = self.agenda.pop() {
            let Entry {
                at, page, event, ..
            } = entry;
            self.now = at;
            let kept = match event {
                Event::Open => {
                    if page + 1 < pages {
                        let pause = self.random.between(0, MOST_BETWEEN_PAGES);
                        self.put(pause, page + 1, Event::Open);
                    }
                    Visit::begin(page, &mut self).map(|visit| {
                        visits.insert(page, visit);
                    })
                }
                Event::Inspect => {
                    if let Some(visit) = visits.remove(&page) {
                        visit.inspect(&mut self);
                    }
                    Ok(())
                }
                Event::AtBackend(arrival) => {
                    if let Some(visit) = visits.get_mut(&page) {
                        visit.arrive(arrival, &mut self);
                    }
                    Ok(())
                }
                Event::InPage(happening) => match visits.get_mut(&page) {
                    Some(visit) => visit.happen(happening, &mut self),
                    None => Ok(()),
                },
            };
            kept.map_err(|broken| format!("page {page} at {at} ms: {broken}"))?;
        }
        Ok(self.tally)
    }

    /// Lets something happen to a page after so many milliseconds.
    pub(crate) fn put(&mut self, after: u64, page: u64, event: Event) {
        self.entries += 1;
        self.agenda.push(Reverse(Entry {
            at: self.now + after,
            serial: self.entries,
            page,
            event,
        }));
    }

    pub(crate) fn is_down(&self) -> bool {
        let outage = self.weather.outage;
        outage.is_some_and(|(every, length)| self.now % every >= every - length)
    }

    pub(crate) const fn is_lost(&mut self) -> bool {
        self.random.per_mille(self.weather.loss)
    }

    /// How long a message travels; one in a while takes very long.
    pub(crate) const fn latency(&mut self) -> u64 {
        if self.random.per_mille(self.weather.loss) {
            self.random.between(10_000, 60_000)
        } else {
            self.random.between(15, 200)
        }
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.serial).cmp(&(other.at, other.serial))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.serial == other.serial
    }
}

impl Eq for Entry {}
