//! How many bytes the machine keeps for a grant.

#![expect(clippy::print_stdout, reason = "it is what the command is for")]

use std::hint::black_box;

use allocation_counter::measure;

use crate::page::{Page, key};

type Make = fn(usize) -> Page;

/// Prints bytes on the heap per grant, those of its name included. On a 64-bit
/// machine: in WebAssembly a pointer is half as long.
pub(crate) fn print() {
    let stages: [(&str, Make); 3] = [
        ("open", Page::open),
        ("with a token", Page::held),
        ("with a token and a superseded one", twice_held),
    ];
    for grants in [1_000, 10_000] {
        for (stage, make) in stages {
            let bytes = weigh(grants, make);
            println!("{grants:>6} grants, {stage}: {bytes} bytes each");
        }
    }
    println!("a grant's name is {} of them\n", weigh_name());
}

fn twice_held(grants: usize) -> Page {
    let mut page = Page::due(grants);
    page.tick();
    page.answer();
    page
}

/// What the machine gives back when it goes. The lists of the page are not its own.
fn weigh(grants: usize, make: Make) -> usize {
    let Page { machine, .. } = make(grants);
    let freed = measure(|| drop(black_box(machine)));
    usize::try_from(-freed.bytes_current).unwrap_or_default() / grants
}

fn weigh_name() -> usize {
    let name = key(1_000);
    let freed = measure(|| drop(black_box(name)));
    usize::try_from(-freed.bytes_current).unwrap_or_default()
}
