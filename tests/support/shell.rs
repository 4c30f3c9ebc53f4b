//! What a shell keeps book of, and the rules that hold whatever happens.

mod report;

use std::collections::{BTreeMap, BTreeSet};

use downscope::core::{
    CallerId, Code, Config, Endpoints, Error, FLOOR, Farewell, Generation, GrantId, GrantKey,
    MAX_WAIT, Machine, Millis, Moment, Notice, Output, Page, REVOKE_ATTEMPTS, Reason, RequestId,
    Revoked, Sending,
};

use super::contact::Contact;
use super::{Kept, ensure};

/// In so long there are no more than four requests in vain.
const WINDOW: Millis = Millis::from_secs(5);

/// What a caller was told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Outcome {
    Rejected(Error),
    Resolved(Generation),
    Revoked(Revoked),
}

/// A revoke request as it was sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Revoke {
    pub(crate) sending: Sending,
    pub(crate) tokens: Vec<Generation>,
    pub(crate) pending: Vec<Generation>,
    pub(crate) reason: Reason,
    pub(crate) whole_session: bool,
    pub(crate) is_short: bool,
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
struct Awaited {
    tokens: Vec<Generation>,
    pending: Vec<Generation>,
    whole_session: bool,
    attempts: u32,
    under_way: bool,
}

impl Awaited {
    fn names_nothing(&self) -> bool {
        self.tokens.is_empty() && self.pending.is_empty() && !self.whole_session
    }
}

/// The other side of the machine's contract. Its fields are what a real shell
/// holds; what it demands is what would go wrong there.
#[derive(Debug)]
pub(crate) struct Shell {
    config: Config,
    endpoints: Endpoints,
    /// What the machine was last seen to have to say at the end of the page.
    pub(crate) farewell: Farewell,
    /// The last request of the page is written one input late.
    pub(crate) writes_late: bool,
    /// What the next revoke names.
    naming: Vec<Generation>,
    /// Every revoke that was sent, those sent again included.
    pub(crate) revokes: Vec<Revoke>,
    pub(crate) requests: BTreeMap<Generation, Request>,
    pub(crate) answers: BTreeMap<CallerId, Outcome>,
    pub(crate) sessions: u32,
    pub(crate) away: bool,
    closed: bool,
    /// The backend has told the page to stop.
    stopped: bool,
    secrets: BTreeMap<Generation, Secret>,
    /// Requests that the last request of the page names.
    names: BTreeSet<Generation>,
    /// Something is named no longer, since that was last checked.
    names_changed: bool,
    /// What may be alive at the backend, with the life that was granted, if known.
    alive: BTreeMap<Generation, Option<(Moment, Millis)>>,
    flights: BTreeMap<GrantId, Generation>,
    waiting: BTreeMap<CallerId, Option<GrantId>>,
    awaited: BTreeMap<u32, Awaited>,
    pub(crate) lease: Contact,
    /// Every lease request there ever was.
    pub(crate) lease_requests: Vec<RequestId>,
    /// The page can no longer be seen.
    hidden: bool,
    /// Refused by the resource, or named in a revoke.
    spent: BTreeSet<Generation>,
    opened: BTreeMap<GrantId, GrantKey>,
    gone: BTreeSet<GrantId>,
    failures: BTreeMap<GrantId, (Moment, Error)>,
    /// Requests since the last token, also by a grant that is gone.
    starts: BTreeMap<GrantKey, Vec<Moment>>,
    /// There are other clients, whose requests count as well.
    pub(crate) shares_pace: bool,
    /// A revoke has failed for good in this page life.
    pub(crate) revokes_failed: bool,
    /// When a token of a grant was refused last.
    refusals: BTreeMap<GrantId, Moment>,
}

impl Shell {
    pub(crate) fn new(config: Config, endpoints: Endpoints, farewell: Farewell) -> Self {
        Self {
            config,
            endpoints,
            farewell,
            writes_late: false,
            naming: Vec::new(),
            revokes: Vec::new(),
            requests: BTreeMap::new(),
            answers: BTreeMap::new(),
            sessions: 1,
            away: false,
            closed: false,
            stopped: false,
            secrets: BTreeMap::new(),
            names: BTreeSet::new(),
            names_changed: false,
            alive: BTreeMap::new(),
            flights: BTreeMap::new(),
            waiting: BTreeMap::new(),
            awaited: BTreeMap::new(),
            lease: Contact::default(),
            lease_requests: Vec::new(),
            hidden: false,
            spent: BTreeSet::new(),
            opened: BTreeMap::new(),
            gone: BTreeSet::new(),
            failures: BTreeMap::new(),
            starts: BTreeMap::new(),
            shares_pace: false,
            revokes_failed: false,
            refusals: BTreeMap::new(),
        }
    }

    /// From here on a grant has that name.
    pub(crate) fn open(&mut self, grant: GrantId, key: GrantKey) {
        self.opened.insert(grant, key);
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

    /// Neither tokens, nor requests, nor revokes that are awaited and still name something.
    pub(crate) fn keeps_nothing(&self) -> bool {
        self.secrets.is_empty()
            && self.flights.is_empty()
            && self.awaited.values().all(Awaited::names_nothing)
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
        self.endpoints.revoke
    }

    /// Who has not been answered yet, and which grant's token they wait for.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = (CallerId, Option<GrantId>)> {
        self.waiting.iter().map(|(&caller, &grant)| (caller, grant))
    }

    /// Revoke requests that want an answer.
    pub(crate) fn revokes_under_way(&self) -> impl Iterator<Item = RequestId> {
        let under_way = self.awaited.iter().filter(|(_, request)| request.under_way);
        under_way.map(|(&number, _)| RequestId(number))
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
            + self.awaited.len()
    }

    /// Does as it is told, if that can be done.
    pub(crate) fn carry_out(&mut self, output: &Output, now: Moment) -> Kept {
        match output {
            Output::AbortLease(request) => self.lease.abort(*request),
            Output::AbortRequest(generation) => self.abort(*generation),
            Output::Forget(generation) => self.forget(*generation),
            Output::Notify(grant, notice) => self.notify(*grant, *notice, now),
            Output::LeaseLost(_) | Output::TellOtherTabs => Ok(()),
            Output::Name(generation) => {
                ensure!(
                    self.holds(*generation) || self.names.contains(generation),
                    "{generation:?} is named by a revoke and would not be at the end"
                );
                self.naming.push(*generation);
                Ok(())
            }
            Output::RenewSession => {
                ensure!(
                    self.names.is_empty(),
                    "{:?} are named in a session that is not theirs",
                    self.names
                );
                self.sessions += 1;
                self.revokes_failed = false;
                self.names_changed = true;
                self.lease = Contact::default();
                Ok(())
            }
            Output::Reject(caller, error) => self.tell(*caller, Outcome::Rejected(*error)),
            Output::RequestLease(request) => self.send_lease(*request, now),
            Output::RequestToken(grant, generation) => self.send(*grant, *generation, now),
            Output::Resolve(caller, generation) => {
                ensure!(!self.closed, "{caller:?} gets a token after close");
                self.check_usable(*generation, now)?;
                self.tell(*caller, Outcome::Resolved(*generation))
            }
            Output::Revoke {
                request,
                sending,
                reason,
                whole_session,
                is_short,
            } => {
                let naming = std::mem::take(&mut self.naming);
                let (tokens, pending) = naming.into_iter().partition(|&one| self.holds(one));
                let revoke = Revoke {
                    sending: *sending,
                    tokens,
                    pending,
                    reason: *reason,
                    whole_session: *whole_session,
                    is_short: *is_short,
                };
                self.revokes.push(revoke.clone());
                self.revoke(request.0, &revoke)
            }
            Output::Revoked(caller, revoked) => self.tell(*caller, Outcome::Revoked(*revoked)),
        }
    }

    /// That no token is to be had for any grant that may not be handed out, now
    /// or at the moment at which the lease ends.
    fn check_held(&self, machine: &Machine, now: Moment) -> Kept {
        let end = Moment(now.0 + self.lease.left(now).unwrap_or_default());
        for &grant in self.opened.keys() {
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

    /// That a page which ended now would name whatever may be alive, and nothing
    /// that the shell does not know.
    fn check_farewell(&mut self, machine: &Machine, now: Moment) -> Kept {
        let farewell = machine.farewell();
        if !self.writes_late {
            self.farewell = farewell.clone();
        }
        if !std::mem::take(&mut self.names_changed) {
            return Ok(());
        }
        self.alive
            .retain(|_, ends| ends.is_none_or(|(born, life)| now.since(born) < life));
        for one in &farewell.names {
            ensure!(
                self.names.contains(one) || self.holds(*one),
                "the last request would name {one:?}, which is not there"
            );
        }
        if !self.endpoints.revoke || farewell.whole_session {
            return Ok(());
        }
        for one in self.alive.keys() {
            ensure!(
                farewell.names.contains(one),
                "{one:?} may be alive, and the last request would not name it"
            );
        }
        Ok(())
    }

    /// The last request of the page is on its way: what it names is dead.
    fn send_farewell(&mut self) {
        self.awaited.clear();
        if self.farewell.whole_session {
            self.alive.clear();
        }
        for one in &self.farewell.names {
            self.alive.remove(one);
        }
    }

    /// What holds whenever the machine has been drained.
    pub(crate) fn check(&mut self, machine: &Machine, now: Moment) -> Kept {
        self.check_farewell(machine, now)?;
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
            let next = self.back_off(grant, now).max(self.rest(grant, now));
            let next = next.min(MAX_WAIT);
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

    /// How long the next request may be held back, since there were many in vain.
    fn rest(&self, grant: GrantId, now: Moment) -> Millis {
        let longest = WINDOW + FLOOR;
        if self.shares_pace {
            return longest;
        }
        let fourth = self.starts_for(grant).iter().nth_back(3);
        fourth.map_or(Millis(0), |&start| longest - now.since(start))
    }

    fn starts_for(&self, grant: GrantId) -> &[Moment] {
        let starts = self.opened.get(&grant).and_then(|key| self.starts.get(key));
        starts.map_or(&[], Vec::as_slice)
    }

    fn starts_of_late(&self, grant: GrantId, now: Moment) -> usize {
        let late = self
            .starts_for(grant)
            .iter()
            .filter(|&&start| now.since(start) < WINDOW);
        late.count()
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
        ensure!(
            self.starts_of_late(grant, now) < 4,
            "{generation:?} is the fifth request in vain in five seconds"
        );
        if let Some(key) = self.opened.get(&grant) {
            self.starts.entry(key.clone()).or_default().push(now);
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
        self.names.insert(generation);
        self.alive.insert(generation, None);
        Ok(())
    }

    fn send_lease(&mut self, request: RequestId, now: Moment) -> Kept {
        ensure!(self.endpoints.lease, "{request:?} has nowhere to go");
        ensure!(
            !self.closed && !self.away && !self.rests(),
            "{request:?} asks for a lease of a page that is not there"
        );
        ensure!(
            !self.lease_requests.contains(&request),
            "{request:?} is requested twice"
        );
        // What had lapsed before it is asked for is dead, and what it brings is not.
        if self.lease.has_ended(now) {
            self.spent.extend(self.secrets.keys());
            self.lease.begin_anew();
        }
        self.lease_requests.push(request);
        self.lease.send(request, now)
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
        self.names_changed = true;
        let is_secret = self.secrets.remove(&generation).is_some();
        ensure!(
            is_secret || self.names.remove(&generation),
            "{generation:?} is forgotten and not held"
        );
        ensure!(
            !self
                .awaited
                .values()
                .any(|request| request.tokens.contains(&generation)),
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
            // It failed at the resource.
            Notice::Failed(error) if error.code == Code::TokenRefused => {}
            Notice::Failed(error) => {
                self.failures.insert(grant, (now, error));
            }
            Notice::Gone => {
                self.gone.insert(grant);
                self.failures.remove(&grant);
            }
            Notice::Refreshed(_) => {
                if let Some(key) = self.opened.get(&grant) {
                    self.starts.remove(key);
                }
                self.failures.remove(&grant);
            }
            Notice::Expired | Notice::Expiring(_) | Notice::Revoked(_) => {}
        }
        Ok(())
    }

    fn revoke(&mut self, number: u32, revoke: &Revoke) -> Kept {
        let Revoke {
            sending,
            ref tokens,
            ref pending,
            whole_session,
            ..
        } = *revoke;
        ensure!(
            whole_session || !tokens.is_empty() || !pending.is_empty(),
            "request {number} revokes nothing"
        );
        self.spent.extend(tokens);
        if sending == Sending::Unload {
            let named = |one: &Generation| tokens.contains(one) || pending.contains(one);
            ensure!(
                whole_session || self.alive.keys().all(named),
                "{:?} may be alive, and the page goes with {tokens:?} and {pending:?}",
                self.alive
            );
            self.alive.clear();
            // The page will not see its answer.
            self.awaited.clear();
            return Ok(());
        }
        ensure!(!self.away, "an absent page awaits the answer to a revoke");
        for (other, awaited) in &self.awaited {
            ensure!(
                *other == number || !awaited.tokens.iter().any(|one| tokens.contains(one)),
                "requests {number} and {other} name the same token: {tokens:?} {awaited:?}"
            );
        }
        let awaited = self.awaited.entry(number).or_insert_with(|| Awaited {
            tokens: tokens.clone(),
            pending: pending.clone(),
            whole_session,
            attempts: 0,
            under_way: false,
        });
        ensure!(
            !awaited.under_way,
            "request {number} is sent before it is answered"
        );
        awaited.under_way = true;
        awaited.attempts += 1;
        ensure!(
            awaited.attempts <= REVOKE_ATTEMPTS && awaited.tokens == *tokens,
            "request {number} is sent too often, or is another one"
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
