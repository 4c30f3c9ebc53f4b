//! What the app's backend answered, as the core's.

use std::rc::{Rc, Weak};

use super::endpoint;
use super::io::{self, Parts, Subscription, answer, recall};
use super::shell::Shell;
use super::wire::Wire;
use crate::core::{Batch, Generation, GrantId, Input, Recall};

/// Listens until it is dropped. One callback for all requests: an app's own
/// function that never settles keeps nothing of the client.
pub(super) fn listen(shell: Weak<Shell>, wire: &Wire) -> Subscription {
    let callback = io::callback(move |parts, is_open| {
        if let Some(shell) = shell.upgrade() {
            take(&shell, &Parts::new(parts), is_open);
        }
    });
    Subscription::new(wire.listen_to_answers(callback.as_ref()), callback)
}

fn take(shell: &Rc<Shell>, parts: &Parts, is_open: bool) {
    let id = parts.number(answer::ID).unwrap_or_default();
    let about = parts.number(answer::ABOUT).unwrap_or_default();
    // Requests for tokens count from one, others from below zero downwards.
    if id > 0.0 {
        return token(
            shell,
            GrantId::from_number(about),
            Generation(id as u32),
            parts,
        );
    }
    // Of a page life that is over, or answered late.
    if !is_open {
        return;
    }
    let batch = Batch(-id as u32);
    if about == 0.0 {
        lease(shell, batch, parts);
    } else {
        let outcome = endpoint::outcome(parts);
        shell.input(Input::RevokeAnswered { batch, outcome });
    }
}

/// One that nobody waits for any more is told, too: it has to be revoked.
fn token(shell: &Rc<Shell>, grant: GrantId, generation: Generation, parts: &Parts) {
    let answer = endpoint::token_response(parts);
    if answer.is_ok() {
        shell.wire.keep(generation, parts);
    }
    shell.input(Input::Answered {
        grant,
        generation,
        answer,
    });
}

fn lease(shell: &Rc<Shell>, batch: Batch, parts: &Parts) {
    let answer = endpoint::terms(parts);
    let holds = answer.is_ok();
    shell.input(Input::LeaseAnswered { batch, answer });
    if !holds {
        return;
    }
    let recalls = Parts::new(parts.get(answer::RECALLS));
    for place in 0..recalls.count() {
        if let Some(recall) = recalls.number(place).and_then(read) {
            shell.input(Input::Recalled(recall));
        }
    }
    // Said to have been heard only now, and until the next answer that holds.
    shell.wire.keep_word(parts);
}

fn read(recall: f64) -> Option<Recall> {
    match recall {
        recall::ALL => Some(Recall::All),
        recall::STOP => Some(Recall::Stop),
        id if id > 0.0 => Some(Recall::Token(Generation(id as u32))),
        _ => None,
    }
}
