//! A token request, from its arrival to its answer.
//!
//! The order is what keeps every token on record: first the request is entered, then
//! its token is minted, then the token is entered, and only then is it given out. Where
//! the last but one fails, nobody has seen the token, and it is ended at once.

mod done;

pub use self::done::MintDone;
use super::answer::TokenAnswer;
use super::begin::{Admit, Admitted, Begin, Begun};
use super::minting::{Chance, Handles, Minting};
use super::names::{Owner, RequestName};
use super::record;
use super::refusal::Refusal;
use super::requests::TokenRequest;
use super::seal::{KeyRing, Purpose, SealedHandle};
use super::secret::{Fingerprint, Secret};
use super::time::Millis;
use super::upstream::{Exchange, Minted, UpstreamError};

/// How long a request waits that came a second time while its token is being minted.
const MINTING_AGAIN: u64 = 1;

/// A token request under way.
#[derive(Debug)]
pub struct Mint {
    request: TokenRequest,
    owner: Owner,
    subject: Option<Secret>,
    minting: Minting,
    ring: KeyRing,
    chance: Chance,
    has_asked: bool,
    minted: Option<(Minted, Option<Secret>)>,
    /// What is asked of the store once more where it has not answered.
    once_more: Option<Box<Admit>>,
}

/// What came of the step before.
#[derive(Debug)]
pub enum MintEvent {
    /// Nothing came before.
    Start,
    /// The request was entered, or not. `None`: the store did not answer.
    Began(Option<Begun>),
    /// The request was entered, and its owner recalled since it was asked who they are.
    Recalled,
    /// Whether the sign-in that was asked about has ended.
    HasEnded(bool),
    /// The authorization server has answered.
    Exchanged(Result<Minted, UpstreamError>),
    /// The token was entered, or not. `None`: the store did not answer.
    Admitted(Option<Admitted>),
}

/// What to do next.
#[derive(Debug)]
pub enum MintStep {
    /// Enter the request.
    Begin(Box<Begin>),
    /// Find out whether this sign-in has ended.
    AskWhetherEnded(Owner),
    /// Have a token minted. To be finished though the page has gone.
    Exchange(Exchange),
    /// Enter the token; once more where the store has not answered, since it may be entered.
    Admit(Box<Admit>),
    /// Answer.
    Done(Box<MintDone>),
}

impl Mint {
    /// A request that has passed every check.
    pub fn new(
        request: TokenRequest,
        owner: Owner,
        subject: Option<Secret>,
        minting: Minting,
        ring: KeyRing,
        chance: Chance,
    ) -> Self {
        Self {
            request,
            owner,
            subject,
            minting,
            ring,
            chance,
            has_asked: false,
            minted: None,
            once_more: None,
        }
    }

    /// The request.
    pub const fn name(&self) -> &RequestName {
        &self.request.name
    }

    /// The token that was minted, with its life, for the audit.
    pub fn minted(&self) -> Option<(&Minted, Millis)> {
        let (minted, _) = self.minted.as_ref()?;
        Some((minted, self.life(minted)))
    }

    /// Takes the next step.
    pub fn next(&mut self, event: MintEvent) -> MintStep {
        match event {
            MintEvent::Start => self.start(),
            MintEvent::Began(begun) => self.began(begun),
            MintEvent::Recalled => done(MintDone {
                abandoned: Some((self.key(), 0)),
                ..MintDone::answered(Err(Refusal::withdrawn()))
            }),
            MintEvent::HasEnded(true) => self.begin(true),
            MintEvent::HasEnded(false) => refused(Refusal::invalid_request(
                "`session` is in use by somebody else.",
            )),
            MintEvent::Exchanged(Ok(minted)) => self.admit(minted),
            MintEvent::Exchanged(Err(error)) => done(MintDone {
                abandoned: Some((self.key(), self.lost(error))),
                ..MintDone::answered(Err(error.into()))
            }),
            MintEvent::Admitted(admitted) => self.admitted(admitted),
        }
    }

    fn start(&mut self) -> MintStep {
        if self.minting.require_lease && !self.request.lease {
            let refusal = "This backend gives tokens to pages that keep a lease.";
            return refused(Refusal::invalid_request(refusal));
        }
        self.begin(false)
    }

    fn begin(&self, takes_over: bool) -> MintStep {
        let asks_for = [&self.request.resource, " ", &self.request.scopes.join(" ")].concat();
        MintStep::Begin(Box::new(Begin {
            name: self.request.name.clone(),
            key: self.key(),
            owner: self.owner.clone(),
            asks_for: Fingerprint::of(asks_for),
            lease: self.request.lease.then_some(self.minting.lease.term),
            takes_over,
            limits: self.minting.limits,
        }))
    }

    fn began(&mut self, begun: Option<Begun>) -> MintStep {
        let Some(begun) = begun else {
            return refused(Refusal::no_store());
        };
        match begun {
            Begun::Begun => MintStep::Exchange(Exchange {
                resource: self.request.resource.clone(),
                scope: self.request.scopes.join(" "),
                subject: self.subject.clone(),
            }),
            Begun::Full => refused(Refusal::temporarily_unavailable(
                "Too many tokens are out already.",
                None,
            )),
            Begun::Minted {
                sealed,
                key,
                expires_in,
            } => match self.again(&sealed, &key, expires_in) {
                Some(answer) => done(MintDone::answered(Ok(answer))),
                None => refused(Refusal::server_error("A key is missing from the ring.")),
            },
            Begun::Minting => refused(Refusal::temporarily_unavailable(
                "The token is being minted.",
                Some(MINTING_AGAIN),
            )),
            Begun::Mismatch => {
                refused(Refusal::invalid_request("`id` is that of another request."))
            }
            Begun::NotYours { .. } if self.has_asked => refused(Refusal::temporarily_unavailable(
                "The page life is passing from one sign-in to the next.",
                Some(MINTING_AGAIN),
            )),
            Begun::NotYours { owner } => {
                self.has_asked = true;
                MintStep::AskWhetherEnded(owner)
            }
            Begun::Withdrawn => refused(Refusal::withdrawn()),
        }
    }

    /// The answer of before, for a request that came twice.
    fn again(&self, sealed: &[u8], key: &str, expires_in: Millis) -> Option<TokenAnswer> {
        let plain = self.ring.open(Purpose::Record(key), sealed)?;
        record::read(&plain, expires_in)
    }

    fn admit(&mut self, minted: Minted) -> MintStep {
        let life = self.life(&minted);
        let [for_record, for_handle] = self.chance.nonces;
        let handle = match self.minting.handles {
            Handles::None => None,
            Handles::Short => Some(self.chance.handle.clone()),
            Handles::Sealed => {
                let handle = SealedHandle {
                    token: minted.token.clone(),
                    session: self.request.name.session.clone(),
                    expires_at: self.chance.unix_now.saturating_add(life.div_ceil(1_000)),
                };
                Some(self.ring.seal_handle(for_handle, &handle))
            }
        };
        let plain = record::write(&minted, handle.as_ref());
        let key = self.key();
        let admit = Box::new(Admit {
            name: self.request.name.clone(),
            token: minted.token.fingerprint(),
            handle: handle.as_ref().map(Secret::fingerprint),
            sealed: self.ring.seal(Purpose::Record(&key), for_record, &plain),
            expires_in: life,
            key,
        });
        self.minted = Some((minted, handle));
        self.once_more = Some(admit.clone());
        MintStep::Admit(admit)
    }

    fn admitted(&mut self, admitted: Option<Admitted>) -> MintStep {
        let once_more = self.once_more.take();
        if let Some(admit) = once_more.filter(|_| admitted.is_none()) {
            return MintStep::Admit(admit);
        }
        let Some((minted, handle)) = &self.minted else {
            return refused(Refusal::server_error("The request failed."));
        };
        match admitted {
            Some(Admitted::Live) => done(MintDone::answered(Ok(TokenAnswer {
                token: minted.token.clone(),
                expires_in: minted.expires_in,
                scope: minted.scope.clone(),
                restricted_to: minted.restricted_to.clone(),
                handle: handle.clone(),
            }))),
            Some(Admitted::Due) => done(MintDone {
                has_made_due: true,
                ..MintDone::answered(Err(Refusal::withdrawn()))
            }),
            None => done(MintDone {
                orphan: Some((minted.token.clone(), self.life(minted))),
                ..MintDone::answered(Err(Refusal::no_store()))
            }),
        }
    }

    /// For how long a token may be alive that came to nobody.
    const fn lost(&self, error: UpstreamError) -> Millis {
        if error.may_have_minted() {
            self.minting.limits.longest_life
        } else {
            0
        }
    }

    fn life(&self, minted: &Minted) -> Millis {
        let told = minted
            .expires_in
            .map(|seconds| seconds.saturating_mul(1_000));
        told.unwrap_or(self.minting.untold_life)
    }

    fn key(&self) -> String {
        self.chance.key.expose().to_owned()
    }
}

fn refused(refusal: Refusal) -> MintStep {
    done(MintDone::answered(Err(refusal)))
}

fn done(done: MintDone) -> MintStep {
    MintStep::Done(Box::new(done))
}

#[cfg(test)]
mod tests;
