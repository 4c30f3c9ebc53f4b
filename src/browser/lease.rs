//! Tells the app's backend that the page lives.

use std::rc::Rc;

use web_sys::AbortController;

use super::endpoint;
use super::io::{self, Parts, answer, once, recall};
use super::shell::{self, Shell};
use crate::core::{Batch, Generation, Recall};

pub(super) fn request(shell: &Rc<Shell>, batch: Batch) {
    let endpoints = &shell.endpoints;
    let (Some(url), Ok(controller)) = (&endpoints.lease_url, AbortController::new()) else {
        return;
    };
    let signal = controller.signal();
    shell.others.borrow_mut().push((batch, controller));
    let back = shell.clone();
    let callback = once(move |parts, _| {
        // Not there any more: of a page life that is over.
        if shell::take(&back.others, batch).is_none() {
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
    let request = io::lease_request(&shell.session.borrow());
    endpoint::ask_url(endpoints, url, &request, true, &signal, &callback);
}

fn read(recall: f64) -> Option<Recall> {
    match recall {
        recall::ALL => Some(Recall::All),
        recall::STOP => Some(Recall::Stop),
        id if id > 0.0 => Some(Recall::Token(Generation(id as u32))),
        _ => None,
    }
}
