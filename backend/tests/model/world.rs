//! The store, the authorization server, and everything under way between them.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use downscope_backend::{
    core::{
        Class, Exchange, Fate, KeyRing, MintEvent, MintStep, Minted, RevocationEvent,
        RevocationStep, RevokeAnswer, UpstreamError, Verdict, Work, after_revoking,
    },
    store::{Store, memory::Memory},
};
use futures_util::FutureExt;

use crate::flows::{self, Flow};

/// For so long a request can be late.
const LATE: u64 = 60_000;

#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// A page asks for a token.
    Mint {
        session: u8,
        id: u8,
    },
    /// A page revokes.
    Revoke {
        session: u8,
        pending: Vec<u8>,
        whole: bool,
        tokens: bool,
        handles: bool,
    },
    /// A request takes its next step; where that is a call to the authorization server,
    /// it works or not.
    Step {
        flow: u8,
        works: bool,
    },
    /// Some instance claims what is due.
    Work {
        works: bool,
    },
    /// The instance that carries a request out dies.
    Crash {
        flow: u8,
    },
    /// The store loses its memory, and everything under way ends.
    Restart,
    Pass {
        millis: u64,
    },
}

/// What was answered 202.
struct TakenOver {
    session: u8,
    pending: Vec<u8>,
    whole: bool,
    at: u64,
    tokens: Vec<String>,
}

pub(crate) struct World {
    clock: Arc<AtomicU64>,
    store: Memory,
    ring: KeyRing,
    flows: Vec<Flow>,
    /// What is alive: by token, for which request, and when that was begun.
    alive: BTreeMap<String, (u8, u8, u64)>,
    /// What the pages were given.
    given: Vec<(u8, String, Option<String>)>,
    begun: BTreeMap<(u8, u8), u64>,
    taken_over: Vec<TakenOver>,
    handles: u8,
    number: u64,
    pub(crate) lies: Vec<String>,
}

impl World {
    pub(crate) fn new(handles: u8) -> Self {
        let clock = Arc::new(AtomicU64::new(1_000_000));
        Self {
            store: memory(&clock, true),
            clock,
            ring: KeyRing::of(&[7; 32]),
            flows: Vec::new(),
            alive: BTreeMap::new(),
            given: Vec::new(),
            begun: BTreeMap::new(),
            taken_over: Vec::new(),
            handles,
            number: 0,
            lies: Vec::new(),
        }
    }

    pub(crate) fn act(&mut self, action: &Action) {
        match action {
            Action::Mint { session, id } => {
                self.number += 1;
                let flow = flows::mint(*session, *id, self.number, &self.ring, self.handles);
                self.flows.push(flow);
            }
            Action::Revoke {
                session,
                pending,
                whole,
                tokens,
                handles,
            } => {
                let own = self
                    .given
                    .iter()
                    .filter(|(of, ..)| of == session && *tokens);
                let named = own
                    .map(|(_, token, handle)| (token.clone(), handle.clone().filter(|_| *handles)))
                    .collect();
                let flow = flows::revoke(*session, pending, *whole, named, &self.ring);
                self.flows.extend(flow);
            }
            Action::Step { flow, works } => {
                if !self.flows.is_empty() {
                    let place = usize::from(*flow) % self.flows.len();
                    let flow = self.flows.swap_remove(place);
                    let next = self.step(flow, *works);
                    self.flows.extend(next);
                }
            }
            Action::Work { works } => {
                for class in [Class::Known, Class::Unknown] {
                    let claimed = now(self.store.claim(&flows::claim(class)));
                    self.carry_out(claimed, *works);
                }
            }
            Action::Crash { flow } => {
                if !self.flows.is_empty() {
                    let place = usize::from(*flow) % self.flows.len();
                    self.flows.swap_remove(place);
                }
            }
            Action::Restart => {
                self.flows.clear();
                self.store = memory(&self.clock, false);
            }
            Action::Pass { millis } => {
                self.clock.fetch_add(*millis, Ordering::Relaxed);
            }
        }
    }

    fn step(&mut self, flow: Flow, works: bool) -> Option<Flow> {
        match flow {
            Flow::Mint {
                mut mint,
                step,
                name,
            } => {
                let event = match step {
                    MintStep::Begin(begin) => {
                        let begun = now(self.store.begin(&begin));
                        self.begun.insert(name, self.now());
                        MintEvent::Began(Some(begun))
                    }
                    MintStep::AskWhetherEnded(_) => MintEvent::HasEnded(false),
                    MintStep::Exchange(wanted) => {
                        MintEvent::Exchanged(self.exchange(name, wanted, works))
                    }
                    MintStep::Admit(admit) => {
                        MintEvent::Admitted(Some(now(self.store.admit(&admit))))
                    }
                    MintStep::Done(done) => {
                        if let Some((key, lost)) = done.abandoned {
                            let session = flows::session_name(name.0);
                            now(self.store.abandon(&session, &key, lost));
                        }
                        if let Ok(answer) = done.answer {
                            let token = answer.token.expose().to_owned();
                            let handle = answer.handle.map(|handle| handle.expose().to_owned());
                            self.given.push((name.0, token, handle));
                        }
                        return None;
                    }
                };
                let step = mint.next(event);
                Some(Flow::Mint { mint, step, name })
            }
            Flow::Revoke {
                mut revocation,
                step,
                session,
                pending,
                whole,
                tokens,
                mut at,
            } => {
                let event = match step {
                    RevocationStep::Withdraw(withdraw) => {
                        at = Some(self.now());
                        let withdrawn = now(self.store.withdraw(&withdraw));
                        let nonces = vec![[9; 12]; withdrawn.unknown_tokens.len()];
                        RevocationEvent::Withdrawn(Some((withdrawn, nonces)))
                    }
                    RevocationStep::Enlist(enlist) => {
                        RevocationEvent::Enlisted(Some(now(self.store.enlist(&enlist))))
                    }
                    RevocationStep::Work(claimed) => {
                        RevocationEvent::Worked(self.carry_out(claimed, works))
                    }
                    RevocationStep::Await(keys) => {
                        let fates = now(self.store.fates(&flows::session_name(session), &keys));
                        RevocationEvent::Awaited(fates.iter().all(|fate| *fate == Fate::Dead))
                    }
                    RevocationStep::Done(answer) => {
                        let at = at.unwrap_or_default();
                        match answer {
                            Ok(RevokeAnswer::Dead) => {
                                self.check_dead(session, &pending, whole, at);
                                self.check_tokens(&tokens);
                            }
                            Ok(RevokeAnswer::TakenOver) => {
                                self.taken_over.push(TakenOver {
                                    session,
                                    pending,
                                    whole,
                                    at,
                                    tokens,
                                });
                            }
                            Err(_) => {}
                        }
                        return None;
                    }
                };
                let step = revocation.next(event);
                Some(Flow::Revoke {
                    revocation,
                    step,
                    session,
                    pending,
                    whole,
                    tokens,
                    at,
                })
            }
        }
    }

    /// Where it does not work, it has minted or not: every other time its answer is lost.
    fn exchange(
        &mut self,
        name: (u8, u8),
        wanted: Exchange,
        works: bool,
    ) -> Result<Minted, UpstreamError> {
        self.number += 1;
        let retry_after = None;
        if !works && self.number.is_multiple_of(2) {
            return Err(UpstreamError::Unavailable { retry_after });
        }
        let token = format!("FAKE-{}", self.number);
        let begun = self.begun.get(&name).copied().unwrap_or(0);
        self.alive.insert(token.clone(), (name.0, name.1, begun));
        if !works {
            return Err(UpstreamError::Unanswered { retry_after });
        }
        Ok(Minted {
            token: token.into(),
            expires_in: Some(3_600),
            scope: wanted.scope,
            restricted_to: Vec::new(),
        })
    }

    fn carry_out(&mut self, claimed: Vec<Work>, works: bool) -> bool {
        for work in claimed {
            let token = work.token(&self.ring).unwrap();
            let outcome = if works {
                self.alive.remove(token.expose());
                Ok(())
            } else {
                Err(UpstreamError::Unavailable { retry_after: None })
            };
            match after_revoking(outcome, work.attempts, 0) {
                Verdict::Dead => now(self.store.done(&[work])),
                Verdict::Again(after) => now(self.store.retry(&[(work, after)])),
            }
        }
        works
    }

    /// 204 was said of these, which were named at that time.
    pub(crate) fn check_dead(&mut self, session: u8, pending: &[u8], whole: bool, at: u64) {
        let lies = self.alive_of(session, pending, whole, at);
        self.lies.extend(lies);
    }

    fn check_tokens(&mut self, tokens: &[String]) {
        let alive = tokens
            .iter()
            .filter(|token| self.alive.contains_key(*token));
        self.lies.extend(alive.cloned());
    }

    fn alive_of(&self, session: u8, pending: &[u8], whole: bool, at: u64) -> Vec<String> {
        let is_meant = |(of, id, begun): &(u8, u8, u64)| {
            *of == session && (whole || pending.contains(id)) && *begun <= at + LATE
        };
        let alive = self.alive.iter().filter(|(_, name)| is_meant(name));
        alive.map(|(token, _)| token.clone()).collect()
    }

    /// Everything under way comes to its end, and what is due is carried out.
    pub(crate) fn settle(&mut self) {
        while let Some(flow) = self.flows.pop() {
            let next = self.step(flow, true);
            self.flows.extend(next);
        }
        for _ in 0..200 {
            self.act(&Action::Pass { millis: 1_000 });
            self.act(&Action::Work { works: true });
        }
    }

    /// What was answered 202 and lives on, but for what an instance took with it before
    /// it was on record.
    pub(crate) fn alive_though_taken_over(&self) -> Vec<String> {
        let all = self.taken_over.iter().flat_map(|one| {
            let mut alive = self.alive_of(one.session, &one.pending, one.whole, one.at);
            let tokens = one.tokens.iter();
            alive.extend(tokens.filter(|one| self.alive.contains_key(*one)).cloned());
            alive
        });
        let given = |token: &String| self.given.iter().any(|(_, one, _)| one == token);
        all.filter(given).collect()
    }

    pub(crate) fn alive(&self) -> usize {
        self.alive.len()
    }

    fn now(&self) -> u64 {
        self.clock.load(Ordering::Relaxed)
    }
}

fn memory(clock: &Arc<AtomicU64>, is_first: bool) -> Memory {
    let clock = Arc::clone(clock);
    Memory::new(move || clock.load(Ordering::Relaxed), is_first)
}

/// What the store in memory answers at once.
fn now<T>(call: downscope_backend::store::Call<'_, T>) -> T {
    call.now_or_never().unwrap().unwrap()
}
