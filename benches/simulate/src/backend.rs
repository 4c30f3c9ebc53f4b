//! The backend as a model: so many requests a second, a queue in front of them, a
//! latency, and ten minutes in which it is not there.

use crate::event::{Answer, SECOND, Time};
use crate::random::Random;

/// An exchange that meets no queue takes so long, at least and at most: there, the work,
/// and back.
const LATENCY: (u64, u64) = (20, 180);

/// Whoever would have to queue for longer is refused: 2 seconds.
const LONGEST_QUEUE: f64 = 2_000.0;

/// How long a lease request is held open, at least and at most. Spread over half of it, so
/// that those which came together are not answered together. As the contract has it, the
/// first of a page life is not held.
const HOLD: (u64, u64) = (27_500, 55_000);

/// What it can do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capacity {
    /// Token and revoke requests a second.
    pub(crate) tokens: f64,
    /// Lease requests a second.
    pub(crate) leases: f64,
}

/// One backend, however many machines it has.
pub(crate) struct Backend {
    pub(crate) capacity: Capacity,
    tokens: Lane,
    leases: Lane,
    outage: Option<(Time, Time)>,
    /// Whether held requests are answered at different times.
    spreads: bool,
    /// Whether requests queue. Where far fewer come than it can do they need not, and then
    /// pages have nothing to do with each other.
    pub(crate) queues: bool,
}

impl Backend {
    /// `outage`: from when to when it answers nothing but 503.
    pub(crate) fn new(capacity: Capacity, outage: Option<(Time, Time)>, spreads: bool) -> Self {
        Self {
            capacity,
            tokens: Lane::of(capacity.tokens),
            leases: Lane::of(capacity.leases),
            outage,
            spreads,
            queues: true,
        }
    }

    /// Whether it is not there.
    pub(crate) fn is_down(&self, now: Time) -> bool {
        let outage = self.outage;
        outage.is_some_and(|(from, to)| (from..to).contains(&now))
    }

    /// A request for a token or to revoke some: what is answered, and after how long.
    pub(crate) fn ask(&mut self, random: &mut Random, now: Time) -> (Answer, Time) {
        if self.is_down(now) {
            return refusal(random);
        }
        self.tokens.ask(self.queues, random, now)
    }

    /// A lease request: the same.
    pub(crate) fn ask_for_lease(
        &mut self,
        is_first: bool,
        random: &mut Random,
        now: Time,
    ) -> (Answer, Time) {
        if self.is_down(now) {
            return refusal(random);
        }
        let (answer, latency) = self.leases.ask(self.queues, random, now);
        if is_first || answer != Answer::Good {
            return (answer, latency);
        }
        let (least, most) = HOLD;
        let hold = random.between(if self.spreads { least } else { most }, most);
        (Answer::Held, latency + hold as Time)
    }
}

/// In an outage something in front of the backend refuses, and says nothing of when to
/// come back. A backend that is there and has too much to do says that.
fn refusal(random: &mut Random) -> (Answer, Time) {
    (Answer::Refused, latency(random))
}

fn latency(random: &mut Random) -> Time {
    random.between(LATENCY.0, LATENCY.1) as Time
}

/// A queue that is served evenly.
struct Lane {
    /// Milliseconds that one request takes.
    each: f64,
    /// When what has come so far will have been served.
    free_at: f64,
}

impl Lane {
    fn of(a_second: f64) -> Self {
        Self {
            each: f64::from(SECOND) / a_second,
            free_at: 0.0,
        }
    }

    fn ask(&mut self, queues: bool, random: &mut Random, now: Time) -> (Answer, Time) {
        let latency = latency(random);
        if !queues {
            return (Answer::Good, latency);
        }
        let begins = self.free_at.max(f64::from(now));
        let queued = begins - f64::from(now);
        if queued > LONGEST_QUEUE {
            return (Answer::Later, latency);
        }
        self.free_at = begins + self.each;
        (Answer::Good, latency + queued as Time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Capacity = Capacity {
        tokens: 10.0,
        leases: 10.0,
    };

    fn answers(backend: &mut Backend, count: usize, now: Time) -> Vec<(Answer, Time)> {
        let mut random = Random::new(1);
        (0..count).map(|_| backend.ask(&mut random, now)).collect()
    }

    #[test]
    fn beyond_the_capacity_requests_queue_and_then_are_refused() {
        let mut backend = Backend::new(SMALL, None, true);
        let seen = answers(&mut backend, 30, 0);
        let good = seen.iter().filter(|(answer, _)| *answer == Answer::Good);
        assert_eq!(good.count(), 21, "two seconds' worth, and the one at work");
        assert_eq!(seen[29].0, Answer::Later);
        assert!(seen[20].1 > 2_000 && seen[0].1 < 200);
    }

    #[test]
    fn where_nothing_queues_nothing_is_refused() {
        let mut backend = Backend::new(SMALL, None, true);
        backend.queues = false;
        let seen = answers(&mut backend, 30, 0);
        assert!(
            seen.iter()
                .all(|&(answer, after)| answer == Answer::Good && after < 200)
        );
    }

    #[test]
    fn a_queue_is_worked_off() {
        let mut backend = Backend::new(SMALL, None, true);
        answers(&mut backend, 30, 0);
        assert_eq!(answers(&mut backend, 1, 1_000)[0].0, Answer::Good);
        assert!(answers(&mut backend, 1, 10_000)[0].1 < 200);
    }

    #[test]
    fn in_an_outage_everything_is_refused_at_once_and_afterwards_nothing_is() {
        let mut backend = Backend::new(SMALL, Some((1_000, 2_000)), true);
        for (now, expected) in [
            (999, Answer::Good),
            (1_000, Answer::Refused),
            (1_999, Answer::Refused),
            (2_000, Answer::Good),
        ] {
            assert_eq!(answers(&mut backend, 1, now)[0].0, expected, "{now}");
        }
    }

    #[test]
    fn all_lease_requests_but_the_first_are_held_and_not_all_for_as_long() {
        let mut backend = Backend::new(SMALL, None, true);
        let mut random = Random::new(1);
        let first = backend.ask_for_lease(true, &mut random, 0);
        assert!(first.0 == Answer::Good && first.1 < 200);
        let holds = [0, 1_000, 2_000].map(|now| backend.ask_for_lease(false, &mut random, now));
        assert!(holds.iter().all(|&(answer, _)| answer == Answer::Held));
        let within = |&(_, hold): &(Answer, Time)| (27_500..56_000).contains(&hold);
        assert!(holds.iter().all(within), "{holds:?}");
        assert!(holds[0].1.abs_diff(holds[1].1) > 200);
    }
}
