//! One page: its clocks, its timer, and what is known of it.

use std::collections::BTreeSet;

use downscope::core::{Config, Endpoints, Generation, GrantId, Input, Millis};

use crate::backend::Ledger;
use crate::lease::Asked;
use crate::life::Happening;
use crate::network::Arrival;
use crate::reference::Reference;
use crate::support::{Kept, Page, key};
use crate::world::World;

#[derive(Debug)]
pub(crate) enum Event {
    AtBackend(Arrival),
    InPage(Happening),
    /// Time to look at what the page has left behind.
    Inspect,
    Open,
}

/// How a page's clocks go wrong. Not both ways in one life: a wall clock that
/// is set back after a sleep hides how long the sleep was.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Clocks {
    /// The wall clock is set back now and then; nothing sleeps.
    SetBack,
    /// The wall clock is set ahead, and the monotonic one stands still in sleep.
    SetAhead,
}

pub(crate) struct Visit {
    pub(super) number: u64,
    pub(super) page: Page,
    pub(super) endpoints: Endpoints,
    pub(super) grants: Vec<GrantId>,
    pub(super) reference: Reference,
    pub(super) ledger: Ledger,
    pub(super) session: u32,
    pub(super) opened: u64,
    pub(super) alive: bool,
    pub(super) ended: u64,
    pub(super) hidden: bool,
    /// Nothing runs in a page that sleeps or is in the cache.
    pub(super) frozen_until: u64,
    /// By how much the monotonic clock is behind.
    pub(super) slept: u64,
    /// By how much the wall clock is ahead.
    pub(super) skew: i64,
    pub(super) clocks: Clocks,
    pub(super) signed_out: bool,
    /// Its provider goes on when its signal fires.
    pub(super) deaf: bool,
    pub(super) aborted: BTreeSet<Generation>,
    pub(super) timer: Option<u64>,
    pub(super) asked: Option<Asked>,
    /// How many of its revokes are on their way.
    pub(super) revokes: usize,
}

/// A page's clocks at its opening.
const MONOTONIC_START: Millis = Millis(1_000_000);
const WALL_START: Millis = Millis(1_700_000_000_000);

impl Visit {
    pub(crate) fn begin(number: u64, world: &mut World) -> Result<Self, String> {
        let endpoints = world.endpoints;
        let clocks = if world.random.per_mille(500) {
            Clocks::SetBack
        } else {
            Clocks::SetAhead
        };
        let mut visit = Self {
            number,
            page: Page::new(Config::default(), endpoints, world.random.next()),
            endpoints,
            grants: Vec::new(),
            reference: Reference::default(),
            ledger: Ledger::default(),
            session: 1,
            opened: world.now,
            alive: true,
            ended: 0,
            hidden: false,
            frozen_until: 0,
            slept: 0,
            skew: 0,
            clocks,
            signed_out: false,
            deaf: world.random.per_mille(500),
            aborted: BTreeSet::new(),
            timer: None,
            asked: None,
            revokes: 0,
        };
        for grant in 0..world.random.between(1, 3) {
            let (id, _) = visit.page.open(key(&grant.to_string()))?;
            visit.grants.push(id);
        }
        world.tally.pages += 1;
        visit.later(0, Happening::Call, world);
        let life = world.random.scattered(60_000, 3 * 3_600_000);
        visit.later(life, Happening::End, world);
        Ok(visit)
    }

    pub(crate) fn happen(&mut self, happening: Happening, world: &mut World) -> Kept {
        if !self.alive {
            return Ok(());
        }
        let ends_the_freeze = matches!(happening, Happening::Back | Happening::Wake(_));
        if world.now <= self.frozen_until && !ends_the_freeze {
            self.later(self.frozen_until + 1 - world.now, happening, world);
            return Ok(());
        }
        self.look_at_the_clocks(world);
        self.run(happening, world)?;
        self.set_timer(world);
        Ok(())
    }

    pub(crate) fn inspect(&self, world: &mut World) {
        let alive = self.ledger.alive(world.now);
        world.tally.count(self.number, self.ledger.minted(), &alive);
        let outlived_by = self.ledger.outlived_by(self.ended);
        world.tally.longest = world.tally.longest.max(outlived_by);
    }

    pub(super) fn take(&mut self, input: Input, world: &mut World) -> Kept {
        let outputs = self.page.take(input)?;
        self.react(&outputs, world)
    }

    pub(super) fn look_at_the_clocks(&mut self, world: &World) {
        let passed = world.now - self.opened;
        let wall = WALL_START.0 + passed;
        self.page.read(
            MONOTONIC_START + Millis(passed - self.slept),
            Millis(wall.saturating_add_signed(self.skew)),
        );
    }

    /// Timers are never early, and often late; in a hidden tab, up to a minute.
    fn set_timer(&mut self, world: &mut World) {
        let Some(wait) = self.page.machine.poll_timeout(self.page.now) else {
            return;
        };
        let latest = if self.hidden { 60_000 } else { 20 };
        let late = world.random.between(0, latest);
        let at = world.now + wait.0 + late;
        if self.alive && self.timer.is_none_or(|earlier| earlier > at) {
            self.timer = Some(at);
            self.later(wait.0 + late, Happening::Timer(at), world);
        }
    }

    pub(super) fn later(&self, after: u64, happening: Happening, world: &mut World) {
        world.put(after, self.number, Event::InPage(happening));
    }
}
