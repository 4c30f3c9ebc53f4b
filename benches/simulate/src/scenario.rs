//! What the pages go through.

use crate::backend::Capacity;
use crate::event::{Event, HOUR, MINUTE, SECOND, Time};
use crate::page::Page;
use crate::random::Random;

/// For which the capacities below are given.
const MILLION: f64 = 1_000_000.0;

/// For so long a token of an hour is used, about: pages that are opened within that time
/// do not ask for the next one in waves. 48:45.
const USE: Time = 48 * MINUTE + 45 * SECOND;

/// Lease requests that the backend takes a second, for a million pages: three times what
/// they ask.
const LEASES: f64 = 60_000.0;

/// Between two calls of an app for its token, on average.
const BETWEEN_CALLS: Time = 10 * MINUTE;

/// Whoever was told of a failure asks again after so long, at least and at most.
pub(crate) const BEFORE_ASKING_AGAIN: (u64, u64) = (10_000, 60_000);

/// One scenario.
#[derive(Debug)]
pub(crate) struct Scenario {
    /// As it is called on the command line.
    pub(crate) name: &'static str,
    /// As it is called in tables.
    pub(crate) title: &'static str,
    /// How long a token lives.
    pub(crate) token_life: Time,
    /// All pages are opened within so long.
    pub(crate) opens_within: Time,
    /// How long a page stays, on average; another one is opened in its place. `None`: to the end.
    pub(crate) page_life: Option<Time>,
    /// What happens to all of them.
    pub(crate) crowd: Crowd,
    /// For so long after that they may ask for more than the backend can do.
    pub(crate) crowded_for: Time,
    /// The figures are of what comes after this.
    pub(crate) measured_from: Time,
    /// Where it ends.
    pub(crate) ends: Time,
    /// Where it ends with the lease, which asks so often that a shorter time says as much.
    pub(crate) ends_with_lease: Time,
    /// Token and revoke requests that the backend takes a second, for a million pages.
    pub(crate) tokens: f64,
}

/// What happens to all pages, and when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Crowd {
    /// Nothing.
    None,
    /// They are opened at once.
    Opened,
    /// The backend is not there from then to then.
    Outage(Time, Time),
    /// Lids are closed within [`CLOSING`] from the first of these on, and opened within
    /// [`OPENING`] from the second on.
    Lids(Time, Time),
}

/// Lids are closed within ten minutes.
pub(crate) const CLOSING: Time = 10 * MINUTE;

/// And opened within five.
pub(crate) const OPENING: Time = 5 * MINUTE;

/// All of them, in the order of the table.
pub(crate) const ALL: [Scenario; 5] = [
    Scenario {
        name: "steady",
        title: "a steady day",
        token_life: HOUR,
        opens_within: USE,
        page_life: Some(4 * HOUR),
        crowd: Crowd::None,
        crowded_for: 0,
        measured_from: 2 * HOUR,
        ends: 24 * HOUR,
        ends_with_lease: 3 * HOUR,
        tokens: 5_000.0,
    },
    Scenario {
        name: "nine",
        title: "everybody at 9:00",
        token_life: HOUR,
        opens_within: MINUTE,
        page_life: None,
        crowd: Crowd::Opened,
        crowded_for: 20 * MINUTE,
        measured_from: 3 * HOUR + MINUTE,
        ends: 4 * HOUR + MINUTE,
        ends_with_lease: 4 * HOUR + MINUTE,
        tokens: 5_000.0,
    },
    Scenario {
        name: "outage",
        title: "ten minutes of outage",
        token_life: HOUR,
        opens_within: USE,
        page_life: None,
        crowd: Crowd::Outage(2 * HOUR, 2 * HOUR + 10 * MINUTE),
        crowded_for: 20 * MINUTE,
        measured_from: 2 * HOUR + 10 * MINUTE,
        ends: 3 * HOUR + 30 * MINUTE,
        ends_with_lease: 3 * HOUR + 30 * MINUTE,
        tokens: 5_000.0,
    },
    Scenario {
        name: "lunch",
        title: "lids opened after lunch",
        token_life: HOUR,
        opens_within: USE,
        page_life: None,
        crowd: Crowd::Lids(2 * HOUR, 3 * HOUR),
        crowded_for: 20 * MINUTE,
        measured_from: 3 * HOUR,
        ends: 5 * HOUR,
        ends_with_lease: 4 * HOUR + 30 * MINUTE,
        tokens: 5_000.0,
    },
    Scenario {
        name: "minute",
        title: "60-second tokens",
        token_life: MINUTE,
        opens_within: MINUTE,
        page_life: None,
        crowd: Crowd::Opened,
        crowded_for: 2 * MINUTE,
        measured_from: 4 * MINUTE,
        ends: 20 * MINUTE,
        ends_with_lease: 20 * MINUTE,
        tokens: 100_000.0,
    },
];

impl Scenario {
    /// What the backend can do for so many pages.
    pub(crate) fn capacity(&self, pages: u32) -> Capacity {
        let share = f64::from(pages) / MILLION;
        Capacity {
            tokens: self.tokens * share,
            leases: LEASES * share,
        }
    }

    /// The seconds of a bucket in which requests of so many pages are counted: as many as
    /// make it hold what a second does with a million pages and tokens of an hour. In a
    /// smaller one chance alone would make peaks.
    pub(crate) fn bucket_seconds(&self, pages: u32) -> usize {
        let share = f64::from(pages) / MILLION * f64::from(HOUR) / f64::from(self.token_life);
        (1.0 / share).ceil() as usize
    }

    /// What a page has before it that is opened then.
    pub(crate) fn plan(&self, page: &mut Page, opens: Time) {
        page.diary.put(opens, Event::Call);
        if let Some(mean) = self.page_life {
            let leaves = opens + exponential(mean, &mut page.random);
            page.diary.put(leaves, Event::Leave);
        }
        match self.crowd {
            Crowd::None | Crowd::Opened => {}
            Crowd::Outage(from, _) => page.diary.put(from, Event::Cut),
            Crowd::Lids(closed, _) => {
                let after = page.random.between(0, CLOSING.into()) as Time;
                page.diary.put(closed + after, Event::Sleep);
            }
        }
    }

    /// When a lid that is closed now is opened.
    pub(crate) fn wakes_at(&self, now: Time, random: &mut Random) -> Time {
        let opened = match self.crowd {
            Crowd::Lids(_, opened) => opened,
            Crowd::None | Crowd::Opened | Crowd::Outage(..) => now,
        };
        opened + random.between(0, OPENING.into()) as Time
    }

    /// When it ends.
    pub(crate) const fn end(&self, lease: bool) -> Time {
        if lease {
            self.ends_with_lease
        } else {
            self.ends
        }
    }

    /// From when to when the backend is not there.
    pub(crate) const fn outage(&self) -> Option<(Time, Time)> {
        match self.crowd {
            Crowd::Outage(from, to) => Some((from, to)),
            Crowd::None | Crowd::Opened | Crowd::Lids(..) => None,
        }
    }

    /// From when on all pages want something at once, or get it, and until when requests
    /// queue for that.
    pub(crate) const fn crowded(&self) -> Option<(Time, Time)> {
        let from = match self.crowd {
            Crowd::None => return None,
            Crowd::Opened => 0,
            Crowd::Outage(_, to) => to,
            Crowd::Lids(_, opened) => opened,
        };
        Some((from, from + self.crowded_for))
    }
}

/// Between two calls of an app.
pub(crate) fn pause(random: &mut Random) -> Time {
    exponential(BETWEEN_CALLS, random)
}

/// As the times between events that know nothing of each other.
fn exponential(mean: Time, random: &mut Random) -> Time {
    const STEPS: u64 = 1 << 32;
    // Never 0, whose logarithm is none.
    let share = random.between(1, STEPS) as f64 / STEPS as f64;
    (-share.ln() * f64::from(mean)) as Time
}

/// The bounds: the command fails above them.
pub(crate) mod bars {
    use super::{MINUTE, SECOND, Time};

    /// The peak by the mean, three lifetimes after all pages started within a minute.
    pub(crate) const STARTED_TOGETHER: f64 = 1.2;
    /// The peak after the outage by the mean before it.
    pub(crate) const AFTER_OUTAGE: f64 = 2.0;
    /// Seconds after the outage until every page is well again.
    pub(crate) const WELL_AGAIN: Time = 10 * MINUTE / SECOND;
    /// Requests of a page in the outage.
    pub(crate) const IN_OUTAGE: u32 = 8;
}
