//! Tells the app's backend that the page lives.

use std::rc::Rc;

use web_sys::AbortController;

use super::io::{self, Parts, answer};
use super::shell::{self, Shell};
use super::{endpoint, io::once};
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
        let recalls = parts.text(answer::RECALLS).filter(|_| terms.is_ok());
        back.lease_answered(batch, terms);
        for recall in recalls.iter().flat_map(|all| all.split(',')) {
            if let Some(recall) = read(recall) {
                back.recalled(recall);
            }
        }
    });
    let request = io::lease_request(&shell.session.borrow());
    endpoint::ask_url(endpoints, url, &request, &signal, &callback);
}

fn read(recall: &str) -> Option<Recall> {
    match recall {
        "all" => Some(Recall::All),
        "stop" => Some(Recall::Stop),
        id => id.parse().ok().map(|id| Recall::Token(Generation(id))),
    }
}
