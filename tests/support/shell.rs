//! What a shell keeps book of, and the rules that hold whatever happens.

mod report;

use std::collections::{BTreeMap, BTreeSet};

use downscope::core::{
    Batch, CallerId, Config, Error, FLOOR, Generation, GrantId, MAX_WAIT, Machine, Millis, Moment,
    Notice, Output, Page, REVOKE_ATTEMPTS, Revoked, Sending,
};

use super::contact::Contact;
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
    /// The page life that it belongs to.
    session: u32,
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
    /// The backend has told the page to stop.
    stopped: bool,
    secrets: BTreeMap<Generation, Secret>,
    flights: BTreeMap<GrantId, Generation>,
    waiting: BTreeMap<CallerId, Option<GrantId>>,
    batches: BTreeMap<u32, SentBatch>,
    pub(crate) lease: Contact,
    /// Every lease request there ever was.
    pub(crate) lease_requests: Vec<Batch>,
    /// What the browser holds ready for the end of the page.
    hidden: bool,
    /// Refused by the resource, or named in a revoke.
    spent: BTreeSet<Generation>,
    pub(crate) opened: BTreeSet<GrantId>,
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
            stopped: false,
            secrets: BTreeMap::new(),
            flights: BTreeMap::new(),
            waiting: BTreeMap::new(),
            batches: BTreeMap::new(),
            lease: Contact::default(),
            lease_requests: Vec::new(),
            hidden: false,
            spent: BTreeSet::new(),
            opened: BTreeSet::new(),
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
        self.secrets.is_empty()
            && self.flights.is_empty()
            && self.batches.is_empty()
            && self.lease.under_way().is_none()
    }

    /// Whether nothing may be asked for until the page can be seen.
    pub(crate) const fn rests(&self) -> bool {
        self.config.revoke_when_hidden && self.hidden
    }

    /// Whether this event ends the page life that the shell keeps book of.
    pub(crate) const fn ends_with(&self, event: Page) -> bool {
        match event {
            Page::Leaving { .. } => !self.away,
            Page::Hidden => !self.away && self.config.revoke_when_hidden,
            Page::Online | Page::Prerendering | Page::Shown | Page::Visible => false,
        }
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

    /// Does as it is told, if that can be done.
    pub(crate) fn carry_out(&mut self, output: &Output, now: Moment) -> Kept {
        match output {
            Output::AbortLease(batch) => self.lease.abort(*batch),
            Output::AbortRequest(generation) => self.abort(*generation),
            Output::Forget(generation) => self.forget(*generation),
            Output::Notify(grant, notice) => self.notify(*grant, *notice, now),
            Output::LeaseLost(_) | Output::TellOtherTabs => Ok(()),
            Output::RenewSession => {
                self.sessions += 1;
                self.lease = Contact::default();
                Ok(())
            }
            Output::Reject(caller, error) => self.tell(*caller, Outcome::Rejected(*error)),
            Output::RequestLease(batch) => self.send_lease(*batch, now),
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

    /// That no token is to be had for any grant that may not be handed out, now
    /// or at the moment at which the lease ends.
    fn check_held(&self, machine: &Machine, now: Moment) -> Kept {
        let mut end = now;
        let left = self.lease.left(now).unwrap_or_default();
        end.monotonic = end.monotonic + left;
        end.wall = end.wall + left;
        for &grant in &self.opened {
            for at in [now, end] {
                if let Some(held) = machine.state(grant, at).token {
                    self.check_usable(held.generation, at)?;
                }
            }
        }
        Ok(())
    }

    /// Whether a token may be handed out.
    pub(crate) fn check_usable(&self, generation: Generation, now: Moment) -> Kept {
        let Some(secret) = self.secrets.get(&generation) else {
            return Err(format!("{generation:?} is handed out and not held"));
        };
        ensure!(
            !self.spent.contains(&generation),
            "{generation:?} is handed out though refused, revoked, recalled or lapsed"
        );
        ensure!(
            !self.lease.has_ended(now),
            "{generation:?} is handed out though the lease has lapsed"
        );
        ensure!(
            now.since(secret.born) < secret.usable_for,
            "{generation:?} is handed out though expired"
        );
        Ok(())
    }

    /// What holds whenever the machine has been drained.
    pub(crate) fn check(&self, machine: &Machine, now: Moment) -> Kept {
        self.check_held(machine, now)?;
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
        ensure!(
            !self.rests() || (self.flights.is_empty() && self.lease.under_way().is_none()),
            "a request is under way for a page that cannot be seen"
        );
        ensure!(
            wait.is_some() || self.lease.under_way().is_none(),
            "a lease request is waited for without a clock"
        );
        for (caller, grant) in &self.waiting {
            let Some(grant) = *grant else { continue };
            if self.rests() {
                ensure!(wait.is_some(), "{caller:?} waits for ever");
                continue;
            }
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
        ensure!(
            !self.rests(),
            "{generation:?} is requested by a hidden page"
        );
        ensure!(
            !self.stopped,
            "{generation:?} is requested by a page that was told to stop"
        );
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
            session: self.sessions,
            answered: false,
        };
        let known = self.requests.insert(generation, request);
        ensure!(known.is_none(), "{generation:?} is requested twice");
        Ok(())
    }

    fn send_lease(&mut self, batch: Batch, now: Moment) -> Kept {
        ensure!(self.config.has_lease, "{batch:?} has nowhere to go");
        ensure!(
            !self.closed && !self.away && !self.rests(),
            "{batch:?} asks for a lease of a page that is not there"
        );
        ensure!(
            !self.lease_requests.contains(&batch),
            "{batch:?} is requested twice"
        );
        self.lease_requests.push(batch);
        self.lease.send(batch, now)
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
