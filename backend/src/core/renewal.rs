//! A lease request, from its arrival to its answer.
//!
//! A page that dies of a crash, a killed process or a lost network sends nothing.
//! So it says every now and then that it lives, and silence is what ends its tokens.
//! A connection proves nothing: one that drops may belong to a page that lives, and
//! one that stands to a machine without power. So a term is counted from requests that
//! came and from held requests that were answered.

use super::answer::LeaseAnswer;
use super::heartbeat::{Heard, Heartbeat, Say, Sign};
use super::lease::LeaseTerms;
use super::limits::Limits;
use super::names::{Owner, Reason};
use super::push::{Pushes, Word};
use super::recall::Recall;
use super::refusal::Refusal;
use super::requests::LeaseRequest;
use super::time::Millis;
use super::withdraw::Withdraw;

/// How often a word is decided on anew because another request has changed what it goes by.
const MOST_TURNS: u32 = 5;

/// How leases are kept here.
#[derive(Clone, Copy, Debug)]
pub struct Renewing {
    /// How long is what.
    pub terms: LeaseTerms,
    /// The bounds.
    pub limits: Limits,
}

/// A lease request under way.
#[derive(Debug)]
pub struct Renewal {
    request: LeaseRequest,
    owner: Owner,
    renewing: Renewing,
    /// Names what is said for the first time.
    fresh: String,
    /// Whether there is room for one more held request.
    has_room: bool,
    has_asked: bool,
    has_signed_out: bool,
    is_first: bool,
    turns: u32,
    held: Option<Millis>,
    word: Option<Word>,
}

/// What came of the step before. `None`: the store did not answer.
#[derive(Debug)]
pub enum RenewalEvent {
    /// Nothing came before.
    Start,
    /// The term has begun anew, or not.
    Heard(Option<Heard>),
    /// Whether the sign-in that was asked about has ended.
    HasEnded(bool),
    /// Whether what is said was noted.
    Said(Option<bool>),
    /// What was minted meanwhile is due, or the store did not answer.
    Withdrawn(bool),
    /// It was not held: others have taken the room since this one began.
    NoRoom,
    /// It was held, until there was something to say or it was long enough.
    Held {
        /// For so long.
        held: Millis,
        /// Whether the sign-in that sent it has ended meanwhile.
        has_signed_out: bool,
    },
}

/// What to do next.
#[derive(Debug)]
pub enum RenewalStep {
    /// Begin the term anew.
    Heartbeat(Box<Heartbeat>),
    /// Find out whether this sign-in has ended.
    AskWhetherEnded(Owner),
    /// Note what is said.
    Say(Say),
    /// Make due what was minted before the page hears the word.
    Withdraw(Box<Withdraw>),
    /// Hold the request: until there is something to say to this page life, for this long at the most.
    Hold(Millis),
    /// Answer.
    Done(Result<LeaseAnswer, Refusal>),
}

impl Renewal {
    /// A request that has passed every check. `fresh` is random: no word of another
    /// instance or of before a restart is to be taken for it.
    pub const fn new(
        request: LeaseRequest,
        owner: Owner,
        renewing: Renewing,
        fresh: String,
        has_room: bool,
    ) -> Self {
        Self {
            request,
            owner,
            renewing,
            fresh,
            has_room,
            has_asked: false,
            has_signed_out: false,
            is_first: false,
            turns: 0,
            held: None,
            word: None,
        }
    }

    /// Takes the next step.
    pub fn next(&mut self, event: RenewalEvent) -> RenewalStep {
        match event {
            RenewalEvent::Start => self.heartbeat(false),
            RenewalEvent::HasEnded(true) => self.heartbeat(true),
            RenewalEvent::HasEnded(false) => refuse(Refusal::invalid_request(
                "`session` is in use by somebody else.",
            )),
            RenewalEvent::Heard(heard) => self.heard(heard),
            RenewalEvent::Said(None) | RenewalEvent::Withdrawn(false) => {
                refuse(Refusal::no_store())
            }
            // Another request of this page life was quicker: what is said goes by a new state.
            RenewalEvent::Said(Some(false)) => {
                self.word = None;
                self.heartbeat(false)
            }
            RenewalEvent::Said(Some(true)) => self.said(),
            RenewalEvent::Withdrawn(true) => self.answer(),
            RenewalEvent::NoRoom => {
                self.has_room = false;
                self.answer()
            }
            RenewalEvent::Held {
                held,
                has_signed_out,
            } => {
                self.held = Some(held);
                self.has_signed_out = has_signed_out;
                self.heartbeat(false)
            }
        }
    }

    fn heartbeat(&mut self, takes_over: bool) -> RenewalStep {
        self.turns += 1;
        if self.turns > MOST_TURNS {
            return refuse(Refusal::no_store());
        }
        RenewalStep::Heartbeat(Box::new(Heartbeat {
            session: self.request.session.clone(),
            owner: self.owner.clone(),
            takes_over,
            term: self.renewing.terms.term,
            sign: match self.held {
                None => Sign::Begins,
                Some(_) if self.has_signed_out => Sign::Looks,
                Some(_) => Sign::Renews,
            },
            limits: self.renewing.limits,
        }))
    }

    fn heard(&mut self, heard: Option<Heard>) -> RenewalStep {
        let Some(heard) = heard else {
            return refuse(Refusal::no_store());
        };
        match heard {
            // It ended while the request was held, and stays ended: the page begins anew.
            Heard::Ended => self.answer(),
            Heard::Full => refuse(Refusal::temporarily_unavailable(
                "Too many pages are open.",
                None,
            )),
            // It has passed on while the request was held: nothing of it is for this one.
            Heard::NotYours { .. } if self.held.is_some() => self.answer(),
            Heard::NotYours { .. } if self.has_asked => refuse(Refusal::temporarily_unavailable(
                "The page life is passing from one sign-in to the next.",
                None,
            )),
            Heard::NotYours { owner } => {
                self.has_asked = true;
                RenewalStep::AskWhetherEnded(owner)
            }
            // It has not passed on, so there is nobody to hear.
            Heard::Renewed { .. } if self.has_signed_out => refuse(Refusal::login_required()),
            Heard::Renewed {
                is_first,
                said,
                recalls,
                version,
            } => self.renewed(is_first, &said, &recalls, version),
        }
    }

    fn renewed(
        &mut self,
        is_first: bool,
        said: &str,
        recalls: &[String],
        version: u64,
    ) -> RenewalStep {
        let new = recalls
            .iter()
            .filter_map(|text| Recall::parse(&serde_json::from_str(text).ok()?))
            .reduce(Recall::and);
        self.is_first = is_first;
        let mut pushes = Pushes::parse(said);
        self.word = pushes.say(self.request.heard.as_deref(), new, &self.fresh);
        let says = pushes.to_text();
        if says != said || !recalls.is_empty() {
            return RenewalStep::Say(Say {
                session: self.request.session.clone(),
                version,
                said: says,
                recalls: u32::try_from(recalls.len()).unwrap_or(u32::MAX),
            });
        }
        self.hold_or_answer()
    }

    fn hold_or_answer(&mut self) -> RenewalStep {
        // The page learns the term from its first answer, so that one is not held.
        if self.word.is_none() && !self.is_first && self.has_room && self.held.is_none() {
            return RenewalStep::Hold(self.renewing.terms.hold);
        }
        self.answer()
    }

    fn said(&mut self) -> RenewalStep {
        let is_everything = self
            .word
            .as_ref()
            .is_some_and(|word| word.recall.is_everything());
        if !is_everything {
            return self.hold_or_answer();
        }
        // The word has waited for this request: what was minted meanwhile goes with the
        // rest. What the page asks for once it has heard is not meant, so nothing is
        // remembered of it.
        RenewalStep::Withdraw(Box::new(Withdraw {
            session: Some(self.request.session.clone()),
            whole_session: true,
            reason: Some(Reason::Recalled),
            limits: Limits {
                tombstone: 0,
                ..self.renewing.limits
            },
            ..Withdraw::default()
        }))
    }

    fn answer(&mut self) -> RenewalStep {
        let terms = self.renewing.terms;
        RenewalStep::Done(Ok(LeaseAnswer {
            renew_in: if self.has_room { 0 } else { terms.hold },
            held: self.held.unwrap_or(0),
            term: terms.term,
            push: self.word.take(),
        }))
    }
}

const fn refuse(refusal: Refusal) -> RenewalStep {
    RenewalStep::Done(Err(refusal))
}
