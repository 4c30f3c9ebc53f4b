//! A revoke, from its arrival to its answer.
//!
//! It is taken over before anything else: what it names is due in the store, and then
//! it does not matter any more whether this process, the page or the authorization
//! server lives to see the end. What can be ended at once is, so that the page can be
//! told that it is dead.

use super::answer::RevokeAnswer;
use super::limits::Limits;
use super::record;
use super::refusal::Refusal;
use super::requests::RevokeRequest;
use super::seal::{KeyRing, Purpose};
use super::secret::Secret;
use super::time::Millis;
use super::withdraw::{Enlist, Enlisted, Listed, Withdraw, Withdrawn};
use super::work::{Claim, Class, Work};

/// For how long, in seconds, a token is ended all the same whose sealed handle says that it has
/// expired. Its life began with the answer of the authorization server, and the handle's with
/// the request; and the clocks of two instances differ.
const LATE: u64 = 300;

/// How revokes are carried out here.
#[derive(Clone, Copy, Debug)]
pub struct Revoking {
    /// How much of what is on record is carried out before the answer.
    pub claim: Claim,
    /// How much of what is not on record is: made-up names must keep nobody else waiting.
    pub claim_unknown: Claim,
    /// For how long an unknown token is taken to live: until then its revoke is repeated.
    pub untold_life: Millis,
    /// The bounds.
    pub limits: Limits,
    /// Whether what is not dead yet stays on record. Where it does not, it is not taken over.
    pub has_record: bool,
}

/// A revoke under way.
#[derive(Debug)]
pub struct Revocation {
    request: RevokeRequest,
    /// What it names by token, with how long it may live where a sealed handle has told it:
    /// that proves it.
    tokens: Vec<(Secret, Option<Millis>)>,
    revoking: Revoking,
    ring: KeyRing,
    works: Vec<Work>,
    minting: Vec<String>,
    /// Whether it names anything by request. Where the store may have lost its memory, one that
    /// is on record may have been made before as well, and minted for.
    names_requests: bool,
    is_taken: bool,
    is_dead: bool,
}

/// What came of the step before. `None`: the store did not answer.
#[derive(Debug)]
pub enum RevocationEvent {
    /// Nothing came before.
    Start,
    /// It was taken over; with a random nonce for each unknown token.
    Withdrawn(Option<(Withdrawn, Vec<[u8; 12]>)>),
    /// What is not on record was taken over.
    Enlisted(Option<Enlisted>),
    /// Whether every one of the works is dead.
    Worked(bool),
    /// Whether every one of the records is dead.
    Awaited(bool),
}

/// What to do next.
#[derive(Debug)]
pub enum RevocationStep {
    /// Take it over.
    Withdraw(Box<Withdraw>),
    /// Take over what is not on record.
    Enlist(Box<Enlist>),
    /// Carry these out.
    Work(Vec<Work>),
    /// Wait a little for these records.
    Await(Vec<String>),
    /// Answer.
    Done(Result<RevokeAnswer, Refusal>),
}

impl Revocation {
    /// A revoke that was read. `unix_now` is in seconds.
    pub fn new(
        mut request: RevokeRequest,
        revoking: Revoking,
        ring: KeyRing,
        unix_now: u64,
    ) -> Self {
        let names_requests = request.whole_session || !request.pending.is_empty();
        let tokens = std::mem::take(&mut request.tokens);
        let mut tokens: Vec<_> = tokens.into_iter().map(|token| (token, None)).collect();
        tokens.sort_by(|(one, _), (other, _)| one.expose().cmp(other.expose()));
        let by_token = tokens.len();
        request.handles.retain(|text| {
            let Some(handle) = ring.open_handle(text.expose()) else {
                return true;
            };
            let left = handle.expires_at.saturating_add(LATE);
            let left = left.saturating_sub(unix_now).saturating_mul(1_000);
            // Named by itself too, it is proven all the same.
            let (named, _) = tokens.split_at_mut(by_token);
            let place = named.binary_search_by(|(one, _)| one.expose().cmp(handle.token.expose()));
            match place.ok().and_then(|place| named.get_mut(place)) {
                Some((_, life)) if left > 0 => *life = (*life).max(Some(left)),
                // It may live for longer than the handle says: nobody had to name it.
                Some(_) => {}
                None => tokens.push((handle.token, Some(left))),
            }
            request.session.get_or_insert(handle.session);
            false
        });
        Self {
            request,
            tokens,
            revoking,
            ring,
            works: Vec::new(),
            minting: Vec::new(),
            names_requests,
            is_taken: true,
            is_dead: true,
        }
    }

    /// The page life that speaks.
    pub fn session(&self) -> Option<&str> {
        self.request.session.as_deref()
    }

    /// Takes the next step.
    pub fn next(&mut self, event: RevocationEvent) -> RevocationStep {
        match event {
            RevocationEvent::Start => self.withdraw(),
            RevocationEvent::Withdrawn(None) => RevocationStep::Done(Err(Refusal::no_store())),
            RevocationEvent::Withdrawn(Some((withdrawn, nonces))) => {
                self.withdrawn(withdrawn, &nonces)
            }
            RevocationEvent::Enlisted(enlisted) => {
                self.enlisted(enlisted);
                self.work()
            }
            RevocationEvent::Worked(are_dead) => {
                self.is_dead &= are_dead;
                self.wait()
            }
            RevocationEvent::Awaited(are_dead) => {
                self.is_dead &= are_dead;
                self.answer()
            }
        }
    }

    fn withdraw(&mut self) -> RevocationStep {
        let fingerprints = |secrets: &[Secret]| secrets.iter().map(Secret::fingerprint).collect();
        RevocationStep::Withdraw(Box::new(Withdraw {
            session: self.request.session.clone(),
            pending: std::mem::take(&mut self.request.pending),
            whole_session: self.request.whole_session,
            tokens: self
                .tokens
                .iter()
                .map(|(token, _)| token.fingerprint())
                .collect(),
            handles: fingerprints(&self.request.handles),
            reason: self.request.reason,
            claim: self.revoking.claim,
            limits: self.revoking.limits,
        }))
    }

    fn withdrawn(&mut self, withdrawn: Withdrawn, nonces: &[[u8; 12]]) -> RevocationStep {
        self.works = withdrawn.works;
        self.minting = withdrawn.minting;
        // A handle that nobody here has given may be another store's, and its token
        // alive: it cannot even be taken over.
        self.is_taken = !withdrawn.is_refused
            && !self.request.has_unreadable
            && withdrawn.unknown_handles.is_empty();
        self.is_dead = withdrawn.due == 0 && (withdrawn.is_complete || !self.names_requests);
        let unknown = withdrawn.unknown_tokens.iter().zip(nonces);
        let items: Vec<_> = unknown
            .filter_map(|(place, nonce)| {
                let (token, life) = self.tokens.get(usize::try_from(*place).ok()?)?;
                // What has expired for long, and is not on record either, is dead.
                (*life != Some(0)).then(|| self.listed(token, *life, *nonce))
            })
            .collect();
        if items.is_empty() {
            return self.work();
        }
        RevocationStep::Enlist(Box::new(Enlist {
            items,
            reason: self.request.reason,
            claim: self.revoking.claim,
            claim_unknown: self.revoking.claim_unknown,
            limits: self.revoking.limits,
        }))
    }

    fn listed(&self, token: &Secret, life: Option<Millis>, nonce: [u8; 12]) -> Listed {
        let fingerprint = token.fingerprint();
        let key = fingerprint.to_hex();
        let plain = record::write_bare(token);
        Listed {
            sealed: self.ring.seal(Purpose::Record(&key), nonce, &plain),
            key,
            token: fingerprint,
            expires_in: life.unwrap_or(self.revoking.untold_life),
            class: if life.is_some() {
                Class::Known
            } else {
                Class::Unknown
            },
        }
    }

    fn enlisted(&mut self, enlisted: Option<Enlisted>) {
        match enlisted {
            Some(enlisted) => {
                self.works.extend(enlisted.works);
                self.is_taken &= enlisted.refused == 0;
                self.is_dead &= enlisted.due == 0;
            }
            None => self.is_taken = false,
        }
    }

    fn work(&mut self) -> RevocationStep {
        if self.works.is_empty() {
            return self.wait();
        }
        RevocationStep::Work(std::mem::take(&mut self.works))
    }

    fn wait(&mut self) -> RevocationStep {
        if self.minting.is_empty() {
            return self.answer();
        }
        RevocationStep::Await(std::mem::take(&mut self.minting))
    }

    const fn answer(&self) -> RevocationStep {
        RevocationStep::Done(if !self.is_taken {
            Err(Refusal::not_taken())
        } else if self.is_dead {
            Ok(RevokeAnswer::Dead)
        } else if self.revoking.has_record {
            Ok(RevokeAnswer::TakenOver)
        } else {
            Err(Refusal::not_taken())
        })
    }
}

#[cfg(test)]
mod tests;
