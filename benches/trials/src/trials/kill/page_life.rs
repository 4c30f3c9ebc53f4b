//! A page that mints and revokes at both instances, through a proxy that asks the other one
//! where one refuses to be connected to.

use std::{io, sync::Arc};

use tokio::time::{Duration, Instant, sleep};

use super::{Book, Both, Named, Refused};
use crate::{
    Failure,
    instance::Instance,
    locked,
    page::{Page, wanted},
    random,
};

const LIFE: u64 = 3_600;
/// A page whose revoke has failed tries again so often, and so long apart.
const TRIES: usize = 20;
const BETWEEN: Duration = Duration::from_millis(100);

/// The tokens that a page has, and the requests that it has no answer to.
#[derive(Default)]
pub(super) struct Left {
    tokens: Vec<(u64, String)>,
    pending: Vec<u64>,
}

/// Mints and revokes, now here, now there.
pub(super) async fn live(page: &Page, both: &Both, until: Instant, named: &Book) -> Left {
    let (mut left, mut id) = (Left::default(), 0);
    while Instant::now() < until {
        id += 1;
        match mint(page, both, id).await {
            Some(token) => left.tokens.push((id, token)),
            None => left.pending.push(id),
        }
        if random::below(2) == 0
            && let Some((id, token)) = left.tokens.pop()
        {
            match revoke(page, both, &[("token", &token)]).await {
                Ok(202 | 204) => note(named, page, id, true),
                Ok(_) | Err(_) => left.tokens.push((id, token)),
            }
        }
    }
    left
}

/// Whether what is left was accepted by anybody, and what those said that did not.
pub(super) async fn leave(page: &Page, both: &Both, left: Left, named: &Book) -> (bool, Refused) {
    let Left { tokens, pending } = left;
    let names: Vec<_> = pending.iter().map(ToString::to_string).collect();
    let mut fields: Vec<_> = tokens
        .iter()
        .map(|(_, token)| ("token", &**token))
        .collect();
    fields.extend(names.iter().map(|name| ("pending", &**name)));
    let mut refused = Refused::new();
    if fields.is_empty() {
        return (true, refused);
    }
    for _ in 0..TRIES {
        let why = match revoke(page, both, &fields).await {
            Ok(202 | 204) => {
                for (id, _) in tokens {
                    note(named, page, id, true);
                }
                for id in pending {
                    note(named, page, id, false);
                }
                return (true, refused);
            }
            Ok(status) => status.to_string(),
            Err(failure) => failure.to_string(),
        };
        *refused.entry(why).or_default() += 1;
        sleep(BETWEEN).await;
    }
    (false, refused)
}

async fn mint(page: &Page, both: &Both, id: u64) -> Option<String> {
    let [one, other] = in_turn(both);
    let mut minted = page.mint(&one.public, id, LIFE, false).await;
    if minted.as_ref().is_err_and(is_refused) {
        minted = page.mint(&other.public, id, LIFE, false).await;
    }
    minted.ok()?.token
}

async fn revoke(page: &Page, both: &Both, fields: &[(&str, &str)]) -> Result<u16, Failure> {
    let [one, other] = in_turn(both);
    let status = page.revoke(&one.public, fields).await;
    if status.as_ref().is_err_and(is_refused) {
        return page.revoke(&other.public, fields).await;
    }
    status
}

/// Both, in an order that differs.
fn in_turn(both: &Both) -> [Arc<Instance>; 2] {
    let mut both = locked(both).clone();
    if random::below(2) == 0 {
        both.reverse();
    }
    both
}

fn is_refused(failure: &Failure) -> bool {
    let error = failure.downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

fn note(named: &Book, page: &Page, id: u64, is_given: bool) {
    locked(named).push(Named {
        wanted: wanted(&page.session, id, LIFE),
        is_given,
        accepted_at: Instant::now(),
    });
}
