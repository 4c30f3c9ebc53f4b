//! One page: a machine and its shell, at one moment.

use downscope::core::{
    CallerId, Clock, Config, Endpoints, GrantId, GrantKey, Input, Machine, Millis, Moment, Output,
    Page as Event, Want,
};

use super::ensure;
use super::leaving::Leaving;
use super::shell::Shell;

/// More outputs than any one input may cause, plus as many again for each
/// thing that the shell keeps book of.
const OUTPUTS: usize = 8;

/// A machine that is drained after each mutation, as its contract says.
pub(crate) struct Page {
    pub(crate) machine: Machine,
    pub(crate) shell: Shell,
    pub(crate) now: Moment,
    monotonic: Millis,
    wall: Millis,
    clock: Clock,
    callers: u32,
}

impl Page {
    pub(crate) fn new(config: Config, endpoints: Endpoints, seed: u64) -> Self {
        // Far from zero, so that either clock can be set back.
        let monotonic = Millis(1_000_000);
        let wall = Millis(1_700_000_000_000);
        let mut clock = Clock::new();
        let machine = Machine::new(config.clone(), endpoints, seed);
        Self {
            shell: Shell::new(config, endpoints, machine.farewell()),
            machine,
            now: clock.join(monotonic, wall),
            monotonic,
            wall,
            clock,
            callers: 0,
        }
    }

    pub(crate) fn new_caller(&mut self) -> CallerId {
        self.callers += 1;
        CallerId(self.callers)
    }

    pub(crate) fn open(&mut self, key: GrantKey) -> Result<(GrantId, Vec<Output>), String> {
        let id = self.machine.open(key.clone(), None);
        self.shell.open(id, key);
        Ok((id, self.drain()?))
    }

    pub(crate) fn ask(
        &mut self,
        grant: GrantId,
        want: Want,
    ) -> Result<(CallerId, Vec<Output>), String> {
        let caller = self.new_caller();
        let outputs = self.take(Input::Acquire {
            grant,
            caller,
            want,
        })?;
        Ok((caller, outputs))
    }

    /// One input and all that follows from it.
    pub(crate) fn take(&mut self, input: Input) -> Result<Vec<Output>, String> {
        let leaving = if let Input::Page(event) = input
            && (matches!(event, Event::Leaving { .. }) || self.shell.ends_with(event))
        {
            Some(Leaving::of(&self.shell, event))
        } else {
            None
        };
        let sent = self.shell.revokes.len();
        self.shell.report(&input, self.now);
        if self.shell.writes_late {
            self.shell.farewell = self.machine.farewell();
        }
        self.machine.handle_input(input, self.now);
        let outputs = self.drain()?;
        if let Some(leaving) = leaving {
            leaving.check(&outputs, sent, &self.shell)?;
        }
        Ok(outputs)
    }

    /// The timer fires, whether it is time or not.
    pub(crate) fn tick(&mut self) -> Result<Vec<Output>, String> {
        let due = self.machine.poll_timeout(self.now) == Some(Millis(0));
        self.machine.handle_timeout(self.now);
        let outputs = self.drain()?;
        ensure!(
            due || outputs.is_empty(),
            "an early timer did something: {outputs:?}"
        );
        ensure!(
            self.machine.poll_timeout(self.now) != Some(Millis(0)),
            "a timer that just fired is due again"
        );
        Ok(outputs)
    }

    /// Time passes on both clocks, and the timer fires whenever it is due.
    pub(crate) fn pass(&mut self, time: Millis) -> Result<Vec<Output>, String> {
        let mut left = time;
        let mut outputs = Vec::new();
        while let Some(wait) = self.machine.poll_timeout(self.now)
            && wait <= left
        {
            left = left - wait;
            self.advance(wait);
            outputs.append(&mut self.tick()?);
        }
        self.advance(left);
        Ok(outputs)
    }

    /// Time passes on both clocks, and no timer fires.
    pub(crate) fn advance(&mut self, time: Millis) {
        self.jump(time, time.0.cast_signed());
    }

    /// Each clock moves in its own way, and no timer fires.
    pub(crate) fn jump(&mut self, monotonic: Millis, wall: i64) {
        let wall = Millis(self.wall.0.saturating_add_signed(wall));
        self.read(self.monotonic + monotonic, wall);
    }

    /// The clocks say this.
    pub(crate) fn read(&mut self, monotonic: Millis, wall: Millis) {
        self.monotonic = monotonic;
        self.wall = wall;
        self.now = self.clock.join(monotonic, wall);
    }

    fn drain(&mut self) -> Result<Vec<Output>, String> {
        let most = OUTPUTS * (1 + self.shell.size());
        let mut outputs = Vec::new();
        while let Some(output) = self.machine.poll_output() {
            self.shell.carry_out(&output, self.now)?;
            outputs.push(output);
            ensure!(outputs.len() <= most, "draining does not end: {outputs:?}");
        }
        self.shell.check(&self.machine, self.now)?;
        Ok(outputs)
    }
}
