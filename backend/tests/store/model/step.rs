//! One step on two stores.

use std::{collections::BTreeMap, fmt::Debug};

use downscope_backend::{
    core::{
        Admit, Begin, Class, Enlist, Fingerprint, Heard, Heartbeat, Limits, Reason, RecallOp,
        RequestName, Say, Withdraw,
    },
    store::{Call, Store},
};

use super::{
    named::{Named, handle, token},
    script::Step,
};
use crate::{
    bench::{Bench, ok},
    words::{TERM, listed},
};

/// Two stores, and what was named to them so far.
pub(super) struct Run<'a> {
    model: &'a Bench,
    other: &'a Bench,
    named: Named,
    versions: BTreeMap<&'static str, u64>,
    told: u64,
    steps: usize,
}

impl<'a> Run<'a> {
    pub(super) const fn new(model: &'a Bench, other: &'a Bench) -> Self {
        Self {
            model,
            other,
            named: Named::new(),
            versions: BTreeMap::new(),
            told: 0,
            steps: 0,
        }
    }

    /// Both do the same, and say the same.
    pub(super) async fn step(&mut self, step: &Step) -> Result<(), String> {
        self.steps += 1;
        match step {
            Step::Pass(millis) => {
                self.model.pass(*millis);
                self.other.pass(*millis);
            }
            Step::Watch(times) => {
                let limits = Limits::default();
                for _ in 0..*times {
                    self.model.pass(limits.watch_gap);
                    self.other.pass(limits.watch_gap);
                    self.both(|store| store.lapse(TERM, 0, &limits)).await?;
                }
            }
            Step::Begin { .. } => self.begin(step).await?,
            Step::Admit {
                which,
                life,
                has_handle,
            } => {
                let (name, key) = self.named.record(*which);
                let admit = Admit {
                    token: token(&key),
                    handle: has_handle.then(|| handle(&key)),
                    sealed: key.clone().into_bytes(),
                    expires_in: *life,
                    name,
                    key,
                };
                self.both(|store| store.admit(&admit)).await?;
            }
            Step::Abandon { which, lost } => {
                let (name, key) = self.named.record(*which);
                self.both(|store| store.abandon(&name.session, &key, *lost))
                    .await?;
            }
            Step::Withdraw { .. } => self.withdraw(step).await?,
            Step::Enlist { .. } => self.enlist(step).await?,
            Step::Recall { scope, recall } => {
                let op = RecallOp {
                    scope: scope.clone(),
                    recall: recall.clone(),
                    reason: Reason::Recalled,
                };
                self.both(|store| store.recall(&op)).await?;
            }
            Step::Heartbeat { .. } => self.heartbeat(step).await?,
            Step::Say {
                session,
                ago,
                recalls,
            } => {
                let version = self.versions.get(session).copied().unwrap_or(0);
                let say = Say {
                    session: (*session).to_owned(),
                    version: version.saturating_sub(*ago),
                    said: format!("said at step {}", self.steps),
                    recalls: *recalls,
                };
                self.both(|store| store.say(&say)).await?;
            }
            Step::Lapse { most } => {
                let limits = Limits::default();
                self.both(|store| store.lapse(TERM, *most, &limits)).await?;
            }
            Step::Claim(claim) => {
                let works = self.both(|store| store.claim(claim)).await?;
                self.named.works.extend(works);
            }
            Step::Done(which) => {
                let works: Vec<_> = which.iter().filter_map(|at| self.named.work(*at)).collect();
                self.both(|store| store.done(&works)).await?;
            }
            Step::Retry(which) => {
                let works = which.iter();
                let works = works.filter_map(|(at, after)| Some((self.named.work(*at)?, *after)));
                let works: Vec<_> = works.collect();
                self.both(|store| store.retry(&works)).await?;
            }
            Step::Fates(which) => {
                // Of one page life, as whoever asks knows.
                let records = which.iter().map(|at| self.named.record(*at));
                let keys: Vec<_> = records
                    .filter(|(name, _)| name.session == "s1")
                    .map(|(_, key)| key)
                    .collect();
                self.both(|store| store.fates("s1", &keys)).await?;
            }
            Step::Told => {
                let number = self.told;
                // In which order one recall meets page lives is nobody's business.
                let told = self.both(|store| {
                    Box::pin(async move {
                        let (next, mut told) = store.told_since(number).await?;
                        told.sort();
                        Ok((next, told))
                    })
                });
                self.told = told.await?.0;
            }
            Step::Stats => _ = self.both(|store| store.stats()).await?,
        }
        Ok(())
    }

    async fn begin(&mut self, step: &Step) -> Result<(), String> {
        let Step::Begin {
            session,
            id,
            owner,
            asks_for,
            has_lease,
            takes_over,
            limits,
        } = step
        else {
            return Ok(());
        };
        let begin = Begin {
            name: RequestName {
                session: (*session).to_owned(),
                id: (*id).to_owned(),
            },
            key: format!("key-{}", self.steps),
            owner: owner.clone(),
            asks_for: Fingerprint::of([*asks_for]),
            lease: has_lease.then_some(TERM),
            takes_over: *takes_over,
            limits: *limits,
        };
        self.both(|store| store.begin(&begin)).await?;
        self.named.begun.push((begin.name, begin.key));
        Ok(())
    }

    async fn withdraw(&mut self, step: &Step) -> Result<(), String> {
        let Step::Withdraw {
            session,
            pending,
            whole_session,
            tokens,
            handles,
            reason,
            claim,
            limits,
        } = step
        else {
            return Ok(());
        };
        let listed = |at: &usize| listed(&at.to_string(), Class::Unknown, 0).token;
        let mut tokens: Vec<_> = tokens
            .iter()
            .map(|at| token(&self.named.record(*at).1))
            .collect();
        // What was enlisted is named by token too.
        tokens.extend(handles.iter().map(listed));
        let handles = handles.iter().map(|at| handle(&self.named.record(*at).1));
        let withdraw = Withdraw {
            session: session.map(str::to_owned),
            pending: pending.iter().map(|id| (*id).to_owned()).collect(),
            whole_session: *whole_session,
            tokens,
            handles: handles.collect(),
            reason: *reason,
            claim: *claim,
            limits: *limits,
        };
        let withdrawn = self.both(|store| store.withdraw(&withdraw)).await?;
        self.named.works.extend(withdrawn.works);
        Ok(())
    }

    async fn enlist(&mut self, step: &Step) -> Result<(), String> {
        let Step::Enlist {
            items,
            claim,
            claim_unknown,
            limits,
        } = step
        else {
            return Ok(());
        };
        let items = items.iter();
        let items = items.map(|(name, class, life)| listed(&name.to_string(), *class, *life));
        let enlist = Enlist {
            items: items.collect(),
            reason: Some(Reason::Explicit),
            claim: *claim,
            claim_unknown: *claim_unknown,
            limits: *limits,
        };
        let enlisted = self.both(|store| store.enlist(&enlist)).await?;
        self.named.works.extend(enlisted.works);
        Ok(())
    }

    async fn heartbeat(&mut self, step: &Step) -> Result<(), String> {
        let Step::Heartbeat {
            session,
            owner,
            takes_over,
            sign,
            limits,
        } = step
        else {
            return Ok(());
        };
        let heartbeat = Heartbeat {
            session: (*session).to_owned(),
            owner: owner.clone(),
            takes_over: *takes_over,
            term: TERM,
            sign: *sign,
            limits: *limits,
        };
        let heard = self.both(|store| store.heartbeat(&heartbeat)).await?;
        if let Heard::Renewed { version, .. } = heard {
            self.versions.insert(session, version);
        }
        Ok(())
    }

    async fn both<'c, T: Debug>(
        &self,
        call: impl Fn(&'a dyn Store) -> Call<'c, T>,
    ) -> Result<T, String>
    where
        'a: 'c,
    {
        let expected = ok(call(&*self.model.store)).await;
        // One instance after the other has it.
        let other = if self.steps.is_multiple_of(2) {
            &self.other.store
        } else {
            &self.other.other
        };
        let met = ok(call(&**other)).await;
        let (expected_text, met) = (format!("{expected:?}"), format!("{met:?}"));
        if expected_text == met {
            return Ok(expected);
        }
        Err(format!("memory says {expected_text}, and the other {met}"))
    }
}
