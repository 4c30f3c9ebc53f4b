//! Ends tokens that no client is left to revoke: of pages that died, of requests
//! that were withdrawn. Nobody would repeat the request, so the repeating is done here.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use futures_util::{StreamExt, stream};

use super::{Backend, Reason, issued::Named, revoke};
use crate::secret::Secret;

const AGAIN: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
];
/// How many calls to the upstream are under way at a time.
const AT_ONCE: usize = 8;

/// Ends what was minted for page lives that are silent for too long, as long as
/// there is a backend.
pub async fn watch_leases(backend: Weak<Backend>) {
    while let Some(backend) = backend.upgrade() {
        lapsed(&backend);
        // A lease that begins while this sleeps ends after it: nothing need wake it.
        let wait = backend.leases.until_next_end();
        drop(backend);
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }
}

/// Ends what was minted for the page lives whose term is over by now.
pub(super) fn lapsed(backend: &Arc<Backend>) {
    let sessions = backend.leases.take_lapsed();
    end(backend, sessions, Reason::Lapsed);
}

/// Ends what was minted, and what is being minted, for one page life.
pub(super) fn session(backend: &Arc<Backend>, session: &str, reason: Reason) {
    end(backend, vec![session.to_owned()], reason);
}

fn end(backend: &Arc<Backend>, sessions: Vec<String>, reason: Reason) {
    let whole = |session| Named {
        session: Some(session),
        whole_session: true,
        ..Named::default()
    };
    let found = sessions
        .into_iter()
        .flat_map(|session| backend.issued.find(whole(session), Some(reason)).known)
        .collect::<Vec<_>>();
    if !found.is_empty() {
        tokio::spawn(tokens(Arc::clone(backend), found, Some(reason)));
    }
}

/// Revokes each of `tokens`.
pub(super) async fn tokens(backend: Arc<Backend>, tokens: Vec<Secret>, reason: Option<Reason>) {
    let backend = &*backend;
    stream::iter(tokens)
        .for_each_concurrent(AT_ONCE, |token| async move {
            one(backend, &token, reason).await;
        })
        .await;
}

/// After the last try the token lives out its short life.
async fn one(backend: &Backend, token: &Secret, reason: Option<Reason>) {
    for wait in AGAIN {
        if revoke::at_upstream(backend, token, reason).await.is_ok() {
            return;
        }
        tokio::time::sleep(wait).await;
    }
    // Whatever comes of it, there is nobody to tell.
    _ = revoke::at_upstream(backend, token, reason).await;
}
