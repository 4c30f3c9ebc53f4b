//! What a page takes, as the system counts it.

use std::fs;

use downscope::core::{CallerId, Config, Endpoints, Input, Machine, Output, Want};

use crate::answers::{self, moment};
use crate::event::{Answer, HOUR};

/// So many machines are weighed: enough for pages of memory to add up.
const MACHINES: u32 = 100_000;

/// Bytes of a machine that holds a token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// Of the machine itself, without what it has on the heap.
    pub(crate) machine: usize,
    /// All in all, without a lease and with one; `None` where the system does not say how
    /// much is in use.
    pub(crate) whole: [Option<usize>; 2],
}

impl Memory {
    /// To be called before anything has been given back to the allocator, which would be
    /// used again and not be seen.
    pub(crate) fn measure() -> Self {
        let (without, first) = weigh(false);
        let (with, second) = weigh(true);
        drop((first, second));
        Self {
            machine: size_of::<Machine>(),
            whole: [without, with],
        }
    }
}

fn weigh(lease: bool) -> (Option<usize>, Vec<Machine>) {
    let before = in_use();
    let machines: Vec<_> = (0..MACHINES).map(|number| held(number, lease)).collect();
    let bytes = |(before, after): (usize, usize)| (after - before) / MACHINES as usize;
    (before.zip(in_use()).map(bytes), machines)
}

/// A machine that holds a token, and a lease.
fn held(number: u32, lease: bool) -> Machine {
    let endpoints = Endpoints {
        revoke: true,
        lease,
    };
    let mut machine = Machine::new(Config::default(), endpoints, number.into());
    let now = moment(0);
    let grant = machine.open(answers::key(number), None);
    let call = Input::Acquire {
        grant,
        caller: CallerId(1),
        want: Want::default(),
    };
    machine.handle_input(call, now);
    while let Some(output) = machine.poll_output() {
        if let Output::RequestToken(grant, generation) = output {
            let answered = Input::Answered {
                grant,
                generation,
                answer: answers::token(Answer::Good, HOUR),
            };
            machine.handle_input(answered, now);
        } else if let Output::RequestLease(request) = output {
            machine.handle_input(answers::lease(request, Answer::Good, 0), now);
        }
    }
    machine
}

/// The second number of `/proc/self/statm`, of pages of 4 KiB.
fn in_use() -> Option<usize> {
    let text = fs::read_to_string("/proc/self/statm").ok()?;
    let pages: usize = text.split(' ').nth(1)?.parse().ok()?;
    Some(pages * 4_096)
}
