//! What it remembers.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use downscope_backend::core::RevokeRequest;
use serde_json::Value;

use super::lease::Lease;
use crate::flaw::Flaw;

/// How much one that forgets remembers.
const MEMORY: usize = 1_000;

/// A session and an id.
pub(super) type Name = (String, String);

#[derive(Default)]
pub(super) struct State {
    pub(super) records: BTreeMap<Name, Record>,
    /// Page lives that were revoked.
    ended: BTreeSet<String>,
    /// Requests that were revoked before they came, oldest first.
    withdrawn: VecDeque<Name>,
    handles: BTreeMap<String, String>,
    pub(super) dead: BTreeSet<String>,
    /// To be revoked, known to be tokens.
    pub(super) due: BTreeSet<String>,
    /// To be looked up.
    pub(super) unknown: VecDeque<String>,
    pub(super) leases: BTreeMap<String, Lease>,
    pub(super) owners: BTreeMap<String, String>,
    pub(super) recalled: BTreeMap<String, usize>,
}

pub(super) struct Record {
    asks: String,
    stage: Stage,
}

enum Stage {
    Minting {
        is_withdrawn: bool,
    },
    Live {
        token: String,
        answer: Value,
    },
    /// With what was answered, for one that answers it again.
    Ended {
        answer: Value,
    },
}

/// What becomes of a token request.
pub(super) enum Begun {
    Mint,
    Answer(Value),
    Minting,
    Refused,
}

/// What a revoke names.
#[derive(Default)]
pub(super) struct Named {
    pub(super) known: BTreeSet<String>,
    pub(super) unknown: BTreeSet<String>,
    pub(super) is_minting: bool,
    pub(super) has_unknown_handle: bool,
    pub(super) was_dead: bool,
}

impl State {
    pub(super) fn begin(&mut self, flaw: Flaw, name: &Name, asks: &str) -> Begun {
        let is_ended = self.ended.contains(&name.0) && flaw != Flaw::ForgetsPageLives;
        if is_ended || self.withdrawn.contains(name) {
            return Begun::Refused;
        }
        if let Some(record) = self.records.get(name) {
            let is_same = record.asks == asks;
            match &record.stage {
                _ if !is_same && flaw == Flaw::TakesOneNameForTwo => {}
                _ if !is_same => return Begun::Refused,
                Stage::Minting { .. } if flaw == Flaw::MintsAgainMeanwhile => {}
                Stage::Minting { .. } => return Begun::Minting,
                Stage::Live { .. } if flaw == Flaw::RefusesTheSecond => return Begun::Refused,
                Stage::Live { answer, .. } => return Begun::Answer(answer.clone()),
                Stage::Ended { answer } if flaw == Flaw::HandsOutTheDead => {
                    return Begun::Answer(answer.clone());
                }
                Stage::Ended { .. } => return Begun::Refused,
            }
        }
        if flaw == Flaw::GivesOneTokenToAPageLife
            && let Some(answer) = self.token_of(&name.0)
        {
            return Begun::Answer(answer);
        }
        let record = Record {
            asks: asks.to_owned(),
            stage: Stage::Minting {
                is_withdrawn: false,
            },
        };
        self.records.insert(name.clone(), record);
        Begun::Mint
    }

    pub(super) fn abandon(&mut self, name: &Name) {
        self.records.remove(name);
    }

    /// Whether the token may be given out.
    pub(super) fn admit(&mut self, name: &Name, token: &str, handle: &str, answer: &Value) -> bool {
        let record = self.records.get_mut(name);
        let Some(record) = record else {
            return false;
        };
        let is_withdrawn = match record.stage {
            Stage::Minting { is_withdrawn } => is_withdrawn,
            Stage::Live { .. } => false,
            Stage::Ended { .. } => true,
        };
        if is_withdrawn {
            record.stage = Stage::Ended {
                answer: answer.clone(),
            };
            return false;
        }
        record.stage = Stage::Live {
            token: token.to_owned(),
            answer: answer.clone(),
        };
        self.handles.insert(handle.to_owned(), token.to_owned());
        true
    }

    /// Ends what is named, as far as it is on record, and says what there is to do.
    pub(super) fn withdraw(&mut self, flaw: Flaw, request: &RevokeRequest) -> Named {
        let mut named = Named::default();
        let mut tokens: Vec<_> = request.tokens.iter().map(|one| one.expose()).collect();
        for handle in &request.handles {
            match self.handles.get(handle.expose()) {
                Some(token) => tokens.push(token),
                None => named.has_unknown_handle = true,
            }
        }
        let tokens: Vec<_> = tokens.into_iter().map(str::to_owned).collect();
        named.was_dead = !tokens.is_empty() && tokens.iter().all(|token| self.dead.contains(token));
        let mut sessions = BTreeSet::new();
        for token in tokens {
            match self.name_of(&token) {
                Some(name) => {
                    let is_handle = !request.handles.is_empty();
                    if is_handle && flaw == Flaw::HandleKillsItsPageLife
                        || request.session.is_some() && flaw == Flaw::KillsTheSiblings
                    {
                        sessions.insert(name.0.clone());
                    }
                    self.end(flaw, &name, &mut named);
                    named.known.insert(token);
                }
                None if self.dead.contains(&token) && flaw != Flaw::LooksAtAHundred => {}
                None if self.due.contains(&token) => _ = named.known.insert(token),
                None => _ = named.unknown.insert(token),
            }
        }
        let session = request.session.clone().unwrap_or_default();
        for id in &request.pending {
            let name = (session.clone(), id.clone());
            if self.records.contains_key(&name) {
                self.end(flaw, &name, &mut named);
            } else if flaw != Flaw::ForgetsRequests {
                self.withdrawn.push_back(name);
                if flaw == Flaw::ForgetsInAFlood && self.withdrawn.len() > MEMORY {
                    self.withdrawn.pop_front();
                }
            }
        }
        if request.whole_session {
            self.ended.insert(session.clone());
            sessions.insert(session);
        }
        let all = request.whole_session && flaw == Flaw::KillsAllPageLives;
        let names: Vec<_> = self.records.keys().cloned().collect();
        for name in names {
            if all || sessions.contains(&name.0) {
                let flaw = if flaw == Flaw::GivesWhatWasWithdrawn {
                    Flaw::None
                } else {
                    flaw
                };
                self.end(flaw, &name, &mut named);
            }
        }
        named
    }

    /// Ends everything of a page life that has fallen silent or was recalled.
    pub(super) fn end_all(&mut self, session: &str) {
        let mut named = Named::default();
        let names: Vec<_> = self.records.keys().cloned().collect();
        for name in names.iter().filter(|name| name.0 == session) {
            self.end(Flaw::None, name, &mut named);
        }
    }

    fn end(&mut self, flaw: Flaw, name: &Name, named: &mut Named) {
        let Some(record) = self.records.get_mut(name) else {
            return;
        };
        match &mut record.stage {
            Stage::Minting { is_withdrawn } => {
                let by_page_life = self.ended.contains(&name.0);
                *is_withdrawn |= flaw != Flaw::GivesWhatWasWithdrawn
                    && !(by_page_life && flaw == Flaw::GivesOfAnEndedPageLife);
                named.is_minting = true;
            }
            Stage::Live { token, answer } => {
                named.known.insert(token.clone());
                if !matches!(
                    flaw,
                    Flaw::Forgets | Flaw::KeepsOneQueue | Flaw::RevokeDiesWithItsPage
                ) {
                    self.due.insert(token.clone());
                }
                let answer = answer.clone();
                record.stage = Stage::Ended { answer };
            }
            Stage::Ended { .. } => {}
        }
    }

    fn token_of(&self, session: &str) -> Option<Value> {
        let mut records = self.records.iter();
        records.find_map(|(name, record)| match &record.stage {
            Stage::Live { answer, .. } if name.0 == session => Some(answer.clone()),
            Stage::Live { .. } | Stage::Minting { .. } | Stage::Ended { .. } => None,
        })
    }

    fn name_of(&self, token: &str) -> Option<Name> {
        let is_it = |record: &Record| matches!(&record.stage, Stage::Live { token: one, .. } if one == token);
        let mut records = self.records.iter();
        let (name, _) = records.find(|(_, record)| is_it(record))?;
        Some(name.clone())
    }
}
