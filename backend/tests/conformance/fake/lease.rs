//! How it keeps leases.

use std::{collections::btree_map::Entry, sync::Arc, time::Duration};

use downscope_backend::core::LeaseRequest;
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::{App, TERM, reply::Reply};
use crate::flaw::Flaw;

const HOLD: Duration = Duration::from_millis(400);

pub(super) struct Lease {
    ends_at: Instant,
    /// Whether the page has learnt the term.
    is_told: bool,
    /// What is said until it is heard: the word, and how often more.
    said: Option<(String, u32)>,
}

impl App {
    /// Hears a page life, unless it belongs to somebody else.
    pub(super) fn hear(&self, session: &str, cookie: &str) -> bool {
        if !self.has(Flaw::RevivesWhatIsLate) {
            self.end_silent();
        }
        let mut state = self.lock();
        let owner = state.owners.entry(session.to_owned());
        let is_owner = owner.or_insert_with(|| cookie.to_owned()) == cookie;
        if !is_owner && !self.has(Flaw::RenewsForAnybody) {
            return false;
        }
        let ends_at = Instant::now() + TERM;
        let lease = state.leases.entry(session.to_owned());
        let is_new = matches!(lease, Entry::Vacant(_));
        let lease = lease.or_insert(Lease {
            ends_at,
            is_told: false,
            said: None,
        });
        if is_new || !self.has(Flaw::NeverRenews) {
            lease.ends_at = ends_at;
        }
        true
    }

    pub(super) async fn renew(self: &Arc<Self>, request: LeaseRequest, cookie: &str) -> Reply {
        let session = request.session.as_str();
        if !self.hear(session, cookie) {
            return Reply::error(400, "invalid_request");
        }
        let is_first = {
            let mut state = self.lock();
            let lease = state.leases.get_mut(session);
            lease.is_some_and(|lease| !std::mem::replace(&mut lease.is_told, true))
        };
        let word = self.word(session, request.heard.as_deref());
        let mut answer = json!({ "renew_in": 0, "term": TERM.as_secs_f64() });
        if self.has(Flaw::RenewsAfterTheTerm) {
            answer["renew_in"] = json!(1_000);
        }
        match word {
            Some(word) => {
                answer["revoke"] = json!("all");
                answer["word"] = json!(word);
            }
            None if is_first && self.has(Flaw::HoldsTheFirst) => answer["held"] = json!(3),
            None if !is_first => {
                sleep(HOLD).await;
                answer["held"] = json!(HOLD.as_secs_f64());
                if self.has(Flaw::OverstatesItsHold) {
                    answer["held"] = json!(5);
                }
                if !self.hear(session, cookie) {
                    return Reply::error(400, "invalid_request");
                }
            }
            None => {}
        }
        Reply::ok(answer)
    }

    /// Ends what has fallen silent.
    pub(super) fn end_silent(&self) {
        let now = Instant::now();
        let mut state = self.lock();
        if self.has(Flaw::NeverLapses) {
            return;
        }
        let late = if self.has(Flaw::RevivesWhatIsLate) {
            // Long after a page that comes too late has come.
            TERM
        } else {
            Duration::ZERO
        };
        let is_silent = |lease: &Lease| lease.ends_at + late <= now;
        let silent = state.leases.iter().filter(|(_, lease)| is_silent(lease));
        let silent: Vec<_> = silent.map(|(session, _)| session.clone()).collect();
        for session in silent {
            state.leases.remove(&session);
            state.end_all(&session);
        }
    }

    /// What is said, if anything.
    fn word(&self, session: &str, heard: Option<&str>) -> Option<String> {
        let recalls = std::fs::read_to_string(&self.recalls).unwrap_or_default();
        let count = recalls.lines().filter(|line| *line == session).count();
        let mut state = self.lock();
        let before = state.recalled.insert(session.to_owned(), count);
        let is_recalled = count > before.unwrap_or(0);
        if is_recalled {
            state.end_all(session);
        }
        let lease = state.leases.get_mut(session)?;
        if is_recalled {
            lease.said = Some((format!("word-{count}"), 4));
        }
        let (word, left) = lease.said.clone()?;
        let is_heard = heard == Some(word.as_str());
        if is_heard || left == 0 {
            lease.said = None;
            return None;
        }
        let left = if self.has(Flaw::SaysItOnce) {
            0
        } else {
            left - 1
        };
        lease.said = Some((word.clone(), left));
        Some(word)
    }
}
