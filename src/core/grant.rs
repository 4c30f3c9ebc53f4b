//! One grant: its token, its request under way, who waits for it.

use super::ending::Ending;
use super::error::Error;
use super::key::GrantKey;
use super::names::{CallerId, Generation};
use super::pace::Name;
use super::state::{State, Status, TokenState};
use super::time::{Due, Millis, Moment};
use super::token::Token;

/// After this many failures in a row callers are told at once. The first
/// failure is kept from them: one lost packet should not blank a preview.
pub const PATIENCE: u32 = 2;

/// Once the resource has refused a token, for so long no other one is dropped for
/// the same reason: 30 seconds. What refuses a token that is seconds old refuses
/// the next one, too.
pub const REFUSAL_HOLD: Millis = Millis(30_000);

/// A request under way.
#[derive(Clone, Debug)]
pub(crate) struct Flight {
    pub(crate) generation: Generation,
    pub(crate) started: Moment,
    pub(crate) due: Due,
}

/// Somebody who waits for a token.
#[derive(Clone, Debug)]
pub(crate) struct Waiter {
    pub(crate) caller: CallerId,
    pub(crate) timeout: Millis,
    pub(crate) due: Due,
    /// Its time-out was put off once, since the page had been asleep.
    pub(crate) excused: bool,
}

/// What has failed, and when it may be tried again. Boxed: most grants have no trouble,
/// and keep no room for it.
#[derive(Debug)]
pub(crate) struct Trouble {
    /// Failures in a row.
    pub(crate) failures: u32,
    /// The last one.
    pub(crate) error: Option<Error>,
    /// No request before this; [`Due::NEVER`]: nothing stands against one.
    pub(crate) retry_at: Due,
    /// Nor one that only the clock wants before this.
    pub(crate) refresh_at: Due,
    /// Nor any before this, though the network is back.
    pub(crate) retry_floor: Due,
    /// How many answers of a row were not the backend's, and when the first came.
    pub(crate) foreign: Option<(u32, Moment)>,
}

impl Trouble {
    const NONE: Self = Self {
        failures: 0,
        error: None,
        retry_at: Due::NEVER,
        refresh_at: Due::PAST,
        retry_floor: Due::PAST,
        foreign: None,
    };
}

#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) key: GrantKey,
    pub(crate) name: Name,
    /// The token that callers get.
    pub(crate) current: Option<Box<Token>>,
    /// Tokens that callers no longer get and that may still be alive: viewers
    /// hold on to the string they were given.
    #[expect(
        clippy::vec_box,
        reason = "tokens move between here and `current` unopened"
    )]
    pub(crate) superseded: Vec<Box<Token>>,
    pub(crate) flight: Option<Box<Flight>>,
    pub(crate) waiters: Vec<Waiter>,
    /// Since the last success.
    pub(crate) trouble: Option<Box<Trouble>>,
    /// Until then no other token is dropped because the resource refused it.
    pub(crate) refusal_mark: Due,
    /// It did refuse another one, which the app was told.
    pub(crate) told_refused: bool,
    /// No request at all until the app says otherwise; see [`Grant::error`].
    pub(crate) stopped: bool,
    /// A request was begun anew once, since the page had been asleep.
    pub(crate) excused: bool,
    /// Asked for since the last token arrived.
    pub(crate) used: bool,
    /// Asked for since the app ended what there was.
    pub(crate) asked: bool,
    /// Tokens of requests up to this one were ended by the app itself.
    pub(crate) ended: Generation,
    /// For the choice of the least recently used.
    pub(crate) last_used: u32,
}

impl Grant {
    pub(crate) fn new(key: GrantKey, name: Name) -> Self {
        Self {
            key,
            name,
            current: None,
            superseded: Vec::new(),
            flight: None,
            waiters: Vec::new(),
            trouble: None,
            refusal_mark: Due::PAST,
            told_refused: false,
            stopped: false,
            excused: false,
            used: false,
            asked: false,
            ended: Generation(0),
            last_used: 0,
        }
    }

    /// Whether a token or a request is left to lose.
    pub(crate) fn has_anything(&self) -> bool {
        self.flight.is_some() || self.current.is_some() || !self.superseded.is_empty()
    }

    pub(crate) fn usable(&self, min_ttl: Millis, now: Moment) -> Option<&Token> {
        self.current
            .as_deref()
            .filter(|token| token.is_usable(min_ttl, now))
    }

    /// Why a caller who is ready to wait for `patience` is not let wait.
    pub(crate) fn turned_away(&self, patience: Millis, now: Moment) -> Option<Error> {
        let trouble = self.trouble.as_deref()?;
        let error = trouble.error?;
        if self.stopped {
            return Some(error);
        }
        let wait = self.cooling(now).filter(|_| self.flight.is_none())?;
        (trouble.failures >= PATIENCE || wait >= patience).then_some(Error {
            retry_after: Some(wait),
            ..error
        })
    }

    /// How long the back-off still lasts.
    pub(crate) fn cooling(&self, now: Moment) -> Option<Millis> {
        let due = self.retry_at();
        (due != Due::NEVER && !due.reached(now)).then(|| due.remaining(now))
    }

    /// Whether a new token was refused like the one before, not long ago.
    pub(crate) fn is_refused_again(&self, now: Moment) -> bool {
        self.told_refused && !self.refusal_mark.reached(now)
    }

    /// Whether a request may go out as far as the grant itself is concerned.
    pub(crate) fn may_request(&self, now: Moment) -> bool {
        self.flight.is_none() && !self.stopped && self.cooling(now).is_none()
    }

    /// Whether a request is wanted: by somebody who waits, or by the clock.
    pub(crate) fn wants_request(&self, visible: bool, now: Moment) -> bool {
        !self.waiters.is_empty()
            || self.current.as_ref().is_some_and(|token| {
                self.is_refresh_due(token, now)
                    && !token.expired_at.reached(now)
                    && self.is_kept_warm(visible, token)
            })
    }

    /// Whether the held token has passed its refresh point, and it is time to try again if
    /// that has failed.
    pub(crate) fn is_refresh_due(&self, token: &Token, now: Moment) -> bool {
        let trouble = self.trouble.as_ref();
        token.refresh_at.reached(now) && trouble.is_none_or(|one| one.refresh_at.reached(now))
    }

    /// When the clock has something to do here; while it `rests`, no request is planned.
    pub(crate) fn next_due(&self, visible: bool, rests: bool) -> Due {
        let mut due = Due::NEVER;
        let mut retry_at = self.retry_at();
        let mut retry_wanted = !self.waiters.is_empty();
        if let Some(token) = &self.current {
            due = token.expired_at;
            if !token.told_expiring {
                due = due.earliest(token.refresh_at);
            } else if let Some(trouble) = self.trouble.as_ref().filter(|_| !retry_wanted) {
                retry_at = retry_at.latest(trouble.refresh_at);
                retry_wanted = self.is_kept_warm(visible, token);
            }
        }
        if let Some(flight) = &self.flight {
            due = due.earliest(flight.due);
        } else if retry_wanted && !rests && !self.stopped {
            due = due.earliest(retry_at);
        }
        for waiter in &self.waiters {
            due = due.earliest(waiter.due);
        }
        for token in &self.superseded {
            due = due.earliest(token.dead_at());
        }
        due
    }

    pub(crate) fn trouble(&mut self) -> &mut Trouble {
        self.trouble.get_or_insert_with(|| Box::new(Trouble::NONE))
    }

    /// The last failure since the last success.
    pub(crate) fn error(&self) -> Option<Error> {
        self.trouble.as_ref()?.error
    }

    fn retry_at(&self) -> Due {
        let trouble = self.trouble.as_ref();
        trouble.map_or(Due::NEVER, |trouble| trouble.retry_at)
    }

    /// From here on nothing is requested until the app says so.
    pub(crate) fn stop(&mut self, error: Error) {
        self.stopped = true;
        self.trouble().error = Some(error);
    }

    /// Takes every token.
    pub(crate) fn take_tokens(&mut self, endings: &mut Vec<Ending>) -> bool {
        let before = endings.len();
        endings.extend(self.superseded.drain(..).map(Ending::from));
        endings.extend(self.current.take().map(Ending::from));
        endings.len() > before
    }

    /// Takes the token that a request brought, or the request, if it is here.
    pub(crate) fn take_one(&mut self, generation: Generation) -> Option<Ending> {
        if self
            .flight
            .take_if(|one| one.generation == generation)
            .is_some()
        {
            return Some(Ending::of_request(generation, true));
        }
        let current = self.current.take_if(|one| one.generation == generation);
        let token = current.or_else(|| {
            let mut all = self.superseded.iter();
            let place = all.position(|one| one.generation == generation)?;
            Some(self.superseded.remove(place))
        });
        token.map(Ending::from)
    }

    /// Another page life, or another user: nothing that was refused says anything now.
    pub(crate) fn begin_anew(&mut self) {
        self.forget_failures();
        self.refusal_mark = Due::PAST;
        self.told_refused = false;
    }

    pub(crate) fn forget_failures(&mut self) {
        self.trouble = None;
        self.stopped = false;
        self.excused = false;
    }

    pub(crate) fn state(&self, now: Moment) -> State {
        let held = self.usable(Millis(0), now);
        let status = match (held, &self.flight) {
            (Some(_), Some(_)) => Status::Refreshing,
            (Some(_), None) => Status::Valid,
            (None, Some(_)) => Status::Fetching,
            (None, None) if self.stopped => Status::Stopped,
            (None, None) if self.cooling(now).is_some() => Status::Waiting,
            (None, None) => Status::Empty,
        };
        State {
            status,
            token: held.map(|token| TokenState {
                generation: token.generation,
                age: now.since(token.born),
                refresh_in: token.refresh_at.remaining(now),
                expires_in: token.dead_at().remaining(now),
            }),
            error: self.error(),
        }
    }

    /// A hidden page keeps only what is used; a visible one keeps what is
    /// there, unless it lives for so short that this would be polling.
    fn is_kept_warm(&self, visible: bool, token: &Token) -> bool {
        self.used || (visible && token.is_worth_keeping_warm())
    }
}
