//! What a shell keeps book of, and the rules that hold whatever happens.

use std::collections::{BTreeMap, BTreeSet};

use downscope::core::{
    Batch, CallerId, Code, Config, Error, FLOOR, Generation, GrantId, Input, MAX_WAIT, Machine,
    Millis, Moment, Notice, Output, Page, REVOKE_ATTEMPTS, RevokeOutcome, Revoked, Sending,
};

use super::{Kept, ensure};

/// What a caller was told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Outcome {
    Rejected(Error),
    Resolved(Generation),
    Revoked(Revoked),
}

/// A request to the token endpoint, answered or not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request {
    pub(crate) grant: GrantId,
    pub(crate) sent: Moment,
    pub(crate) answered: bool,
}

/// A token, or rather what stands for it.
#[derive(Clone, Copy, Debug)]
struct Secret {
    born: Moment,
    /// From this age on it counts as expired.
    usable_for: Millis,
    weight: u32,
}

/// A revoke request that the page awaits.
#[derive(Debug)]
struct SentBatch {
    tokens: Vec<Generation>,
    attempts: u32,
    under_way: bool,
}

/// The other side of the machine's contract. Its fields are what a real shell
/// holds; what it demands is what would go wrong there.
#[derive(Debug)]
pub(crate) struct Shell {
    config: Config,
    pub(crate) requests: BTreeMap<Generation, Request>,
    pub(crate) answers: BTreeMap<CallerId, Outcome>,
    pub(crate) sessions: u32,
    pub(crate) away: bool,
    closed: bool,
    secrets: BTreeMap<Generation, Secret>,
    flights: BTreeMap<GrantId, Generation>,
    waiting: BTreeMap<CallerId, Option<GrantId>>,
    batches: BTreeMap<u32, SentBatch>,
    /// The lease request under way.
    pub(crate) lease: Option<Batch>,
    /// Refused by the resource, or named in a revoke.
    spent: BTreeSet<Generation>,
    gone: BTreeSet<GrantId>,
    failures: BTreeMap<GrantId, (Moment, Error)>,
}

impl Shell {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            config,
            requests: BTreeMap::new(),
            answers: BTreeMap::new(),
            sessions: 1,
            away: false,
            closed: false,
            secrets: BTreeMap::new(),
            flights: BTreeMap::new(),
            waiting: BTreeMap::new(),
            batches: BTreeMap::new(),
            lease: None,
            spent: BTreeSet::new(),
            gone: BTreeSet::new(),
            failures: BTreeMap::new(),
        }
    }

    /// The request under way for a grant.
    pub(crate) fn flight(&self, grant: GrantId) -> Option<Generation> {
        self.flights.get(&grant).copied()
    }

    /// Every request under way.
    pub(crate) fn flights(&self) -> impl Iterator<Item = Generation> {
        self.flights.values().copied()
    }

    pub(crate) fn holds(&self, generation: Generation) -> bool {
        self.secrets.contains_key(&generation)
    }

    pub(crate) fn secrets(&self) -> impl Iterator<Item = Generation> {
        self.secrets.keys().copied()
    }

    /// Bytes that it takes to name each token in a revoke.
    pub(crate) fn weights(&self) -> impl Iterator<Item = (Generation, u32)> {
        let weigh = |(&name, secret): (&Generation, &Secret)| (name, secret.weight);
        self.secrets.iter().map(weigh)
    }

    /// Neither tokens, nor requests, nor revokes that are awaited.
    pub(crate) fn keeps_nothing(&self) -> bool {
        self.secrets.is_empty() && self.flights.is_empty() && self.batches.is_empty()
    }

    pub(crate) const fn can_revoke(&self) -> bool {
        self.config.can_revoke
    }

    /// Who has not been answered yet, and which grant's token they wait for.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = (CallerId, Option<GrantId>)> {
        self.waiting.iter().map(|(&caller, &grant)| (caller, grant))
    }

    /// Revoke requests that want an answer.
    pub(crate) fn batches_under_way(&self) -> impl Iterator<Item = Batch> {
        let under_way = self.batches.iter().filter(|(_, batch)| batch.under_way);
        under_way.map(|(&number, _)| Batch(number))
    }

    /// Whether a grant gave way to others.
    pub(crate) fn is_gone(&self, grant: GrantId) -> bool {
        self.gone.contains(&grant)
    }

    /// How many things there are to keep book of.
    pub(crate) fn size(&self) -> usize {
        self.gone.len()
            + self.requests.len()
            + self.secrets.len()
            + self.waiting.len()
            + self.batches.len()
    }

    /// Writes down what is about to be reported to the machine.
    pub(crate) fn report(&mut self, input: &Input) {
        match *input {
            Input::Acquire { grant, caller, .. } => {
                self.waiting.insert(caller, Some(grant));
            }
            Input::Answered {
                grant,
                generation,
                answer,
            } => {
                if self.flight(grant) == Some(generation) {
                    self.flights.remove(&grant);
                }
                if let Some(request) = self.requests.get_mut(&generation)
                    && !request.answered
                {
                    request.answered = true;
                    if let Ok(issued) = answer {
                        let longest = self.config.max_age.unwrap_or(issued.lifetime);
                        let life = issued.lifetime.min(longest);
                        let secret = Secret {
                            born: request.sent,
                            usable_for: life - self.config.expiry_margin.min(life / 6),
                            weight: issued.weight,
                        };
                        self.secrets.insert(generation, secret);
                    }
                }
            }
            Input::Close { caller } => {
                self.closed = true;
                self.waiting.insert(caller, None);
            }
            Input::Page(event) => self.report_page(event),
            Input::Refused { grant, generation } => {
                if self
                    .requests
                    .get(&generation)
                    .is_some_and(|request| request.grant == grant)
                {
                    self.spent.insert(generation);
                }
            }
            Input::Resume => self.failures.clear(),
            Input::Revoke { caller, .. } => {
                self.waiting.insert(caller, None);
            }
            Input::RevokeAnswered { batch, outcome } => {
                if let Some(sent) = self.batches.get_mut(&batch.0) {
                    sent.under_way = false;
                    let again = matches!(outcome, RevokeOutcome::TryAgain(_));
                    if !again || sent.attempts == REVOKE_ATTEMPTS {
                        self.batches.remove(&batch.0);
                    }
                }
            }
            Input::Cancel { .. } => {}
            Input::LeaseAnswered { batch, .. } => {
                self.lease.take_if(|lease| *lease == batch);
            }
            Input::Recalled(_) => {}
        }
    }

    fn report_page(&mut self, event: Page) {
        match event {
            Page::Leaving { .. } | Page::Prerendering => self.away = true,
            Page::Shown => {
                if std::mem::take(&mut self.away) {
                    self.failures.clear();
                }
            }
            // What failed for want of a network may be tried at once.
            Page::Online => self
                .failures
                .retain(|_, (_, error)| !matches!(error.code, Code::Network | Code::Timeout)),
            Page::Hidden | Page::Visible => {}
        }
    }

    /// Does as it is told, if that can be done.
    pub(crate) fn carry_out(&mut self, output: &Output, now: Moment) -> Kept {
        match output {
            Output::AbortLease(batch) => self.abort_lease(*batch),
            Output::AbortRequest(generation) => self.abort(*generation),
            Output::Forget(generation) => self.forget(*generation),
            Output::Notify(grant, notice) => self.notify(*grant, *notice, now),
            Output::LeaseLost(_) | Output::TellOtherTabs => Ok(()),
            Output::RenewSession => {
                self.sessions += 1;
                self.lease = None;
                Ok(())
            }
            Output::Reject(caller, error) => self.tell(*caller, Outcome::Rejected(*error)),
            Output::RequestLease(batch) => self.send_lease(*batch),
            Output::RequestToken(grant, generation) => self.send(*grant, *generation, now),
            Output::Resolve(caller, generation) => {
                ensure!(!self.closed, "{caller:?} gets a token after close");
                self.check_usable(*generation, now)?;
                self.tell(*caller, Outcome::Resolved(*generation))
            }
            Output::Revoke {
                batch,
                sending,
                tokens,
                ..
            } => self.revoke(batch.0, *sending, tokens),
            Output::Revoked(caller, revoked) => self.tell(*caller, Outcome::Revoked(*revoked)),
        }
    }

    /// Whether a token may be handed out.
    pub(crate) fn check_usable(&self, generation: Generation, now: Moment) -> Kept {
        let Some(secret) = self.secrets.get(&generation) else {
            return Err(format!("{generation:?} is handed out and not held"));
        };
        ensure!(
            !self.spent.contains(&generation),
            "{generation:?} is handed out though refused or revoked"
        );
        ensure!(
            now.since(secret.born) < secret.usable_for,
            "{generation:?} is handed out though expired"
        );
        Ok(())
    }

    /// What holds whenever the machine has been drained.
    pub(crate) fn check(&self, machine: &Machine, now: Moment) -> Kept {
        let wait = machine.poll_timeout(now);
        ensure!(
            wait.is_none_or(|wait| wait <= MAX_WAIT),
            "a timer is set for {wait:?}"
        );
        ensure!(
            !self.away || self.flights.is_empty(),
            "a request is under way for a page that is not there"
        );
        if self.away {
            return Ok(());
        }
        for (caller, grant) in &self.waiting {
            let Some(grant) = *grant else { continue };
            let next = self.back_off(grant, now).min(MAX_WAIT);
            ensure!(
                self.flight(grant).is_some() || wait.is_some_and(|wait| wait <= next),
                "{caller:?} waits and nothing is done about it"
            );
        }
        Ok(())
    }

    /// How long until the next request for a grant may go out.
    fn back_off(&self, grant: GrantId, now: Moment) -> Millis {
        let failure = self.failures.get(&grant);
        failure.map_or(Millis(0), |(at, error)| {
            error.retry_after.unwrap_or_default() - now.since(*at)
        })
    }

    fn send(&mut self, grant: GrantId, generation: Generation, now: Moment) -> Kept {
        ensure!(!self.closed, "{generation:?} is requested after close");
        ensure!(!self.away, "{generation:?} is requested by an absent page");
        let failure = self.failures.get(&grant);
        if let Some((at, error)) = failure {
            ensure!(
                !error.is_terminal(),
                "{generation:?} is requested though refused for good"
            );
            ensure!(
                now.since(*at) >= FLOOR,
                "{generation:?} is requested too soon after a failure"
            );
        }
        let other = self.flights.insert(grant, generation);
        ensure!(
            other.is_none(),
            "{generation:?} is requested beside {other:?}"
        );
        let request = Request {
            grant,
            sent: now,
            answered: false,
        };
        let known = self.requests.insert(generation, request);
        ensure!(known.is_none(), "{generation:?} is requested twice");
        Ok(())
    }

    fn send_lease(&mut self, batch: Batch) -> Kept {
        ensure!(!self.closed && !self.away, "{batch:?} asks for a lease");
        let other = self.lease.replace(batch);
        ensure!(other.is_none(), "{batch:?} is requested beside {other:?}");
        Ok(())
    }

    fn abort_lease(&mut self, batch: Batch) -> Kept {
        let aborted = self.lease.take();
        ensure!(
            aborted == Some(batch),
            "{batch:?} is aborted and not under way"
        );
        Ok(())
    }

    fn abort(&mut self, generation: Generation) -> Kept {
        let before = self.flights.len();
        self.flights.retain(|_, flight| *flight != generation);
        ensure!(
            self.flights.len() < before,
            "{generation:?} is aborted and not under way"
        );
        Ok(())
    }

    fn forget(&mut self, generation: Generation) -> Kept {
        ensure!(
            self.secrets.remove(&generation).is_some(),
            "{generation:?} is forgotten and not held"
        );
        ensure!(
            !self
                .batches
                .values()
                .any(|batch| batch.tokens.contains(&generation)),
            "{generation:?} is forgotten before its revoke is answered"
        );
        Ok(())
    }

    fn notify(&mut self, grant: GrantId, notice: Notice, now: Moment) -> Kept {
        ensure!(
            !self.gone.contains(&grant),
            "{notice:?} tells of a grant that is gone"
        );
        match notice {
            Notice::Failed(error) => {
                self.failures.insert(grant, (now, error));
            }
            Notice::Gone => {
                self.gone.insert(grant);
                self.failures.remove(&grant);
            }
            Notice::Refreshed(_) => {
                self.failures.remove(&grant);
            }
            Notice::Expired | Notice::Expiring(_) | Notice::Revoked(_) => {}
        }
        Ok(())
    }

    fn revoke(&mut self, number: u32, sending: Sending, tokens: &[Generation]) -> Kept {
        for token in tokens {
            ensure!(self.holds(*token), "{token:?} is revoked and not held");
        }
        self.spent.extend(tokens);
        if sending == Sending::Unload {
            // What was awaited is given up: the page will not see its answer.
            self.batches.clear();
            return Ok(());
        }
        ensure!(!self.away, "an absent page awaits the answer to a revoke");
        for (other, batch) in &self.batches {
            ensure!(
                *other == number || !batch.tokens.iter().any(|one| tokens.contains(one)),
                "batches {number} and {other} name the same token"
            );
        }
        let batch = self.batches.entry(number).or_insert_with(|| SentBatch {
            tokens: tokens.to_vec(),
            attempts: 0,
            under_way: false,
        });
        ensure!(
            !batch.under_way,
            "batch {number} is sent before it is answered"
        );
        batch.under_way = true;
        batch.attempts += 1;
        ensure!(
            batch.attempts <= REVOKE_ATTEMPTS && batch.tokens == tokens,
            "batch {number} is sent too often, or is another one"
        );
        Ok(())
    }

    fn tell(&mut self, caller: CallerId, outcome: Outcome) -> Kept {
        ensure!(
            self.waiting.remove(&caller).is_some(),
            "{caller:?} is answered and does not wait"
        );
        self.answers.insert(caller, outcome);
        Ok(())
    }
}
