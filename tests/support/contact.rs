//! What a page knows of its lease: when the backend has certainly heard of it.

use downscope::core::{
    ASSUMED_TERM, Code, Error, Failure, LEASE_GAP, Millis, Moment, RequestId, Terms,
};

use super::{Kept, ensure};

/// Kept for one page life.
#[derive(Debug)]
pub(crate) struct Contact {
    under_way: Option<(RequestId, Moment)>,
    last_sent: Option<Moment>,
    term: Term,
    /// From when it was heard, and how long that is good for; each alone will do.
    heard: Vec<(Moment, Millis)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Term {
    /// The backend has not said yet.
    Assumed,
    /// There is none.
    None,
    Told(Millis),
}

impl Default for Contact {
    fn default() -> Self {
        Self {
            under_way: None,
            last_sent: None,
            term: Term::Assumed,
            heard: Vec::new(),
        }
    }
}

impl Contact {
    pub(crate) fn under_way(&self) -> Option<RequestId> {
        self.under_way.map(|(request, _)| request)
    }

    /// Whether the backend may have let go of whatever it minted.
    pub(crate) fn has_ended(&self, now: Moment) -> bool {
        let lives = |&(sent, good_for): &(Moment, Millis)| now.since(sent) < good_for;
        !self.heard.is_empty() && !self.heard.iter().any(lives)
    }

    /// How long until the backend may let go, if it is not heard of any more.
    pub(crate) fn left(&self, now: Moment) -> Option<Millis> {
        let left = |&(sent, good_for): &(Moment, Millis)| good_for - now.since(sent);
        self.heard.iter().map(left).max()
    }

    /// A token request that was sent then has been answered.
    pub(crate) fn heard(&mut self, sent: Moment) {
        match self.term {
            Term::Assumed => self.heard.push((sent, ASSUMED_TERM)),
            Term::None => {}
            Term::Told(term) => self.heard.push((sent, term)),
        }
    }

    pub(crate) fn answered(
        &mut self,
        request: RequestId,
        answer: Result<Terms, Failure>,
        now: Moment,
    ) {
        let Some((_, sent)) = self.under_way.take_if(|(one, _)| *one == request) else {
            return;
        };
        let lapsed = self.has_ended(now);
        match answer {
            Ok(Terms { held, term, .. }) => {
                self.heard.clear();
                self.term = term.map_or(Term::None, Term::Told);
                // An answer that comes too late brings nothing back.
                if let Some(term) = term.filter(|_| !lapsed) {
                    self.heard.push((sent, held.min(now.since(sent)) + term));
                }
            }
            Err(failure) => {
                let error = Error::from(failure);
                let refused = error.is_terminal() && error.code != Code::LoginRequired;
                let over = refused || error.code == Code::InvalidResponse;
                if over && self.term == Term::Assumed {
                    self.term = Term::None;
                    self.heard.clear();
                }
            }
        }
    }

    pub(crate) fn send(&mut self, request: RequestId, now: Moment) -> Kept {
        let other = self.under_way.replace((request, now));
        ensure!(other.is_none(), "{request:?} is requested beside {other:?}");
        let gap = self.last_sent.map(|last| now.since(last));
        ensure!(
            gap.is_none_or(|gap| gap >= LEASE_GAP),
            "{request:?} follows the last lease request after {gap:?}"
        );
        self.last_sent = Some(now);
        Ok(())
    }

    /// The term has passed.
    pub(crate) fn begin_anew(&mut self) {
        self.heard.clear();
    }

    pub(crate) fn abort(&mut self, request: RequestId) -> Kept {
        let aborted = self.under_way.take();
        ensure!(
            aborted.map(|(one, _)| one) == Some(request),
            "{request:?} is aborted and not under way"
        );
        Ok(())
    }
}
