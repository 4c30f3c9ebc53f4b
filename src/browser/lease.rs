//! Tells the app's backend that the page lives.

use std::rc::Rc;

use super::endpoint;
use super::io::{Parts, answer, once, recall};
use super::shell::Shell;
use crate::core::{Batch, Generation, Recall};

pub(super) fn request(shell: &Rc<Shell>, batch: Batch) {
    let back = shell.clone();
    let callback = once(move |parts, is_open| {
        // Not awaited any more: of a page life that is over.
        if !is_open {
            return;
        }
        let parts = Parts::new(parts);
        let terms = endpoint::terms(&parts);
        let holds = terms.is_ok();
        back.lease_answered(batch, terms);
        let recalls = Parts::new(parts.get(answer::RECALLS));
        let count = if holds { recalls.count() } else { 0 };
        for place in 0..count {
            if let Some(recall) = recalls.number(place).and_then(read) {
                back.recalled(recall);
            }
        }
    });
    shell.wire.ask_for_lease(batch, &callback);
}

fn read(recall: f64) -> Option<Recall> {
    match recall {
        recall::ALL => Some(Recall::All),
        recall::STOP => Some(Recall::Stop),
        id if id > 0.0 => Some(Recall::Token(Generation(id as u32))),
        _ => None,
    }
}
